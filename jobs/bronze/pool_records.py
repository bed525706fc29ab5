"""What the ledger keeps of pools by day: a later day rests on it, and is built again where it changes."""

import json
from collections import Counter
from datetime import date
from typing import Any

from pyspark.sql import DataFrame
from pyspark.sql import functions as F

from jobs.bronze import pools
from jobs.bronze.pool_retries import Resolved
from jobs.running.step_context import StepContext
from pumploss.days import Days
from pumploss.reasons import Reason
from pumploss.report import RunReport
from pumploss.tables import bronze_token_events, bronze_trades, quarantine_trades

_EVENTS, _TRADES, _REFUSALS = (table.TABLE.name for table in (bronze_token_events, bronze_trades, quarantine_trades))


def remember(report: RunReport, resolved: Resolved, events: DataFrame, refused: DataFrame) -> None:
    """Writes into the report, by day, what later days rest on, and whether a day itself rests on earlier ones."""
    named = _digests(
        events.where(pools.NAMES_POOL),
        ("pool_address", "token_mint", "quote_mint", "token_decimals", "is_pool_reversed"),
    )
    unknown = _digests(refused.where(f"reason = '{Reason.UNKNOWN_POOL.value}'"), ("detail", "raw_sha256"))
    used = Counter(resolved.pooled)
    for (day, _), retried in resolved.retried.items():
        used[day] += retried.lines
    for day, digest in named.items():
        report.day(day).note(_EVENTS, pools=digest)
    for day, digest in unknown.items():
        report.day(day).note(_REFUSALS, unknown_pools=digest)
    for day, count in used.items():
        report.day(day).note(_TRADES, pooled=count)


def resting(context: StepContext, done: Days) -> Days:
    """Finds later built days that use pools, where one of these days says something else of pools than the ledger."""
    step, report = context.step.name, context.report

    def recorded(day: date) -> tuple[Any, ...]:
        return _said(json.loads(context.ledger.outputs(step, day)))

    changed = [day for day in done if _said(report.day(day).outputs)[:2] != recorded(day)[:2]]
    held = context.ledger.held(step) - set(done) if changed else set()
    return tuple(day for day in sorted(held) if day > min(changed) and any(recorded(day)))


def _said(outputs: dict[str, dict[str, Any]]) -> tuple[Any, ...]:
    """Picks the pools that a day named, the trades that it left waiting, and the trades that name only a pool."""
    named = (_EVENTS, "pools"), (_REFUSALS, "unknown_pools"), (_TRADES, "pooled")
    return tuple(outputs.get(table, {}).get(name) for table, name in named)


def _digests(lines: DataFrame, names: tuple[str, ...]) -> dict[date, str]:
    """Makes content digests of lines by dump day, whatever their order."""
    values = (F.coalesce(F.col(name).cast("string"), F.lit("")) for name in ("file", "line_number", *names))
    total = F.sum(F.xxhash64(*values).cast("decimal(38,0)"))
    rows = lines.groupBy("dump_day").agg(total.alias("total"), F.count(F.lit(1)).alias("lines")).collect()
    return {row["dump_day"]: f"{row['lines']}-{int(row['total']) % 2**64:016x}" for row in rows}

"""Trades that name only their pool, resolved with what is known by their dump day; what had to wait is tried again."""

import json
from collections import Counter
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from pyspark.sql import DataFrame
from pyspark.sql import functions as F

from jobs.bronze import pools
from jobs.bronze.accounting import Place
from jobs.bronze.refused_lines import PLACE, REFUSAL, TEXT, with_text
from jobs.running.context import Context
from pumploss.days import Days
from pumploss.lake.delta import day_condition
from pumploss.reasons import Reason
from pumploss.report import RunReport
from pumploss.tables import bronze_token_events, bronze_trades, quarantine_trades
from sources.parsing.files import reparse
from sources.parsing.schema import PARSED_DDL, TABLE


@dataclass
class Resolved:
    """Trades that all have their mint, and the refused lines, whole.

    `pooled` counts the trades of each day that name only their pool. `retried` says of each earlier file how many of
    its lines are taken on a day, and which file of that day made them readable; `texts` are these lines where they
    stand now; `too_late_count` more could be read, but too late.
    """

    trades: DataFrame
    refused: DataFrame | None = None
    pooled: dict[date, int] = field(default_factory=dict)
    retried: dict[Place, tuple[str, int]] = field(default_factory=dict)
    texts: DataFrame | None = None
    too_late_count: int = 0


def resolve(context: Context, parsed: DataFrame, files: list[dict[str, Any]], days: Days) -> Resolved:
    """The trades of these days' dumps, and those of earlier dumps whose pool became known on one of these days."""
    pooled = _counts(parsed.where(pools.IS_POOLED))
    are_pools_new = bool(parsed.where(f"kind = 'event' AND {pools.NAMES_POOL}").take(1))
    if not (pooled or are_pools_new):
        return Resolved(parsed.where("kind = 'trade'"))
    known = context.lake.stage("known_pools", pools.known_pools(_events(context, parsed, days)))
    own = context.lake.stage("pool_trades", pools.judged(parsed.where(pools.IS_POOLED), known))
    refused = context.lake.stage("pool_refused", _refused(context, own, files))
    found = Resolved(parsed.where(f"kind = 'trade' AND NOT ({pools.IS_POOLED})"), refused, pooled)
    found.trades = found.trades.unionByName(own.where("reason IS NULL").select(*TABLE.names))
    if are_pools_new:
        _retry(context, found, known, days)
    return found


def _events(context: Context, parsed: DataFrame, days: Days) -> DataFrame:
    """What these days and earlier ones say of the pools that these days speak of."""
    names = list(bronze_token_events.TABLE.names)
    new = parsed.where(f"kind = 'event' AND {pools.NAMES_POOL}").select(*names)
    wanted = new.select("pool_address").union(parsed.where(pools.IS_POOLED).select("pool_address")).distinct()
    earlier = f"dump_day < '{max(days)}' AND NOT {day_condition('dump_day', days)} AND {pools.NAMES_POOL}"
    stored = context.lake.read(bronze_token_events.TABLE).where(earlier).join(wanted, "pool_address", "left_semi")
    return new.unionByName(stored)


def _refused(context: Context, judged: DataFrame, files: list[dict[str, Any]]) -> DataFrame:
    places = judged.where("reason IS NOT NULL").select(*PLACE, "reason", "detail")
    return with_text(places, files, context.spark)


def _retry(context: Context, found: Resolved, known: DataFrame, days: Days) -> None:
    """Adds the lines of earlier dumps that can be read since one of these days, as trades or refusals of that day."""
    assert found.refused is not None
    stored = context.lake.read(quarantine_trades.TABLE).where(pools.still_waiting(days)).select(*REFUSAL)
    lines = context.lake.stage("waiting_lines", pools.waiting(found.refused.unionByName(stored), known, days))
    again = lines.select("source", "dump_day", "file", "line_number", "raw").mapInArrow(reparse, PARSED_DDL)
    tried = context.lake.stage("retried_trades", pools.retried(again, known))
    found.too_late_count = tried.where("is_too_late").count()
    taken = tried.where("NOT is_too_late")
    found.texts = lines.drop("dump_day").withColumnRenamed("known_day", "dump_day").select(*PLACE, *TEXT)
    places = taken.where("reason IS NOT NULL").select(*PLACE, "reason", "detail")
    found.refused = found.refused.unionByName(places.join(found.texts, list(PLACE)).select(*REFUSAL))
    found.trades = found.trades.unionByName(taken.where("reason IS NULL").select(*TABLE.names))
    sums = taken.groupBy("dump_day", "file").agg(F.min("known_file").alias("by"), F.count(F.lit(1)).alias("lines"))
    found.retried = {(row["dump_day"], row["file"]): (row["by"], row["lines"]) for row in sums.collect()}


def remember(report: RunReport, found: Resolved, events: DataFrame, refused: DataFrame) -> None:
    """Write into the report, by day, what later days rest on, and whether a day itself rests on earlier ones."""
    named = _digests(events.where(pools.NAMES_POOL), ("pool_address", "token_mint", "quote_mint", "token_decimals"))
    unknown = _digests(refused.where(f"reason = '{Reason.UNKNOWN_POOL.value}'"), ("detail", "raw_sha256"))
    used = Counter(found.pooled)
    for (day, _), (_, lines) in found.retried.items():
        used[day] += lines
    for table, name, values in (
        (bronze_token_events, "pools", named),
        (quarantine_trades, "unknown_pools", unknown),
        (bronze_trades, "pooled", used),
    ):
        for day, value in values.items():
            report.day(day).outputs[table.TABLE.name][name] = value


def resting(context: Context, done: Days, report: RunReport) -> Days:
    """Later built days that use pools, where what one of these days says of pools is not what the ledger has of it."""
    recorded = {day: _said(json.loads(context.ledger.outputs(report.step, day))) for day in done}
    changed = [day for day in done if _said(report.day(day).outputs)[:2] != recorded[day][:2]]
    held = context.ledger.held(report.step) - set(done) if changed else set()
    later = sorted(day for day in held if day > min(changed))
    return tuple(day for day in later if any(_said(json.loads(context.ledger.outputs(report.step, day)))))


def _said(outputs: dict[str, dict[str, Any]]) -> tuple[Any, ...]:
    """The names of pools that a day brought, the trades that it left waiting, and the trades that name only a pool."""
    named = (bronze_token_events, "pools"), (quarantine_trades, "unknown_pools"), (bronze_trades, "pooled")
    return tuple(outputs.get(table.TABLE.name, {}).get(name) for table, name in named)


def _digests(lines: DataFrame, names: tuple[str, ...]) -> dict[date, str]:
    """Content digests of lines by dump day, whatever their order."""
    values = (F.coalesce(F.col(name).cast("string"), F.lit("")) for name in ("file", "line_number", *names))
    total = F.sum(F.xxhash64(*values).cast("decimal(38,0)"))
    rows = lines.groupBy("dump_day").agg(total.alias("total"), F.count(F.lit(1)).alias("lines")).collect()
    return {row["dump_day"]: f"{row['lines']}-{int(row['total']) % 2**64:016x}" for row in rows}


def _counts(frame: DataFrame) -> dict[date, int]:
    return {row["dump_day"]: row["count"] for row in frame.groupBy("dump_day").count().collect()}

"""Trades that name only their pool, resolved with what is known by their dump day; what had to wait is tried again."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date

from pyspark.sql import DataFrame
from pyspark.sql import functions as F

from jobs.bronze import pools
from jobs.bronze.accounting import DayFile, Retried
from jobs.bronze.refused_lines import LINE, REFUSAL, TEXT, with_text
from jobs.running.step_context import StepContext
from pumploss.days import Days
from pumploss.lake.delta import day_condition
from pumploss.tables import bronze_token_events, quarantine_trades
from sources.landing.folders import LandedFile
from sources.parsing.files import reparse
from sources.parsing.schema import PARSED_DDL, TABLE


@dataclass(frozen=True)
class Resolved:
    """Trades that all have their mint, and the refused lines, whole; `judged` are these as they were parsed.

    `pooled` counts the trades of each day that name only their pool. `retried` are lines of earlier dumps, by the day
    on which they are taken and their file; `texts` are these lines with the day on which they are taken;
    `too_late_count` more could be read, but too late.
    """

    trades: DataFrame
    refused: DataFrame | None = None
    judged: DataFrame | None = None
    pooled: Mapping[date, int] = field(default_factory=dict)
    retried: Mapping[DayFile, Retried] = field(default_factory=dict)
    texts: DataFrame | None = None
    too_late_count: int = 0


def resolve(context: StepContext, parsed: DataFrame, files: Sequence[LandedFile], days: Days) -> Resolved:
    """Resolves the trades of these days' dumps, and those of earlier dumps whose pool became known on these days."""
    pooled = _counts(parsed.where(pools.IS_POOLED))
    are_pools_new = bool(parsed.where(f"kind = 'event' AND {pools.NAMES_POOL}").take(1))
    if not (pooled or are_pools_new):
        return Resolved(parsed.where("kind = 'trade'"))
    known = context.lake.stage("known_pools", pools.known_pools(_events(context, parsed, days)))
    own = context.lake.stage("pool_trades", pools.judged(parsed.where(pools.IS_POOLED), known))
    lines = own.where("reason IS NOT NULL").select(*LINE, "reason", "detail")
    refused = context.lake.stage("pool_refused", with_text(lines, files, context.spark))
    trades = parsed.where(f"kind = 'trade' AND NOT ({pools.IS_POOLED})").unionByName(
        own.where("reason IS NULL").select(*TABLE.names)
    )
    judged = own.where("reason IS NOT NULL").withColumn("quote_mint", F.col("pool_quote"))
    resolved = Resolved(trades, refused, judged, pooled)
    return _with_retries(context, resolved, refused, known, days) if are_pools_new else resolved


def _events(context: StepContext, parsed: DataFrame, days: Days) -> DataFrame:
    """Collects what these days and earlier ones say of the pools that these days speak of."""
    names = list(bronze_token_events.TABLE.names)
    new = parsed.where(f"kind = 'event' AND {pools.NAMES_POOL}").select(*names)
    wanted = new.select("pool_address").union(parsed.where(pools.IS_POOLED).select("pool_address")).distinct()
    earlier = f"dump_day < '{max(days)}' AND NOT {day_condition('dump_day', days)} AND {pools.NAMES_POOL}"
    stored = context.read_own(bronze_token_events.TABLE).where(earlier).join(wanted, "pool_address", "left_semi")
    return new.unionByName(stored)


def _with_retries(
    context: StepContext, resolved: Resolved, refused: DataFrame, known: DataFrame, days: Days
) -> Resolved:
    """Adds the lines of earlier dumps that can be read since one of these days, as trades or refusals of that day."""
    stored = context.read_own(quarantine_trades.TABLE).where(pools.still_waiting(days)).select(*REFUSAL)
    lines = context.lake.stage("waiting_lines", pools.waiting(refused.unionByName(stored), known, days))
    again = lines.select("source", "dump_day", "file", "line_number", "raw").mapInArrow(reparse, PARSED_DDL)
    tried = context.lake.stage("retried_trades", pools.retried(again, known))
    taken = tried.where("NOT is_too_late")
    texts = lines.drop("dump_day").withColumnRenamed("known_day", "dump_day").select(*LINE, *TEXT)
    refused_again = taken.where("reason IS NOT NULL").select(*LINE, "reason", "detail")
    sums = taken.groupBy("dump_day", "file").agg(F.min("known_file").alias("by"), F.count(F.lit(1)).alias("lines"))
    return replace(
        resolved,
        trades=resolved.trades.unionByName(taken.where("reason IS NULL").select(*TABLE.names)),
        refused=refused.unionByName(refused_again.join(texts, list(LINE)).select(*REFUSAL)),
        retried={(row["dump_day"], row["file"]): Retried(row["by"], row["lines"]) for row in sums.collect()},
        texts=texts,
        too_late_count=tried.where("is_too_late").count(),
    )


def _counts(frame: DataFrame) -> dict[date, int]:
    return {row["dump_day"]: row["count"] for row in frame.groupBy("dump_day").count().collect()}

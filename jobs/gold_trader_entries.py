"""Which mints each trader bought for the first time on each day, how, and what came of the entries of the day before.

A day needs its own entries, and those of the day before: only then is it known how high their mints went.
"""

import numpy as np
from pyspark.sql import Column, DataFrame
from pyspark.sql import functions as F

from features.ratios import log, whole_millis
from features.tapes.entry_days import ENTRIES, entry_days
from jobs.running.step_context import StepContext
from pumploss.cohort import COHORTS
from pumploss.days import Days, shift
from pumploss.tables import gold_token_day, silver_entries
from pumploss.tables.gold_trader_entries import FLAGS, TABLE
from pumploss.walks import by_cohorts

#: A collapse is a fall to a fifth of the price of entry, or below.
COLLAPSED = 0.2
_KEY = ["token_mint", "trade_date"]


def transform(entries: DataFrame, token_days: DataFrame, days: Days, groups: int = COHORTS) -> DataFrame:
    """Entries and days of mints, of these days and of the day before them, to `gold_trader_entries` of these days."""
    wanted = np.array(days, "datetime64[D]").astype("int64")
    own = token_days.select("token_mint", F.col("day").alias("trade_date"), "mint_number")
    following = token_days.select(
        "token_mint",
        F.date_sub("day", 1).alias("trade_date"),
        F.col("spot_high_sol").alias("next_high_sol"),
        F.unix_micros("known_at").alias("next_known_at"),
    )
    mints = own.join(following, _KEY, "left")
    # Who bought a mint on a day is in that day's trades of it, so every entry has its number.
    columns = _columns()
    rows = entries.join(mints, _KEY, "left").select(*(columns[name].alias(name) for name in ENTRIES))
    return by_cohorts(rows, groups).applyInArrow(lambda cohorts: entry_days(cohorts, wanted), TABLE.ddl)


def _columns() -> dict[str, Column]:
    doubles = {
        **{name: F.col(name) for name in ("curve_share", "peak_ratio", "capture_ratio", "impact_ratio")},
        "age_log": log(F.col("age_seconds") + 1),
        "rank_log": log(F.col("earlier_buyer_count") + 1),
        "runup_log": log(F.col("runup_ratio")),
        "momentum_log": log(F.col("momentum_ratio")),
        "high_log": log(F.col("high_ratio")),
        "next_high_log": log(F.col("next_high_sol") / F.col("entry_price_sol")),
    }
    cost, volatility = F.col("first_buy_cost_lamports"), F.col("minute_volatility_ratio")
    nothing = F.lit(0).cast("bigint")
    return {
        **{name: F.col(name) for name in ("trader_address", "trader_cohort", "known_at")},
        "day": F.col("trade_date"),
        "mint_number": F.coalesce("mint_number", F.lit(-1).cast("bigint")),
        "next_known_at": F.coalesce("next_known_at", nothing),
        **{name: F.coalesce(value, F.lit(float("nan"))) for name, value in doubles.items()},
        **{name: F.coalesce(value.cast("int"), F.lit(-1)) for name, value in _flags().items()},
        "volatile_entry_cost_lamports": F.when(volatility.isNotNull(), cost).otherwise(nothing),
        "volatility_entry_cost_millis": F.coalesce(whole_millis(cost, volatility), nothing),
    }


def _flags() -> dict[str, Column]:
    """What of an entry is true, false, or missing."""
    age = F.col("age_seconds")
    # With its own slot stated, an entry without a distance in slots is of a mint that was launched on an earlier day.
    slots = F.coalesce("age_slot_count", F.when(age.isNotNull() & F.col("slot_buyer_count").isNotNull(), F.lit(10**6)))
    values = (
        slots <= 1, slots == 0, age <= 5, age <= 60, F.col("slot_buyer_count") >= 2, F.col("low_ratio") <= COLLAPSED,
    )  # fmt: skip
    return dict(zip(FLAGS, values, strict=True))


def run(context: StepContext, days: Days) -> None:
    """Walk the entries of these days and of the day before."""
    read = (shift(days[0], -1), *days)
    entries, token_days = (context.read(table, read) for table in (silver_entries.TABLE, gold_token_day.TABLE))
    context.publish(TABLE, transform(entries, token_days, days, context.groups(read)), days)

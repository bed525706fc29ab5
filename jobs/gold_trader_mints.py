"""What each trader traded on each day, mint by mint: what windows count distinct mints and concentration from."""

from pyspark.sql import DataFrame
from pyspark.sql import functions as F

from features.ratios import whole_millis
from features.tapes.mint_days import MINT_DAYS, mints_of
from jobs.running.step_context import StepContext
from pumploss.cohort import COHORTS
from pumploss.days import Days
from pumploss.tables import gold_token_day, silver_trader_mint_day
from pumploss.tables.gold_trader_mints import TABLE
from pumploss.walks import by_cohorts


def transform(mint_days: DataFrame, token_days: DataFrame, groups: int = COHORTS) -> DataFrame:
    """Traders' days in mints, and the days of these mints, to `gold_trader_mints`."""
    mints = token_days.select(
        "token_mint",
        F.col("day").alias("trade_date"),
        "mint_number",
        "volatility",
        F.col("known_at").alias("token_known_at"),
    )
    joined = mint_days.join(mints, ["token_mint", "trade_date"], "left")
    is_volatile, cost = F.col("volatility").isNotNull(), F.col("buy_cost_lamports")
    millis = whole_millis(cost, F.col("volatility"))
    nothing = F.lit(0).cast("bigint")
    named = {
        "day": F.col("trade_date"),
        "known_at": F.greatest("known_at", "token_known_at"),
        "mint_number": F.coalesce("mint_number", F.lit(-1).cast("bigint")),
        "is_first_seen": (F.col("first_seen_day") == F.col("trade_date")).cast("bigint"),
        "volatile_cost_lamports": F.when(is_volatile, cost).otherwise(nothing),
        "volatility_cost_millis": F.coalesce(millis, nothing),
    }
    rows = joined.select(*(named.get(name, F.col(name)).alias(name) for name in MINT_DAYS))
    return by_cohorts(rows, groups).applyInArrow(mints_of, TABLE.ddl)


def run(context: StepContext, days: Days) -> None:
    """Walk what traders did in mints on these days."""
    mint_days, token_days = (
        context.read(table, days) for table in (silver_trader_mint_day.TABLE, gold_token_day.TABLE)
    )
    context.publish(TABLE, transform(mint_days, token_days, context.groups(days)), days)

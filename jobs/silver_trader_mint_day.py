"""What each trader did in each mint on each day, and since when they know each other."""

from pyspark.sql import DataFrame, Window
from pyspark.sql import functions as F

from jobs.running.lookups import latest_before
from jobs.running.step_context import StepContext
from pumploss.columns import POSITION
from pumploss.days import Days
from pumploss.tables import silver_trade_pnl
from pumploss.tables.silver_trader_mint_day import TABLE


def transform(pnl: DataFrame, seen: DataFrame) -> DataFrame:
    """Trades with profit, and earlier `first_seen_day` per pair, to `silver_trader_mint_day`."""
    days = pnl.groupBy(*POSITION, "trade_date", "trader_cohort").agg(
        F.count(F.when(F.col("direction") == "buy", 1)).alias("buy_count"),
        F.count(F.when(F.col("direction") == "sell", 1)).alias("sell_count"),
        F.sum("sol_lamports").alias("volume_lamports"),
        F.sum("buy_cost_lamports").alias("buy_cost_lamports"),
        F.coalesce(F.sum("pnl_lamports"), F.lit(0)).alias("realised_pnl_lamports"),
        F.max("known_at").alias("known_at"),
    )
    first = F.min("trade_date").over(Window.partitionBy(*POSITION))
    return (
        days.withColumn("first_here", first)
        .join(seen, [*POSITION], "left")
        .withColumn("first_seen_day", F.least("first_here", F.coalesce("first_before", "first_here")))
        .select(*TABLE.names)
    )


def run(context: StepContext, days: Days) -> None:
    """Aggregate these days; the first day of a pair is looked up in this table's earlier days."""
    pnl = context.read(silver_trade_pnl.TABLE, days)
    pairs = pnl.select(*POSITION).distinct()
    before = latest_before(context, TABLE, pairs, days[0]).join(pairs, [*POSITION], "left_semi")
    seen = before.select(*POSITION, F.col("first_seen_day").alias("first_before"))
    context.publish(TABLE, transform(pnl, seen), days)

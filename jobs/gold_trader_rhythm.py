"""How each trader traded on each day: pauses, sessions, hours, marks of machines. A day needs its own trades alone."""

from pyspark.sql import DataFrame
from pyspark.sql import functions as F

from features.tapes.rhythm import TRADES, rhythm_of
from jobs.running.step_context import StepContext
from pumploss.cohort import COHORTS
from pumploss.days import Days
from pumploss.tables import silver_trade_pnl
from pumploss.tables.gold_trader_rhythm import TABLE
from pumploss.walks import by_cohorts


def transform(pnl: DataFrame, groups: int = COHORTS) -> DataFrame:
    """Trades with their profit to `gold_trader_rhythm`."""
    is_buy = (F.col("direction") == "buy").cast("int").alias("is_buy")
    trades = pnl.select(*TRADES, is_buy, F.coalesce("pnl_lamports", F.lit(0)).alias("pnl"))
    return by_cohorts(trades, groups).applyInArrow(rhythm_of, TABLE.ddl)


def run(context: StepContext, days: Days) -> None:
    """Walk the trades of these days."""
    context.publish(TABLE, transform(context.read(silver_trade_pnl.TABLE, days), context.groups(days)), days)

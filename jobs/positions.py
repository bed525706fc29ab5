"""What a trader holds as of T and what it would fetch, with the age of the price that says so.

`gold_trader_day` sums the same values; it has a row only where something traded, so how old a mark is can only be said
as of a T, position by position.
"""

from datetime import date

from pyspark.sql import DataFrame
from pyspark.sql import functions as F

from jobs.marks import exit_value
from jobs.running.context import Context
from jobs.running.lookups import latest_before, latest_rows
from pumploss.days import midnight
from pumploss.tables import gold_token_day, silver_open_lots

#: A mark is stale where its mint did not trade for seven days: as long as outcomes are watched, so a whole outcome
#: window has passed without anybody buying at that price.
STALE_AFTER_SECONDS = 7 * 86_400

POSITION = ["trader_address", "token_mint"]
#: Columns of `valued`, after trader and mint.
VALUES = (
    "open_units", "open_cost_lamports", "exit_value_lamports", "unrealised_pnl_lamports", "mark_method",
    "last_traded_at", "mark_age_seconds", "is_mark_stale",
)  # fmt: skip


def valued(lots: DataFrame, marks: DataFrame, as_of: date) -> DataFrame:
    """Open positions as of 00:00 UTC of a day: POSITION and VALUES.

    `lots` are each position's latest rows of `silver_open_lots` before it, `marks` each mint's latest row of
    `gold_token_day` before it. A mint without a mark is worth nothing; how old its mark is, is then missing, and it
    counts as stale.
    """
    held = lots.groupBy(*POSITION).agg(
        F.sum("open_units").cast("bigint").alias("open_units"),
        F.sum("open_cost_lamports").cast("bigint").alias("open_cost_lamports"),
    )
    rows = held.where("open_units > 0 OR open_cost_lamports > 0").join(marks, "token_mint", "left")
    age = F.unix_timestamp(F.lit(midnight(as_of))) - F.unix_timestamp("last_traded_at")
    value = F.when(F.col("mark_method").isNotNull(), exit_value(F.col("open_units"))).otherwise(0).cast("bigint")
    priced = rows.select("*", value.alias("exit_value_lamports"), age.cast("bigint").alias("mark_age_seconds"))
    is_fresh = F.col("mark_age_seconds") <= F.lit(STALE_AFTER_SECONDS)
    return priced.select(
        "*",
        (F.col("exit_value_lamports") - F.col("open_cost_lamports")).alias("unrealised_pnl_lamports"),
        F.coalesce(~is_fresh, F.lit(True)).alias("is_mark_stale"),
    ).select(*POSITION, *VALUES)


def of_trader(context: Context, address: str, cohort: int, as_of: date) -> DataFrame:
    """`valued` for one trader, from what the lake knew at 00:00 UTC of a day.

    Raises StaleError where a day that this rests on is stale.
    """
    earlier = context.read_before(silver_open_lots.TABLE, as_of)  # opens the session that columns need
    own = (F.col("trader_cohort") == F.lit(cohort)) & (F.col("trader_address") == F.lit(address))
    lots = latest_rows(earlier.where(own), POSITION, "close_day")
    held = lots.where("open_units > 0 OR open_cost_lamports > 0").select(*silver_open_lots.TABLE.names)
    if not held.take(1):  # a lookup needs something to look up
        return valued(held, context.read(gold_token_day.TABLE, ()), as_of)
    return valued(held, latest_before(context, gold_token_day.TABLE, held.select("token_mint"), as_of), as_of)

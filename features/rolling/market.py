"""Sums up what all traders together did in the 30 days before each T: one row per T, the same for all its traders."""

from collections.abc import Collection
from datetime import date

from pyspark.sql import Column, DataFrame
from pyspark.sql import functions as F

from features.windows import AS_OF_DAY, LOOKBACK_DAYS, spread

#: Figures of a market day that are compared with what is usual.
COMPARED = ("volume_lamports", "trade_count", "trader_count", "new_mint_count", "losing_sell_share")
#: Days before the latest whose median is what is usual.
USUAL_DAYS = 28


def market(market_days: DataFrame, as_of_days: Collection[date]) -> DataFrame:
    """Make the market's figures per T from rows of `gold_market_day`; a T without any day has no row.

    `market_known_at` is when the last of these days became known. Of each figure of `COMPARED` there is that of the day
    before T (`_latest`, missing without that day) and the median of the 28 days before it (`_usual`).
    """
    days = market_days.select("day", "known_at", "loss_count", "matched_sell_count", *COMPARED)
    first_wanted = F.date_sub(AS_OF_DAY, LOOKBACK_DAYS)
    is_latest = F.col("age_days") == 1
    is_usual = (F.col("age_days") > 1) & (F.col("age_days") <= USUAL_DAYS + 1)
    summed = (
        spread(days, "day", as_of_days)
        .groupBy(AS_OF_DAY)
        .agg(
            F.sum("loss_count").alias("market_loss_count_30d"),
            F.sum("matched_sell_count").alias("market_matched_sell_count_30d"),
            (F.min("day") > F.min(first_wanted)).alias("is_market_truncated_30d"),
            F.max("known_at").alias("market_known_at"),
            F.count(F.lit(1)).alias("market_day_count_30d"),
            *(F.max(F.when(is_latest, F.col(name))).cast("double").alias(f"{name}_latest") for name in COMPARED),
            *(
                F.array_sort(F.collect_list(F.when(is_usual, F.col(name)).cast("double"))).alias(f"{name}_days")
                for name in COMPARED
            ),
        )
    )
    usual = {f"{name}_usual": _middle(F.col(f"{name}_days")) for name in COMPARED}
    return summed.withColumns(usual).drop(*(f"{name}_days" for name in COMPARED))


def _middle(values: Column) -> Column:
    """Take the median of a sorted list; missing for an empty one."""
    count = F.size(values)
    low, high = F.get(values, F.floor((count - 1) / 2).cast("int")), F.get(values, F.floor(count / 2).cast("int"))
    return F.when(count > 0, (low + high) / 2)

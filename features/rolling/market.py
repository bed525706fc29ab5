"""Sums up what all traders together did in the 30 days before each T: one row per T, the same for all its traders."""

from collections.abc import Collection
from datetime import date

from pyspark.sql import DataFrame
from pyspark.sql import functions as F

from features.windows import AS_OF_DAY, LOOKBACK_DAYS, spread


def market(market_days: DataFrame, as_of_days: Collection[date]) -> DataFrame:
    """Make the market's figures per T from rows of `gold_market_day`; a T without any day has no row.

    `market_known_at` is when the last of these days became known.
    """
    days = market_days.select("day", "known_at", "loss_count", "matched_sell_count")
    first_wanted = F.date_sub(AS_OF_DAY, LOOKBACK_DAYS)
    return (
        spread(days, "day", as_of_days)
        .groupBy(AS_OF_DAY)
        .agg(
            F.sum("loss_count").alias("market_loss_count_30d"),
            F.sum("matched_sell_count").alias("market_matched_sell_count_30d"),
            (F.min("day") > F.min(first_wanted)).alias("is_market_truncated_30d"),
            F.max("known_at").alias("market_known_at"),
        )
    )

"""What trades and rewritten reserves say of a coin's mode, on the first day that anything does.

A launch states the mode too, but need not have landed. A coin has one mode for life, so it is said once.
"""

from pyspark.sql import DataFrame, Window
from pyspark.sql import functions as F


def mode_facts(trades: DataFrame, events: DataFrame, before: DataFrame) -> DataFrame:
    """Facts of mints in mayhem mode (`token_mint`, `is_mayhem`, `known_day`) by trades and events of bronze.

    `before` are rows of `silver_tokens` as of the day before. Only the mode that is not the usual one is told by
    trades: else every mint would have a row on its first day.
    """
    day = F.col("dump_day").alias("known_day")
    traded = trades.where("is_mayhem").select("token_mint", day, F.lit(False).alias("is_launch"))
    stated = events.where("event_kind IN ('create', 'rewrite') AND is_mayhem IS NOT NULL").select(
        "token_mint", day, (F.col("event_kind") == "create").alias("is_launch")
    )
    days = traded.unionByName(stated).groupBy("token_mint", "known_day").agg(F.max("is_launch").alias("is_launched"))
    first = F.min("known_day").over(Window.partitionBy("token_mint"))
    told = days.withColumn("first_day", first).where("known_day = first_day AND NOT is_launched")
    known = before.where("is_mayhem IS NOT NULL").select("token_mint")
    return told.join(known, "token_mint", "left_anti").select("token_mint", F.lit(True).alias("is_mayhem"), "known_day")

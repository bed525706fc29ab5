"""Selects what is measured of positions: round trips as they stand at the close of each day that changed them."""

from pyspark.sql import DataFrame
from pyspark.sql import functions as F

from features.rolling.facts import Inputs


def round_trips(inputs: Inputs) -> DataFrame:
    """Select each row of `silver_round_trips`, times in microseconds since 1970.

    `part_of` is the mint where the round trip may have rows of other days, else empty: a mint is long, few round trips
    last longer than a day, and only theirs must be found again.
    """
    is_alone = F.col("is_closed") & (F.to_date("entered_at") == F.col("close_day"))
    return inputs.round_trips.select(
        "trader_address",
        "trader_cohort",
        F.col("close_day").alias("day"),
        "known_at",
        F.when(is_alone, F.lit("")).otherwise(F.col("token_mint")).alias("part_of"),
        "episode_index",
        F.unix_micros("entered_at").alias("entered"),
        F.col("entry_order_in_day").alias("entry_order"),
        F.coalesce(F.unix_micros("exited_at"), F.lit(0)).alias("exited"),
        F.coalesce("exit_order_in_day", F.lit(0)).alias("exit_order"),
        "is_closed",
        "buy_count",
        "averaged_down_count",
        "entry_cost_lamports",
        "realised_pnl_lamports",
    )

"""Which trade a line is: its identity, and whether another line is the same trade again."""

from pyspark.sql import DataFrame, Window
from pyspark.sql import functions as F

from pumploss.tables.bronze_trades import TABLE

#: What makes two signed events the same trade, were it not for their position in the chain.
EVENT = ("signature", "trader_address", "token_mint", "direction", "token_units", "sol_lamports")
NATIVE = ("slot", "tx_index", "event_index")


def identified(trades: DataFrame) -> tuple[DataFrame, DataFrame]:
    """Tells trades with their identity (`bronze_trades`) from those that stand in another file or line already.

    Nearly every trade is alone with its line and its event. Only those that are not, told by 64-bit hashes, are
    compared with each other: sorting millions of lone rows to number each 1 is where the time would go otherwise.
    """
    is_signed = F.col("signature").isNotNull()
    own = F.when(is_signed, F.xxhash64("dump_day", "source", *EVENT))
    dated = trades.select(
        "*",
        F.to_date("traded_at").alias("trade_date"),
        F.lit(False).alias("is_hop"),
        own.otherwise(F.xxhash64("dump_day", "source", "line_digest")).alias("own_hash"),
    )
    repeated = dated.groupBy("own_hash").agg(F.count(F.lit(1)).alias("repeats")).where("repeats > 1")
    compared = dated.join(repeated, "own_hash", "left")
    alone = compared.where("repeats IS NULL").select(
        *dated.columns,
        F.lit(False).alias("is_ambiguous_duplicate"),
        F.lit(1).alias("ordinal"),
        F.lit(1).alias("copy"),
    )
    suspects = compared.where("repeats IS NOT NULL").select(*dated.columns)
    numbered = _signed(suspects.where(is_signed)).unionByName(_unsigned(suspects.where(~is_signed)))
    signed = F.md5(F.concat_ws("|", *EVENT, "ordinal"))
    unsigned = F.md5(F.concat_ws("|", "source", "line_digest", "occurrence"))
    kept = alone.unionByName(numbered.where("copy = 1")).withColumn(
        "trade_id", F.when(is_signed, signed).otherwise(unsigned)
    )
    return kept.select(*TABLE.names), numbered.where("copy > 1")


def _signed(trades: DataFrame) -> DataFrame:
    """Numbers equal events of a signature by their positions in the chain; those of one position are one trade.

    A line that states no position at all differs from no other: it is the first of them again.
    """
    event = ("dump_day", "source", *EVENT)
    positions = Window.partitionBy(*event).orderBy(*(F.col(name).asc_nulls_last() for name in NATIVE))
    copies = Window.partitionBy(*event, "ordinal").orderBy("traded_at", "line_digest", "file", "line_number")
    is_positioned = F.coalesce(*NATIVE).isNotNull()
    return trades.select(
        "*",
        F.lit(False).alias("is_ambiguous_duplicate"),
        F.when(is_positioned, F.dense_rank().over(positions)).otherwise(F.lit(1)).alias("ordinal"),
    ).withColumn("copy", F.row_number().over(copies))


def _unsigned(trades: DataFrame) -> DataFrame:
    """Numbers equal lines without a signature: in one file they are trades, in another the same trades again."""
    lines = Window.partitionBy("dump_day", "source", "line_digest")
    copies = Window.partitionBy("dump_day", "source", "line_digest", "occurrence").orderBy("file", "line_number")
    return trades.select(
        "*",
        (F.max("occurrence").over(lines) > 1).alias("is_ambiguous_duplicate"),
        F.lit(1).alias("ordinal"),
        F.row_number().over(copies).alias("copy"),
    )

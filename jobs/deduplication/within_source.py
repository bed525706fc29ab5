"""Which trade a line is: its identity, and whether another line is the same trade again."""

from collections.abc import Callable

from pyspark.sql import Column, DataFrame, Window
from pyspark.sql import functions as F

from pumploss.tables.bronze_trades import TABLE

#: What makes two signed events the same trade, were it not for their position in the chain.
EVENT = ("signature", "trader_address", "token_mint", "direction", "token_units", "sol_lamports")
NATIVE = ("slot", "tx_index", "event_index")
_IS_SIGNED = "signature IS NOT NULL"


def identified(trades: DataFrame, stage: Callable[[str, DataFrame], DataFrame]) -> tuple[DataFrame, DataFrame | None]:
    """Tells trades with their identity (`bronze_trades`) from those that stand in another file or line already, if any.

    Nearly every trade is alone with its line and its event. Only those that are not, told by 64-bit hashes, are
    compared with each other: sorting millions of lone rows to number each 1 is where the time would go otherwise.
    `stage` computes the hashes once (`Lake.stage`).
    """
    dated = trades.select("*", F.to_date("traded_at").alias("trade_date"), F.lit(False).alias("is_hop"))
    alone = {"is_ambiguous_duplicate": F.lit(False), "ordinal": F.lit(1), "copy": F.lit(1)}
    # Staged, so that the engine knows how few they are: it would hash the other side of the join, whole rows of a day.
    repeated = stage("repeated_hashes", _repeated(trades))
    if not repeated.take(1):
        return _with_id(dated.withColumns(alone)), None
    hashed = dated.withColumn("own_hash", _own_hash())
    suspects = hashed.join(repeated, "own_hash", "left_semi")
    numbered = _signed(suspects.where(_IS_SIGNED)).unionByName(_unsigned(suspects.where(f"NOT ({_IS_SIGNED})")))
    lone = hashed.join(repeated, "own_hash", "left_anti").withColumns(alone)
    return _with_id(lone.unionByName(numbered.where("copy = 1"))), numbered.where("copy > 1")


def _repeated(trades: DataFrame) -> DataFrame:
    """Lists the hashes that several lines have."""
    hashes = trades.select(_own_hash().alias("own_hash")).groupBy("own_hash").agg(F.count(F.lit(1)).alias("repeats"))
    return hashes.where("repeats > 1").select("own_hash")


def _own_hash() -> Column:
    own = F.when(F.expr(_IS_SIGNED), F.xxhash64("dump_day", "source", *EVENT))
    return own.otherwise(F.xxhash64("dump_day", "source", "line_digest"))


def _with_id(trades: DataFrame) -> DataFrame:
    signed = F.md5(F.concat_ws("|", *EVENT, "ordinal"))
    unsigned = F.md5(F.concat_ws("|", "source", "line_digest", "occurrence"))
    trade_id = F.when(F.expr(_IS_SIGNED), signed).otherwise(unsigned)
    return trades.withColumn("trade_id", trade_id).select(*TABLE.names)


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

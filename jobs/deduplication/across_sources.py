"""One trade from several sources: which source's rows count, and which of two dates.

Sources round, net or assume differently, so one trade may have other amounts, and so another id, in each. What they
share is the transaction and the mint: of each, the rows of one source count, whole. A source without block times dates
a trade by when a copy was received, so that its copies may lie on both sides of a midnight.
"""

from collections.abc import Collection
from datetime import date

from pyspark.sql import Column, DataFrame, Window
from pyspark.sql import functions as F

from pumploss.errors import CheckError
from pumploss.lake.delta import day_condition
from sources import source

#: How far one trade's times may lie apart in two sources: a feed's receiver stamps it some seconds late.
SKEW = "INTERVAL 10 MINUTES"


def marked(bronze: DataFrame, sources: Collection[str]) -> DataFrame:
    """Marks the rows with `is_superseded`: whether another of the sources counts for the transaction and mint.

    The one with the lowest `Source.precedence` counts. Rows without a signature are never superseded. Raises
    SourceError for a source that is not known.
    """
    if len(sources) < 2:
        return bronze.withColumn("is_superseded", F.lit(False))
    pair = F.when(F.col("signature").isNotNull(), F.xxhash64("signature", "token_mint"))
    ranked = bronze.select("*", _rank(sources).alias("rank"), pair.alias("pair"))
    contested = (
        ranked.groupBy("pair")
        .agg(F.min("rank").alias("lowest"), F.max("rank").alias("highest"))
        .where("pair IS NOT NULL AND lowest < highest")
        .select("pair", F.lit(True).alias("is_contested"))
    )
    # Hashes only tell the few suspects, who are then compared with each other.
    joined = ranked.join(contested, "pair", "left")
    best = F.min("rank").over(Window.partitionBy("signature", "token_mint"))
    # That a coin is the middle of a route may be told by a source that does not count.
    route = Window.partitionBy("signature", "token_mint", "trader_address")
    judged = joined.where("is_contested IS NOT NULL").withColumns(
        {"is_superseded": F.col("rank") > best, "is_hop": F.max(F.col("is_hop").cast("int")).over(route) == 1}
    )
    alone = joined.where("is_contested IS NULL").withColumn("is_superseded", F.lit(False))
    names = (*bronze.columns, "is_superseded")
    return alone.select(*names).unionByName(judged.select(*names))


def is_by_date(sources: Collection[str]) -> bool:
    """Whether a trade date can be worked out from its own rows: no other source, no copy, dates the same trades."""
    return len(sources) < 2 and all(_has_block_time(name) for name in sources)


def _has_block_time(name: str) -> bool:
    return source(name).time_field not in source(name).volatile


def once_dated(rows: DataFrame, sources: Collection[str]) -> DataFrame:
    """Marks copies of a trade on another date than its first one as superseded as well."""
    if all(_has_block_time(name) for name in sources):
        return rows
    counting = rows.where("NOT is_superseded").select("*", F.xxhash64("trade_id").alias("id_hash"))
    hashes = counting.groupBy("id_hash").agg(F.min("trade_date").alias("early"), F.max("trade_date").alias("late"))
    several = counting.join(hashes.where("early < late").select("id_hash"), "id_hash", "left_semi")
    line = F.struct("dump_day", "source", "file", "line_number")
    first = several.groupBy("trade_id").agg(F.min_by("trade_date", line).alias("first_date"))
    is_elsewhere = F.coalesce(F.col("trade_date") != F.col("first_date"), F.lit(False))
    return (
        rows.join(first, "trade_id", "left")
        .withColumn("is_superseded", F.col("is_superseded") | is_elsewhere)
        .select(*rows.columns)
    )


def _rank(sources: Collection[str]) -> Column:
    """Ranks each row by its source."""
    known = {name: source(name).precedence for name in sorted(sources)}
    return F.coalesce(*(F.when(F.col("source") == name, F.lit(rank)) for name, rank in known.items()))


def around(days: Collection[date]) -> Column:
    """Whether a trade is of one of the days, or so near to one that another source may date it there."""
    early, late = (f"CAST(traded_at {sign} {SKEW} AS DATE)" for sign in "-+")
    return F.expr(f"{day_condition(early, days)} OR {day_condition(late, days)}")


def refuse_mixtures(bronze: DataFrame) -> None:
    """Raises CheckError where two sources, one of them unsigned, cover the same mint and hour."""
    hours = bronze.groupBy("token_mint", F.date_trunc("hour", "traded_at").alias("hour")).agg(
        F.count_distinct("source").alias("sources"),
        F.count(F.when(F.col("signature").isNull(), 1)).alias("unsigned"),
        F.min("source").alias("one"),
        F.max("source").alias("other"),
    )
    mixed = hours.where("sources > 1 AND unsigned > 0").orderBy("hour", "token_mint").limit(1).collect()
    if mixed:
        row = mixed[0]
        raise CheckError(
            f"{row['one']} and {row['other']} both cover mint {row['token_mint']} in the hour of {row['hour']} UTC; "
            "rows without signatures cannot be matched across sources: remove one source's dump of that day."
        )

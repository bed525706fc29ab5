"""Bronze to trades that count: each once, at its trade date, in chain order."""

from typing import TYPE_CHECKING

from jobs.context import Context
from pumploss import columns as c
from pumploss.days import Days, ordered, span
from pumploss.errors import CheckError, ConservationError
from pumploss.lake.delta import day_condition
from pumploss.report import RunReport
from pumploss.tables import bronze_trades
from pumploss.tables.silver_trades import TABLE

if TYPE_CHECKING:
    from pyspark.sql import DataFrame, Row

#: The keys of chain order that the data states; direction and id only break what they leave open.
STATED_ORDER = ("traded_at", "slot", "tx_index", "event_index", "source_rank")


def transform(bronze: "DataFrame") -> "DataFrame":
    """Bronze rows of whole trade dates to `silver_trades`: the first dump that holds a trade is where it counts."""
    from pyspark.sql import Window
    from pyspark.sql import functions as F

    order = Window.partitionBy("token_mint", "trade_date").orderBy(
        *(F.col(name).asc_nulls_last() for name in STATED_ORDER), "direction", "trade_id"
    )
    # Neighbours are compared by hash: a collision would only set a flag.
    ranked = (
        once(bronze)
        .withColumn("stated", F.xxhash64(*STATED_ORDER))
        .select(
            "*",
            F.row_number().over(order).alias(c.ORDER.name),
            (F.lag("stated").over(order).eqNullSafe(F.col("stated"))).alias("as_before"),
            (F.lead("stated").over(order).eqNullSafe(F.col("stated"))).alias("as_after"),
        )
    )
    return ranked.select(
        "*",
        (F.col("as_before") | F.col("as_after")).alias("is_order_inferred"),
        F.date_add("dump_day", 1).cast("timestamp").alias("known_at"),
        F.pmod(F.xxhash64("trader_address"), F.lit(16)).cast("int").alias("trader_cohort"),
    ).select(*TABLE.names)


def once(bronze: "DataFrame") -> "DataFrame":
    """Each trade once. Those that landed several times are few: only they, found by hash, are sorted."""
    from pyspark.sql import Window
    from pyspark.sql import functions as F

    hashed = bronze.withColumn("id_hash", F.xxhash64("trade_id"))
    repeated = hashed.groupBy("id_hash").agg(F.count(F.lit(1)).alias("repeats")).where("repeats > 1")
    joined = hashed.join(repeated, "id_hash", "left")
    copies = Window.partitionBy("trade_id").orderBy("dump_day", "source", "file", "line_number")
    first = joined.where("repeats IS NOT NULL").withColumn("copy", F.row_number().over(copies)).where("copy = 1")
    return joined.where("repeats IS NULL").select(*bronze.columns).unionByName(first.select(*bronze.columns))


def run(context: Context, days: Days) -> RunReport:
    """Rebuild every trade date that these dump days touch. Raises CheckError where sources cannot be told apart."""
    report = RunReport("silver_trades")
    touched = _touched(context, days)
    last = max(context.lake.rows_by_day(bronze_trades.TABLE), default=days[-1])
    dates = ", ".join(f"'{day}'" for day in touched)
    bronze = context.read(bronze_trades.TABLE, span(touched[0], max(last, days[-1]))).where(f"trade_date IN ({dates})")
    _refuse_mixtures(bronze)
    staged = context.lake.stage(TABLE.name, transform(bronze))
    _account(bronze, staged, touched, report)
    context.publish(TABLE, staged, touched, report, staged=True)
    return report


def _touched(context: Context, days: Days) -> Days:
    """These days, the trade dates that their dumps hold, and those that held trades of an earlier state of them."""
    dates = context.read(bronze_trades.TABLE, days).select("trade_date").distinct()
    held = context.lake.days_holding(TABLE, "dump_day", days[0], days[-1])
    if held:
        again = context.lake.read(TABLE, held).where(day_condition("dump_day", days))
        dates = dates.union(again.select("trade_date").distinct())
    return ordered({*(row["trade_date"] for row in dates.collect()), *days})


def _account(bronze: "DataFrame", staged: "DataFrame", touched: Days, report: RunReport) -> None:
    """Write each day's sums into the report. Raises ConservationError where a trade went missing."""
    read = {row["trade_date"]: (row["rows"], row["ids"]) for row in _counts(bronze)}
    written = {row["trade_date"]: row["count"] for row in staged.groupBy("trade_date").count().collect()}
    for day in touched:
        rows, identities = read.get(day, (0, 0))
        counts = report.day(day)
        counts.rows_read, counts.rows_duplicate = rows, rows - identities
        counts.rows_written = written.get(day, 0)
        if counts.rows_written != identities:
            raise ConservationError(
                f"silver_trades of {day}: {rows} rows became {counts.rows_written}, not {identities}; none was written."
            )


def _counts(bronze: "DataFrame") -> list["Row"]:
    from pyspark.sql import functions as F

    counts = bronze.groupBy("trade_date").agg(
        F.count(F.lit(1)).alias("rows"), F.count_distinct("trade_id").alias("ids")
    )
    return list(counts.collect())


def _refuse_mixtures(bronze: "DataFrame") -> None:
    """Raise CheckError where two sources, one of them unsigned, cover the same mint and hour."""
    from pyspark.sql import functions as F

    if len(bronze.select("source").distinct().take(2)) < 2:
        return
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

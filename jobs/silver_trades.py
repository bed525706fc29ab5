"""Bronze to trades that count: each once, at its trade date, in chain order."""

from collections import Counter
from datetime import date

from pyspark.sql import DataFrame, Row, Window
from pyspark.sql import functions as F

from jobs.deduplication.across_sources import around, is_by_date, marked, once_dated, refuse_mixtures
from jobs.running.step_context import StepContext
from jobs.tokens import decimals
from jobs.tokens.chain_order import is_loose, placed
from jobs.tokens.mint_blocks import mint_blocks
from jobs.tokens.restating import LEFT_OUT, known_decimals, resting_dates
from pumploss.days import Days, ordered, shift, span
from pumploss.errors import ConservationError
from pumploss.lake.delta import day_condition
from pumploss.report import RunReport
from pumploss.tables import bronze_trades
from pumploss.tables.silver_trades import TABLE

#: Rows that are not written: a row of a later dump or line of its source, a row that another source has just the same,
#: and one whose transaction another source states differently.
DUPLICATES = ("exact", "across_sources", "superseded")
#: How many of the trades that are left out are named.
SHOWN = 3


def transform(bronze: DataFrame, has_loose: bool = True, has_copies: bool = True) -> DataFrame:
    """Makes `silver_trades` of bronze rows of whole trade dates: a trade counts in the first dump that holds it.

    Without rows that are loose (see `chain_order`), or without copies, less is compared, and the same comes out.
    """
    return (
        placed(once(bronze) if has_copies else bronze, bronze, has_loose)
        .select(
            "*",
            F.date_add("known_day" if "known_day" in bronze.columns else "dump_day", 1)
            .cast("timestamp")
            .alias("known_at"),
            F.pmod(F.xxhash64("trader_address"), F.lit(16)).cast("int").alias("trader_cohort"),
        )
        .select(*TABLE.names)
    )


def once(bronze: DataFrame) -> DataFrame:
    """Keeps each trade once. Those that landed several times are few: only they, found by hash, are sorted."""
    hashed = bronze.withColumn("id_hash", F.xxhash64("trade_id"))
    # The engine holds the left side of such a join: the few hashes, not whole rows.
    joined = _repeated(hashed).join(hashed, "id_hash", "right")
    copies = Window.partitionBy("trade_id").orderBy("dump_day", "source", "file", "line_number")
    first = joined.where("repeats IS NOT NULL").withColumn("copy", F.row_number().over(copies)).where("copy = 1")
    return joined.where("repeats IS NULL").select(*bronze.columns).unionByName(first.select(*bronze.columns))


def _repeated(hashed: DataFrame) -> DataFrame:
    return hashed.groupBy("id_hash").agg(F.count(F.lit(1)).alias("repeats")).where("repeats > 1")


def _has_copies(bronze: DataFrame) -> bool:
    """Whether two rows may be one trade, by hash."""
    return bool(_repeated(bronze.select(F.xxhash64("trade_id").alias("id_hash"))).limit(1).collect())


def run(context: StepContext, days: Days) -> None:
    """Rebuilds every trade date that these dump days touch. Raises CheckError where sources cannot be told apart."""
    report = context.report
    touched, rows = _inputs(context, days)
    rows = _restated(context, rows, days)
    counted = rows.where("NOT is_superseded").drop("is_superseded")
    has_copies = _has_copies(counted)
    landed = context.lake.rows_by_day(bronze_trades.TABLE)
    blocks = mint_blocks({day: landed.get(day, 0) for day in touched}, context.settings.rows_at_once)
    staged = context.stage(TABLE, transform(counted, is_loose(counted), has_copies), blocks)
    duplicates = _account(_counts(rows, has_copies), rows, staged, touched, report)
    context.publish(TABLE, staged, touched, staged=True)
    for day in touched:
        report.day(day).note(TABLE.name, duplicates=duplicates[day])
    report.details["duplicates"] = {kind: sum(kinds[kind] for kinds in duplicates.values()) for kind in DUPLICATES}


def _restated(context: StepContext, rows: DataFrame, days: Days) -> DataFrame:
    """Gives the rows of each mint its decimals; what does not fit them is left out, counted and named."""
    facts = known_decimals(context, rows, days)
    if facts is None:
        return rows
    restated = context.lake.stage("restated_trades", decimals.restated(rows, facts))
    unfit = restated.where("refusal IS NOT NULL")
    counts = unfit.groupBy("trade_date").count().collect()
    for row in counts:
        counts_of_day = context.report.day(row["trade_date"])
        counts_of_day.rows_quarantined += row["count"]
        counts_of_day.note(TABLE.name, **{LEFT_OUT: row["count"]})
    if counts:
        first = unfit.orderBy("dump_day", "file", "line_number").limit(SHOWN).collect()
        named = "; ".join(f"{row['file']} line {row['line_number']}: {row['refusal']}" for row in first)
        total = sum(row["count"] for row in counts)
        context.report.warnings.append(
            f"{total} trades are left out: amounts in whole tokens that are none in units of their mint ({named})"
        )
    return restated.where("refusal IS NULL").drop("refusal")


def _touched(context: StepContext, days: Days) -> Days:
    """Finds these days, the trade dates that their dumps hold, and those that held trades of them before.

    Also those whose trades rest on decimals about which these days know better.
    """
    dates = context.read(bronze_trades.TABLE, days).select("trade_date").distinct()
    held = context.lake.days_holding(TABLE, "dump_day", days[0], days[-1])
    if held:
        again = context.read_own(TABLE, held).where(day_condition("dump_day", days))
        dates = dates.union(again.select("trade_date").distinct())
    return ordered({*(row["trade_date"] for row in dates.collect()), *days, *resting_dates(context, days)})


def _inputs(context: StepContext, days: Days) -> tuple[Days, DataFrame]:
    """Finds the trade dates to rebuild and their bronze rows, marked where another source's count.

    Raises CheckError for a mixture of sources that cannot be told apart. Where there are several, or one dates trades
    by when it received them, the built dates beside the touched ones are rebuilt too: at midnight the same trade may be
    dated there and here.
    """
    touched = _touched(context, days)
    last = max([*context.lake.rows_by_day(bronze_trades.TABLE), days[-1]])
    if is_by_date(_sources(context, span(shift(touched[0], -1), last))):
        bronze = context.read(bronze_trades.TABLE, span(touched[0], last))
        return touched, marked(bronze.where(day_condition("trade_date", touched)), ())
    beside = {shift(day, step) for day in touched for step in (-1, 1)}
    touched = ordered({*touched, *(beside & context.lake.rows_by_day(TABLE).keys())})
    dumps = span(shift(touched[0], -1), last)
    sources = _sources(context, dumps)
    near = marked(context.read(bronze_trades.TABLE, dumps).where(around(touched)), sources)
    staged = context.lake.stage("marked_trades", once_dated(near, sources))
    rows = staged.where(day_condition("trade_date", touched))
    refuse_mixtures(rows)
    return touched, rows


def _sources(context: StepContext, dumps: Days) -> set[str]:
    """Names the sources that landed in these dumps, by the log alone."""
    return {file.partition["source"] for file in context.lake.files(bronze_trades.TABLE, dumps)}


def _account(
    by_date: list[Row], rows: DataFrame, staged: DataFrame, touched: Days, report: RunReport
) -> dict[date, dict[str, int]]:
    """Writes what was read and dropped of each day into the report; answers its duplicates by kind.

    Raises ConservationError where a trade went missing.
    """
    read = {row["trade_date"]: (row["rows_read"], row["superseded"], row["ids"]) for row in by_date}
    written = _written(staged, report)
    alike = _alike(rows) if any(superseded for _, superseded, _ in read.values()) else Counter()
    duplicates = {}
    for day in touched:
        rows_read, superseded, identities = read.get(day, (0, 0, 0))
        counts, trades = report.day(day), written.get(day, 0)
        counts.rows_read, counts.rows_duplicate = rows_read + counts.rows_quarantined, rows_read - identities
        own, others = alike[day, True], alike[day, False]
        kinds = (rows_read - superseded - identities + own, others, superseded - own - others)
        duplicates[day] = dict(zip(DUPLICATES, kinds, strict=True))
        if trades != identities:
            raise ConservationError(
                f"silver_trades of {day}: {rows_read} rows became {trades} trades instead of {identities}; "
                "nothing was written. This is a fault of the step: keep the bronze rows and report it."
            )
    return duplicates


def _written(staged: DataFrame, report: RunReport) -> dict[date, int]:
    """Counts the trades of each day, and tells of those whose decimals are assumed."""
    lamports = F.col("sol_lamports").cast("decimal(38,0)")
    assumed = F.col("is_decimals_assumed")
    days = staged.groupBy("trade_date").agg(
        F.count(F.lit(1)).alias("trades"),
        F.count(F.when(assumed, 1)).alias("assumed"),
        F.count_distinct(F.when(assumed, F.col("token_mint"))).alias("mints"),
        F.sum(F.when(assumed, lamports)).alias("lamports"),
        F.sum(lamports).alias("volume"),
    )
    rows = days.collect()
    for row in rows:
        if row["assumed"]:
            share = float(row["lamports"] / row["volume"]) if row["volume"] else 0.0
            said = {"mints": row["mints"], "trades": row["assumed"], "volume_share": round(share, 6)}
            report.day(row["trade_date"]).note(TABLE.name, assumed_decimals=said)
            report.notes.append(
                f"{row['trade_date']}: {row['mints']} mints with assumed decimals have {share:.2%} of the volume"
            )
    return {row["trade_date"]: row["trades"] for row in rows}


def _counts(rows: DataFrame, has_copies: bool) -> list[Row]:
    """Counts rows and identities of each day: where nothing is there twice, every row that counts is one."""
    counted = F.when(~F.col("is_superseded"), F.col("trade_id"))
    counts = rows.groupBy("trade_date").agg(
        F.count(F.lit(1)).alias("rows_read"),
        F.count(F.when(F.col("is_superseded"), 1)).alias("superseded"),
        (F.count_distinct(counted) if has_copies else F.count(counted)).alias("ids"),
    )
    return list(counts.collect())


def _alike(rows: DataFrame) -> Counter[tuple[date, bool]]:
    """Counts superseded rows that say what the one that counts says, by day and by whether it is of their source."""
    kept = rows.where("NOT is_superseded").groupBy("trade_id").agg(F.min("source").alias("counts"))
    alike = rows.where("is_superseded").join(kept, "trade_id").withColumn("is_own", F.col("counts") == F.col("source"))
    counts = alike.groupBy("trade_date", "is_own").count().collect()
    return Counter({(row["trade_date"], row["is_own"]): row["count"] for row in counts})

"""Landed files to canonical trades and refused lines; every record of every file is accounted for."""

from collections import Counter
from collections.abc import Iterable
from datetime import date
from typing import TYPE_CHECKING, Any

from jobs.calendar import daily_sources, require_landed
from jobs.context import Context
from jobs.sources.parsed import PARSED_DDL
from jobs.sources.parsing import parse_files
from pumploss.days import Days
from pumploss.errors import ConservationError, LandingError
from pumploss.report import RunReport
from pumploss.tables.bronze_trades import TABLE
from pumploss.tables.quarantine_trades import TABLE as QUARANTINE

if TYPE_CHECKING:
    from pyspark.sql import DataFrame

#: What makes two signed events the same trade, were it not for their place in the chain.
EVENT = ("signature", "trader_address", "token_mint", "direction", "token_units", "sol_lamports")


def transform(parsed: "DataFrame") -> tuple["DataFrame", "DataFrame"]:
    """Trades with their identity (`bronze_trades`), and the trades that stand in another file or line already.

    Nearly every trade is alone with its line and its event. Only those that are not, told by 64-bit hashes, are
    compared with each other: sorting millions of lone rows to number each 1 is where the time would go otherwise.
    """
    from pyspark.sql import functions as F

    trades = parsed.where("kind = 'trade'").select(
        "*",
        F.to_date("traded_at").alias("trade_date"),
        F.xxhash64("dump_day", "source", "line_digest").alias("line_hash"),
        F.xxhash64("dump_day", "source", *EVENT).alias("event_hash"),
    )
    is_signed = F.col("signature").isNotNull()
    lines = _repeated(trades, "line_hash")
    events = _repeated(trades.where(is_signed), "event_hash")
    suspects = trades.join(lines, "line_hash", "left").join(events, "event_hash", "left")
    is_suspect = F.col("line_hash_repeats").isNotNull() | (is_signed & F.col("event_hash_repeats").isNotNull())
    alone = suspects.where(~is_suspect).select(
        *trades.columns,
        F.lit(1).alias("copy"),
        F.lit(False).alias("is_ambiguous_duplicate"),
        F.lit(1).alias("ordinal"),
    )
    numbered = _numbered(suspects.where(is_suspect).select(*trades.columns))
    signed = F.md5(F.concat_ws("|", *EVENT, "ordinal"))
    unsigned = F.md5(F.concat_ws("|", "source", "line_digest", "occurrence"))
    kept = alone.unionByName(numbered.where("copy = 1")).withColumn(
        "trade_id", F.when(is_signed, signed).otherwise(unsigned)
    )
    return kept.select(*TABLE.names), numbered.where("copy > 1")


def _repeated(trades: "DataFrame", name: str) -> "DataFrame":
    from pyspark.sql import functions as F

    return trades.groupBy(name).agg(F.count(F.lit(1)).alias(f"{name}_repeats")).where(f"{name}_repeats > 1")


def _numbered(trades: "DataFrame") -> "DataFrame":
    """Which copy of its line a trade is, and which of the otherwise equal events of its signature, in native order."""
    from pyspark.sql import Window
    from pyspark.sql import functions as F

    lines = Window.partitionBy("dump_day", "source", "line_digest")
    copies = Window.partitionBy("dump_day", "source", "line_digest", "occurrence").orderBy("file", "line_number")
    native = (F.col(name).asc_nulls_last() for name in ("slot", "tx_index", "event_index", "line_digest"))
    events = Window.partitionBy("dump_day", "source", "copy", *EVENT).orderBy(*native)
    return trades.select(
        "*",
        F.row_number().over(copies).alias("copy"),
        (F.col("signature").isNull() & (F.max("occurrence").over(lines) > 1)).alias("is_ambiguous_duplicate"),
    ).withColumn("ordinal", F.row_number().over(events))


def run(context: Context, days: Days) -> RunReport:
    """Parse, refuse, deduplicate and publish the dumps of these days.

    Raises LandingError for a missing or empty day of a daily source and for a file that cannot be read, before anything
    is written, and ConservationError where a record went missing.
    """
    report = RunReport("bronze_trades")
    require_landed(context.landing, days)
    files = [file for name in context.landing.sources() for day in days for file in _files(context, name, day)]
    parsed = context.lake.stage("parsed_lines", _parse(context, files))
    closing = parsed.where("kind = 'file'").select(
        "dump_day", "source", "file", "records", "sha256", "reason", "detail"
    )
    landed = sorted((row.asDict() for row in closing.collect()), key=lambda row: (row["dump_day"], row["file"]))
    _refuse_files(landed, days, report)
    trades, copies = transform(parsed)
    staged = context.lake.stage(TABLE.name, trades)
    refused = _refused(parsed, context.run_id)
    _account(landed, _by_file(staged), _by_file(refused), _by_file(copies), report)
    _refuse_empty(daily_sources(context.landing), landed, days)
    context.publish(QUARANTINE, refused, days, report)
    context.publish(TABLE, staged, days, report, staged=True)
    ambiguous = staged.where("is_ambiguous_duplicate").count()
    if ambiguous:
        report.warnings.append(f"{ambiguous} unsigned lines equal another of their file; they are kept and flagged")
    report.details["reasons"] = dict(
        sorted((row["reason"], row["count"]) for row in refused.groupBy("reason").count().collect())
    )
    return report


def _files(context: Context, source: str, day: date) -> list[dict[str, Any]]:
    if day not in context.landing.days(source):
        return []
    found = context.landing.files(source, day)
    return [{"path": f.path, "name": f.name, "source": f.source, "dump_day": f.day} for f in found]


def _parse(context: Context, files: list[dict[str, Any]]) -> "DataFrame":
    rows = [(file["path"], file["name"], file["source"], file["dump_day"]) for file in files]
    frame = context.spark.createDataFrame(rows, "path string, name string, source string, dump_day date")
    return frame.repartition(2, "name").mapInArrow(parse_files, PARSED_DDL)


def _refused(parsed: "DataFrame", run_id: str) -> "DataFrame":
    from pyspark.sql import functions as F

    return parsed.where("kind = 'refused'").withColumn("run_id", F.lit(run_id)).select(*QUARANTINE.names)


def _by_file(frame: "DataFrame") -> Counter[tuple[date, str]]:
    rows = frame.groupBy("dump_day", "file").count().collect()
    return Counter({(row["dump_day"], row["file"]): row["count"] for row in rows})


def _refuse_files(landed: list[dict[str, Any]], days: Days, report: RunReport) -> None:
    """Raise where a file could not be read at all; the ledger's failed rows still name every file."""
    unreadable = [row for row in landed if row["reason"] is not None]
    if not unreadable:
        return
    for row in landed:
        kept = {"path": row["file"], "sha256": row["sha256"], "records": row["records"], "reason": row["reason"]}
        report.day(row["dump_day"]).inputs.append(kept)
    listed = "\n  ".join(f"{row['reason']}: {row['detail']}" for row in unreadable[:10])
    error = LandingError(
        f"{len(unreadable)} landed files of {days[0]} to {days[-1]} cannot be read, "
        f"so nothing of these days was taken:\n  {listed}\n"
        "Land them again, whole, in place of the broken ones, and run the days again."
    )
    error.days = report.days
    raise error


def _account(
    landed: list[dict[str, Any]],
    written: Counter[tuple[date, str]],
    refused: Counter[tuple[date, str]],
    copies: Counter[tuple[date, str]],
    report: RunReport,
) -> None:
    """Write each file's sums into the report. Raises ConservationError where they do not add up."""
    for row in landed:
        place = (row["dump_day"], row["file"])
        counts = {"written": written[place], "quarantined": refused[place], "duplicate": copies[place]}
        if sum(counts.values()) != row["records"]:
            raise ConservationError(
                f"{row['file']} holds {row['records']} records, but {counts} do not add up to that; nothing was "
                "written. This is a fault of the reader: keep the file and report it."
            )
        day = report.day(row["dump_day"])
        day.inputs.append({"path": row["file"], "sha256": row["sha256"], "records": row["records"], **counts})
        day.rows_read += row["records"]
        day.rows_written += counts["written"]
        day.rows_quarantined += counts["quarantined"]
        day.rows_duplicate += counts["duplicate"]


def _refuse_empty(daily: list[str], landed: Iterable[dict[str, Any]], days: Days) -> None:
    """Raise LandingError for days of daily sources in which not one record landed."""
    records: Counter[tuple[str, date]] = Counter()
    for row in landed:
        records[(row["source"], row["dump_day"])] += row["records"]
    empty = [f"{name}/{day}" for name in daily for day in days if not records[(name, day)]]
    if empty:
        raise LandingError(
            f"{', '.join(empty[:5])} landed without a single record: a market that never sleeps has no such day. "
            "Land the day again; nothing was written."
        )

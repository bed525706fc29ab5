"""FIFO profit and loss of every trade, and the lots that are left at each day's close.

The state is `silver_open_lots`: only the positions that trade in these days are read from it, so a night costs what its
trades cost. One pass over many days gives the rows of the days one by one.

Each cohort is one task: it reads the cohort's own files of `silver_trades`, walks them, and writes the files that the
two tables then take over. Trades never pass through the engine, and memory is bounded by the largest cohort.
"""

from collections import Counter
from collections.abc import Collection, Mapping
from datetime import date
from typing import NamedTuple

import pyarrow as pa
import pyarrow.compute as pc
from pyspark.sql import Column as SparkColumn
from pyspark.sql import DataFrame
from pyspark.sql import functions as F

from jobs.running.context import Context
from jobs.running.lookups import latest_before
from pnl.cohort import read_trades, walk_rows
from pumploss.contract import Column, Table, Type
from pumploss.days import Days
from pumploss.errors import ConservationError
from pumploss.lake.files import StoredFile, write_partition
from pumploss.report import RunReport
from pumploss.tables import silver_open_lots, silver_trades
from pumploss.tables.silver_trade_pnl import TABLE

LOTS = silver_open_lots.TABLE
POSITION = ["trader_address", "token_mint"]
COHORT = "trader_cohort"

#: Rows of both tables in one stream, told apart by `is_lot`: what `transform` gives.
_BOTH = tuple(column.optional() for column in TABLE.columns)
_BOTH += tuple(column.optional() for column in LOTS.columns if column.name not in TABLE.names)
WALKED = Table(
    name="walked",
    description="Rows of silver_trade_pnl and silver_open_lots in one stream; never published.",
    columns=(Column("is_lot", Type.BOOLEAN, "Whether the row is a lot"), *_BOTH),
    no_key_because="it is a stream of two tables",
)

#: One row per table, cohort and day that a task wrote.
_WRITTEN = "name string, day date, rows bigint"


class Staged(NamedTuple):
    """Rows of a table in files as it takes them over, and how many there are of each day."""

    table: Table
    frame: DataFrame
    rows: dict[date, int]


def transform(trades: DataFrame, lots: DataFrame) -> DataFrame:
    """Trades and carried lots to the rows of both tables (`WALKED`), for frames that do not lie in a lake."""

    def nulls(of: Table, but: Collection[str]) -> list[SparkColumn]:
        return [F.lit(None).cast(of[name].type.spark).alias(name) for name in of.names if name not in but]

    as_trades = trades.select(F.lit(False).alias("is_lot"), *trades.columns, *nulls(LOTS, trades.columns))
    as_lots = lots.select(F.lit(True).alias("is_lot"), *LOTS.names, *nulls(silver_trades.TABLE, LOTS.names))
    return as_trades.unionByName(as_lots).groupBy(COHORT).applyInArrow(walk_cohort, WALKED.ddl)


def walk_cohort(rows: pa.Table) -> pa.Table:
    """One cohort's trades and lots, in any order, to its rows of `WALKED`."""
    made = walk_rows(rows.filter(pc.invert(rows["is_lot"])), rows.filter(rows["is_lot"]))
    columns = []
    for is_lot, table in zip((False, True), made, strict=True):
        whole = table.append_column(COHORT, pa.repeat(rows[COHORT][0], len(table)))
        whole = whole.append_column("is_lot", pa.repeat(is_lot, len(table)))
        nulls = {name: pa.nulls(len(table)) for name in WALKED.names if name not in whole.column_names}
        columns.append(pa.table({**dict(zip(whole.column_names, whole.columns, strict=True)), **nulls}))
    return pa.concat_tables(part.select(WALKED.names).cast(WALKED.arrow_schema) for part in columns)


def write_cohort(folders: dict[str, str], rows: pa.Table) -> pa.Table:
    """Walk one cohort and write its files below the folder of each table; answers the rows written by table and day.

    `rows` are the lots that it carries in, and rows that name files of trades (`path`) and the day of each.
    """
    cohort = rows[COHORT][0].as_py()
    named = rows.filter(rows["path"].is_valid())
    files = zip(named["path"].to_pylist(), named["close_day"].to_pylist(), strict=True)
    made = walk_rows(read_trades(files), rows.filter(rows["path"].is_null()))
    counted: list[dict[str, object]] = []
    for table, part in zip((TABLE, LOTS), made, strict=True):
        for day, of_day in by_day(part, table.day):
            partition = {table.day: day, COHORT: cohort}
            write_partition(folders[table.name], partition, of_day.drop_columns(table.day))
            counted.append({"name": table.name, "day": day, "rows": len(of_day)})
    schema = pa.schema([("name", pa.string()), ("day", pa.date32()), ("rows", pa.int64())])
    return pa.Table.from_pylist(counted, schema=schema)


def by_day(rows: pa.Table, column: str) -> list[tuple[date, pa.Table]]:
    """Rows sorted by a day, cut into the days."""
    runs = rows[column].combine_chunks().value_counts()
    counts = sorted((run["values"].as_py(), run["counts"].as_py()) for run in runs)
    begins = [sum(count for _, count in counts[:place]) for place in range(len(counts))]
    return [(day, rows.slice(begin, count)) for (day, count), begin in zip(counts, begins, strict=True)]


def carried_lots(context: Context, trades: DataFrame, days: Days) -> DataFrame:
    """Lots open before these days of the positions that trade in them: the latest close of each position."""
    before = latest_before(context, LOTS, trades.select("token_mint"), days[0])
    return before.join(trades.select(*POSITION).distinct(), POSITION, "left_semi")


def run(context: Context, days: Days) -> RunReport:
    """Walk these days on top of what was open before them. Raises ConservationError where a trade went missing."""
    report = RunReport("silver_trade_pnl")
    for staged in walked(context, days, report):
        context.publish(staged.table, staged.frame, days, report, staged=True)
    return report


def walked(context: Context, days: Days, report: RunReport) -> tuple[Staged, Staged]:
    """Open lots and trades of these days, staged and accounted for."""
    trades = context.read(silver_trades.TABLE, days)
    files = context.lake.files(silver_trades.TABLE, days)
    folders = {table.name: context.lake.laying(table) for table in (LOTS, TABLE)}
    cohorts = tasks(context, carried_lots(context, trades, days), files).groupBy(COHORT)
    written = cohorts.applyInArrow(lambda rows: write_cohort(folders, rows), _WRITTEN).toArrow().to_pylist()
    counts: dict[str, Counter[date]] = {name: Counter() for name in folders}
    for row in written:
        counts[row["name"]][row["day"]] += row["rows"]
    _account(files, counts[TABLE.name], days, report)
    lots = Staged(LOTS, context.lake.laid(LOTS, folders[LOTS.name]), counts[LOTS.name])
    return lots, Staged(TABLE, context.lake.laid(TABLE, folders[TABLE.name]), counts[TABLE.name])


def tasks(context: Context, lots: DataFrame, files: list[StoredFile]) -> DataFrame:
    """Carried lots, and a row for each file of trades: all that a cohort's task is handed."""
    rows = [
        (file.path, date.fromisoformat(file.partition["trade_date"]), int(file.partition[COHORT])) for file in files
    ]
    named = context.spark.createDataFrame(rows, f"path string, close_day date, {COHORT} int")
    nulls = [F.lit(None).cast(c.type.spark).alias(c.name) for c in LOTS.columns if c.name not in named.columns]
    return lots.select(*LOTS.names, F.lit(None).cast("string").alias("path")).unionByName(named.select("*", *nulls))


def _account(files: list[StoredFile], written: Mapping[date, int], days: Days, report: RunReport) -> None:
    """Write each day's sums into the report. Raises ConservationError where a trade went missing."""
    for day in days:
        counts = report.day(day)
        counts.rows_read = sum(file.rows for file in files if file.partition["trade_date"] == day.isoformat())
        counts.rows_written = written.get(day, 0)
        if counts.rows_read != counts.rows_written:
            raise ConservationError(
                f"silver_trade_pnl of {day}: {counts.rows_read} trades became {counts.rows_written}; none was written."
            )

"""Shares the windows of all traders out to tasks, each of which reads the files of its cohorts."""

from collections.abc import Collection, Iterable, Iterator
from datetime import date

import pyarrow as pa
from pyspark.sql import DataFrame
from pyspark.sql import functions as F

from features.rolling.walk import window_columns, windows
from jobs.windowing.fact_files import FactFile, read_files
from pumploss.cohort import COHORTS
from pumploss.contract import Table
from pumploss.lake.splits import splits_holding
from pumploss.slots import slots

_DDL = "first int, files array<struct<name: string, path: string, day: date>>"


def windowed(files: Iterable[FactFile], histories: DataFrame, as_of_days: Collection[date], splits: int) -> DataFrame:
    """Make what `features.rolling.walk.windows` does of daily facts that lie in these files, in so many splits.

    `histories` are those of all mints (`mint_histories`). A split is a row that names files: what lies in them passes
    through no engine. Splits are dealt out to tasks in turn, and a task holds the rows of one table of one at a time.
    """
    width, wanted = COHORTS // splits, tuple(as_of_days)
    of_splits: list[list[tuple[str, str, date]]] = [[] for _ in range(splits)]
    for file in files:
        for split in splits_holding(*file.cohorts, splits):
            of_splits[split].append((file.table, file.path, file.day))
    spark = histories.sparkSession
    named = spark.createDataFrame([(split * width, own) for split, own in enumerate(of_splits)], _DDL)
    # A row of all mints is handed to each, none where no mint ever traded.
    handed = named.join(F.broadcast(histories), F.lit(True), "left").repartition(min(splits, slots(spark)))
    ddl = ", ".join(f"{name} {kind.spark}" for name, kind in window_columns().items())

    def walked(batches: Iterator[pa.RecordBatch]) -> Iterator[pa.RecordBatch]:
        for batch in batches:
            for row in range(batch.num_rows):
                yield from _walk(batch.slice(row, 1), wanted, width).to_batches()

    return handed.mapInArrow(walked, ddl)


def _walk(split: pa.RecordBatch, as_of_days: tuple[date, ...], width: int) -> pa.Table:
    """Walk the traders of so many cohorts, from the first that the row has."""
    first, files = split["first"][0].as_py(), split["files"][0].as_py()

    def read(table: Table, names: Collection[str]) -> pa.Table:
        own = [(file["path"], file["day"]) for file in files if file["name"] == table.name]
        return read_files(table, own, names, range(first, first + width))

    return windows(read, pa.Table.from_batches([split]), as_of_days)

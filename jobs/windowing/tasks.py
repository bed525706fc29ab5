"""Shares the windows of all traders out to tasks, each of which reads the files of its cohorts."""

from collections.abc import Collection, Iterable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from datetime import date
from threading import Lock
from weakref import WeakValueDictionary

import pyarrow as pa
from pyspark.sql import DataFrame, SparkSession

from features.rolling.mint_histories import READ, MintHistories
from features.rolling.walk import Read, window_columns, windows
from jobs.windowing.fact_files import FactFile, read_files
from pumploss.cohort import COHORTS
from pumploss.contract import Table
from pumploss.lake.splits import splits_holding
from pumploss.slots import slots
from pumploss.tables import gold_token_day

_DDL = "first int, files array<struct<name: string, path: string, day: date, low: int, high: int>>"


def windowed(spark: SparkSession, files: Iterable[FactFile], as_of_days: Collection[date], splits: int) -> DataFrame:
    """Make what `features.rolling.walk.windows` does of daily facts that lie in these files, in so many splits.

    A split is a row that names files: what lies in them passes through no engine. Splits are dealt out to tasks in
    turn, and a task holds the rows of one table of one at a time.
    """
    width, wanted = COHORTS // splits, tuple(as_of_days)
    of_splits: list[list[tuple[str, str, date, int, int]]] = [[] for _ in range(splits)]
    for file in files:
        for split in splits_holding(*file.cohorts, splits):
            of_splits[split].append((file.table, file.path, file.day, *file.cohorts))
    named = spark.createDataFrame([(split * width, own) for split, own in enumerate(of_splits)], _DDL)
    handed = named.repartition(min(splits, slots(spark)))
    ddl = ", ".join(f"{name} {kind.spark}" for name, kind in window_columns().items())

    def walked(batches: Iterator[pa.RecordBatch]) -> Iterator[pa.RecordBatch]:
        for batch in batches:
            for split in batch.to_pylist():
                files = [
                    FactFile(one["name"], one["path"], one["day"], (one["low"], one["high"])) for one in split["files"]
                ]
                histories = _histories(files)  # held until the next split takes them over
                cohorts = range(split["first"], split["first"] + width)
                yield from windows(_reading(files, cohorts), histories.result, wanted).to_batches()

    return handed.mapInArrow(walked, ddl)


def _reading(files: Collection[FactFile], cohorts: range) -> Read:
    """Read tables out of the files of a split, of traders of these cohorts."""

    def read(table: Table, names: Collection[str]) -> pa.Table:
        return read_files(table, (file for file in files if file.table == table.name), names, cohorts)

    return read


_shared: WeakValueDictionary[tuple[FactFile, ...], Future[MintHistories]] = WeakValueDictionary()
_lock = Lock()


def _histories(files: Iterable[FactFile]) -> Future[MintHistories]:
    """Pack the days of all mints, once for all tasks of a process: they are kept as long as one of these uses them.

    That is one task's work, and the others' time: so it is done beside them, until they come to entries.
    """
    own = tuple(file for file in files if file.table == gold_token_day.TABLE.name)
    with _lock:
        found = _shared.get(own)
        if found is None:
            beside = ThreadPoolExecutor(1, "histories")
            found = _shared[own] = beside.submit(_packed, own)
            beside.shutdown(wait=False)
        return found


def _packed(files: tuple[FactFile, ...]) -> MintHistories:
    return MintHistories.of(read_files(gold_token_day.TABLE, files, READ, range(COHORTS)))

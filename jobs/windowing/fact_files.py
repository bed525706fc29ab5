"""Names the files that windows are drawn over, and reads what a walk needs of them straight into Arrow."""

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import date

import fsspec
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from features.rolling.walk import TABLES
from jobs.running.step_context import StepContext
from pumploss.cohort import COHORTS
from pumploss.contract import Table


@dataclass(frozen=True)
class FactFile:
    """Describes a file of a table: its day, and the lowest and highest cohort of the traders in it."""

    table: str
    path: str
    day: date
    cohorts: tuple[int, int] = (0, COHORTS - 1)


def fact_files(context: StepContext, days: Collection[date]) -> list[FactFile]:
    """List the files of these days of all tables that a walk reads. Raises StaleError, DamagedError."""
    found = []
    for table in TABLES:
        context.require_readable(table, days)
        for file in context.lake.require_sound(table, days):
            day = date.fromisoformat(file.partition[table.day])
            found.append(FactFile(table.name, file.path, day, file.cohorts or (0, COHORTS - 1)))
    return found


def read_files(table: Table, files: Iterable[tuple[str, date]], names: Collection[str], cohorts: range) -> pa.Table:
    """Read these columns of files of a table: rows of traders of some cohorts, all rows of a table of none.

    What an earlier version wrote without a column is missing there.
    """
    schema = pa.schema([(name, table[name].type.arrow) for name in names])
    read = [_read(table, path, day, schema, cohorts) for path, day in files]
    return pa.concat_tables(read) if read else schema.empty_table()


def _read(table: Table, path: str, day: date, schema: pa.Schema, cohorts: range) -> pa.Table:
    storage, bare = fsspec.core.url_to_fs(path)
    with storage.open(bare, "rb") as file:
        whole = pq.ParquetFile(file)
        stored = [name for name in whole.schema_arrow.names if name in schema.names or name == table.split_by]
        rows = whole.read(stored, use_threads=False)
    if table.split_by and len(cohorts) < COHORTS:
        own = pc.is_in(rows[table.split_by], pa.array(cohorts, table[table.split_by].type.arrow))
        rows = rows if pc.all(own).as_py() else rows.filter(own)
    given = {table.day: pa.repeat(pa.scalar(day, pa.date32()), len(rows))}
    columns = {
        name: given[name] if name in given else rows[name] if name in stored else pa.nulls(len(rows), kind)
        for name, kind in zip(schema.names, schema.types, strict=True)
    }
    return pa.table(columns).cast(schema)

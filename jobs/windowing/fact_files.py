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
from pumploss.errors import LakeError
from pumploss.tables import gold_token_day


@dataclass(frozen=True)
class FactFile:
    """Describes a file of a table: its day, and the lowest and highest cohort of the traders in it."""

    table: str
    path: str
    day: date
    cohorts: tuple[int, int] = (0, COHORTS - 1)

    def is_of(self, cohorts: range) -> bool:
        """Tell whether all traders in it are surely of these cohorts."""
        return self.cohorts[0] in cohorts and self.cohorts[1] in cohorts


def fact_files(context: StepContext, days: Collection[date]) -> list[FactFile]:
    """List the files of these days of all tables that windows are drawn over. Raises StaleError, DamagedError."""
    found = []
    for table in (*TABLES, gold_token_day.TABLE):
        context.require_readable(table, days)
        for file in context.lake.require_sound(table, days):
            day = date.fromisoformat(file.partition[table.day])
            found.append(FactFile(table.name, file.path, day, file.cohorts or (0, COHORTS - 1)))
    return found


def read_files(table: Table, files: Iterable[FactFile], names: Collection[str], cohorts: range) -> pa.Table:
    """Read these columns of files of a table: rows of traders of some cohorts, all rows of a table of none.

    What an earlier version wrote without a column is missing there. Each file is a piece of its own. Raises LakeError
    for a file without a list that is asked for: an empty one would be taken for a trader who did nothing.
    """
    schema = pa.schema([(name, table[name].type.arrow) for name in names])
    read = [_read(table, file, schema, cohorts) for file in files]
    return pa.concat_tables(read) if read else schema.empty_table()


def _read(table: Table, file: FactFile, schema: pa.Schema, cohorts: range) -> pa.Table:
    storage, bare = fsspec.core.url_to_fs(file.path)
    with storage.open(bare, "rb") as stream:
        whole = pq.ParquetFile(stream)
        stored = [name for name in whole.schema_arrow.names if name in schema.names or name == table.split_by]
        rows = whole.read(stored, use_threads=False)
    if table.split_by and not file.is_of(cohorts):
        rows = rows.filter(pc.is_in(rows[table.split_by], pa.array(cohorts, table[table.split_by].type.arrow)))
    given = {table.day: pa.repeat(pa.scalar(file.day, pa.date32()), len(rows))}
    columns = {
        name: given[name]
        if name in given
        else rows[name]
        if name in stored
        else _lacking(table, file, name, kind, len(rows))
        for name, kind in zip(schema.names, schema.types, strict=True)
    }
    return pa.table(columns).cast(schema)


def _lacking(table: Table, file: FactFile, name: str, kind: pa.DataType, rows: int) -> pa.Array:
    if pa.types.is_list(kind):
        raise LakeError(
            f"{table.name} of {file.day} was written without {name} ({file.path}): run {table.name} of that day again."
        )
    return pa.nulls(rows, kind)

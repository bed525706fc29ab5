"""Makes the next publish out of readers' sight: loads bare tables, then indexes and checks them."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import closing, contextmanager
from dataclasses import replace
from datetime import date
from decimal import Decimal
from functools import cached_property
from tempfile import SpooledTemporaryFile

import psycopg
import pyarrow as pa
from psycopg import sql

from pumploss.ahead import ahead
from pumploss.contract import Column
from pumploss.days import midnight, shift
from pumploss.warm.connection import has_reader
from pumploss.warm.loading import Slice, binary_chunks, binary_schema, csv_chunks
from pumploss.warm.staged import Copied, StagedTable, refusals, unlike
from pumploss.warm.warm_table import READER, STAGING, WarmColumn, WarmTable, comments, definitions, warm_columns

#: Of the rows of a query, how many bytes are held in memory, and how many go on at once.
_HELD_BYTES, _CHUNK_BYTES = 64 * 2**20, 2**20


class Staging:
    """Loads tables for one publish, whose publisher holds the lock; `loaded` may be shared by several connections."""

    def __init__(self, connection: psycopg.Connection, loaded: list[StagedTable] | None = None) -> None:
        self._connection = connection
        self.loaded: list[StagedTable] = [] if loaded is None else loaded

    def load(
        self,
        table: WarmTable,
        slices: Iterable[Slice],
        expected_rows: int | None = None,
        day: date | None = None,
        contract: Sequence[Column] = (),
    ) -> StagedTable:
        """Copy the slices, index and check them; answers what a swap will show.

        The table has its own columns, or those of the lake's `contract` where it has none. Raises CheckError, and shows
        nothing, where rows or sums are not those of the slices, where the rows are not `expected_rows`, and where the
        store refuses a value.
        """
        return self.finish(self.copy(table, slices, expected_rows, day, contract))

    def copy(
        self,
        table: WarmTable,
        slices: Iterable[Slice],
        expected_rows: int | None = None,
        day: date | None = None,
        contract: Sequence[Column] = (),
    ) -> Copied:
        """Begin to `load`: copy the slices. From then on other connections see the rows."""
        staged = StagedTable(table, table.part(day) if day else table.name, 0, day)
        with refusals(staged):
            rows, sums = self._copy(staged, slices, warm_columns(contract))
        if expected_rows not in {None, rows}:
            raise unlike(staged, f"rows is {rows}, not {expected_rows}")
        return Copied(replace(staged, rows=rows), sums)

    def finish(self, copied: Copied) -> StagedTable:
        """End to `load`: index what was copied, and check it."""
        with refusals(copied.staged):
            self._index(copied.staged)
        self._compare(copied.staged, copied.sums)
        self.loaded.append(copied.staged)
        return copied.staged

    def derive(
        self, table: WarmTable, query: sql.Composable, day: date | None = None, sums: Mapping[str, int] | None = None
    ) -> StagedTable:
        """Fill a table from a query of the store itself, index and check it as `load` does.

        Raises CheckError where the store refuses a value, or shows other sums than these.
        """
        staged = StagedTable(table, table.part(day) if day else table.name, 0, day)
        with refusals(staged), self._transaction():
            self._create(staged, ())
            rows = self._copy_query(staged, query)
        expected = {name: Decimal(total) for name, total in (sums or {}).items()}
        return self.finish(Copied(replace(staged, rows=rows), expected))

    @contextmanager
    def _transaction(self) -> Iterator[None]:
        with self._connection.transaction():
            # What a crash loses of the staging area would be dropped anyway; the swap waits for the disk. A tenth of
            # the usual sample: there is one to be taken for every day, and index-led queries need no more. Sums and
            # indexes of a large day are made in memory; there is one publisher.
            self._connection.execute(
                "SELECT set_config('synchronous_commit', 'off', true), "
                "set_config('default_statistics_target', '10', true), "
                "set_config('work_mem', '64MB', true), set_config('maintenance_work_mem', '256MB', true)"
            )
            yield

    def _copy(
        self,
        staged: StagedTable,
        slices: Iterable[Slice],
        given: Sequence[WarmColumn],
    ) -> tuple[int, dict[str, Decimal]]:
        rows, sums = 0, dict[str, Decimal]()
        columns = [column.name for column in given or staged.table.columns]
        names = sql.SQL(", ").join(map(sql.Identifier, columns))
        schema = binary_schema({column.name: column.kind for column in given})

        def counted() -> Iterator[pa.Table]:
            nonlocal rows
            for piece in pieces:
                rows += piece.rows.num_rows
                for column, total in piece.sums.items():
                    sums[column] = sums.get(column, Decimal(0)) + total
                yield piece.rows

        with closing(ahead(iter(slices), 1)) as pieces, self._transaction():
            self._create(staged, given)
            # Frozen rows are seen by snapshots older than the swap too, which would find an empty table otherwise.
            query = sql.SQL("COPY {} ({}) FROM STDIN (FORMAT {}, FREEZE)").format(
                staged.identifier, names, sql.SQL("binary" if schema else "csv")
            )
            chunks = binary_chunks(counted(), schema) if schema else csv_chunks(counted(), columns)
            with self._connection.cursor().copy(query) as copy:
                for chunk in chunks:
                    copy.write(chunk)
        return rows, sums

    def _copy_query(self, staged: StagedTable, query: sql.Composable) -> int:
        # What a query inserts itself is not frozen.
        names = _names([column.name for column in staged.table.columns])
        read = sql.SQL("COPY ({}) TO STDOUT (FORMAT binary)").format(query)
        write = sql.SQL("COPY {} ({}) FROM STDIN (FORMAT binary, FREEZE)").format(staged.identifier, names)
        with SpooledTemporaryFile(_HELD_BYTES) as kept, self._connection.cursor() as cursor:
            with cursor.copy(read) as rows:
                for chunk in rows:
                    kept.write(chunk)
            kept.seek(0)
            with cursor.copy(write) as copy:
                while chunk := kept.read(_CHUNK_BYTES):
                    copy.write(chunk)
            return cursor.rowcount

    def _create(self, staged: StagedTable, given: Sequence[WarmColumn]) -> None:
        # Inside the loading transaction: with minimal logging the rows then skip the write-ahead log.
        if given:
            shape: sql.Composable = definitions(given)
        else:
            shape = sql.SQL("LIKE {} INCLUDING ALL EXCLUDING INDEXES").format(staged.table.live)
        self._connection.execute(sql.SQL("CREATE TABLE {} ({})").format(staged.identifier, shape))
        if not staged.day:
            # They go with a table that is dropped; those of a table that is kept by day stay with it.
            self._connection.execute(comments(staged.identifier, staged.table, given or staged.table.columns))
        else:
            # Lets a partition be attached without a scan.
            self._connection.execute(
                sql.SQL("ALTER TABLE {} ADD CONSTRAINT in_day CHECK ({c} >= {first} AND {c} < {last})").format(
                    staged.identifier,
                    c=sql.Identifier(staged.table.day_column),
                    **day_bounds(staged.table, staged.day),
                )
            )
        if self._has_reader:
            grant = sql.SQL("GRANT SELECT ON {} TO {}")
            self._connection.execute(grant.format(staged.identifier, sql.Identifier(READER)))

    @cached_property
    def _has_reader(self) -> bool:
        return has_reader(self._connection)

    def _index(self, staged: StagedTable) -> None:
        identifier, table = staged.identifier, staged.table
        with self._transaction():
            # Whoever reads the table meanwhile, to sum it up, is kept out by a key alone, which comes last.
            key = sql.Identifier(f"{staged.name}_pkey")
            self._connection.execute(
                sql.SQL("CREATE UNIQUE INDEX {} ON {} ({})").format(key, identifier, _names(table.key))
            )
            for index in table.indexes:
                self._connection.execute(sql.SQL("CREATE INDEX ON {} ({})").format(identifier, _names(index)))
            self._connection.execute(sql.SQL("ANALYZE {}").format(identifier))
            self._connection.execute(sql.SQL("ALTER TABLE {} ADD PRIMARY KEY USING INDEX {}").format(identifier, key))

    def _compare(self, staged: StagedTable, sums: Mapping[str, Decimal]) -> None:
        totals = [sql.SQL("coalesce(sum({}), 0)").format(sql.Identifier(name)) for name in sums]
        query = sql.SQL("SELECT {} FROM {}").format(
            sql.SQL(", ").join([sql.SQL("count(*)"), *totals]), staged.identifier
        )
        stored = self._connection.execute(query).fetchone() or (0,)
        wanted: dict[str, Decimal | int] = {"rows": staged.rows, **sums}
        wrong = [
            f"{name} is {got}, not {want}"
            for (name, want), got in zip(wanted.items(), stored, strict=True)
            if got != want
        ]
        if wrong:
            raise unlike(staged, "; ".join(wrong))


def clear(connection: psycopg.Connection) -> None:
    """Drop what a dead publisher left."""
    left = connection.execute("SELECT tablename FROM pg_tables WHERE schemaname = %s", (STAGING,))
    for (name,) in left.fetchall():
        connection.execute(sql.SQL("DROP TABLE {} CASCADE").format(sql.Identifier(STAGING, name)))


def day_bounds(table: WarmTable, day: date) -> dict[str, sql.Literal]:
    """Return the first moment of a day and of the next one, in the type of the table's day column."""
    first, last = (day, shift(day, 1)) if table.day_column == "day" else (midnight(day), midnight(shift(day, 1)))
    return {"first": sql.Literal(first), "last": sql.Literal(last)}


def _names(columns: Sequence[str]) -> sql.Composed:
    return sql.SQL(", ").join(map(sql.Identifier, columns))

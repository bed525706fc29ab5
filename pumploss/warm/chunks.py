"""Swaps the days of a hypertable of TimescaleDB by chunks: one is dropped whole, and a loaded table becomes one.

So no row is deleted or copied within the swap. A day is swapped so where no chunk holds a part of it and of other days
too; chunks of a day each begin at 00:00 UTC. The extension lets tables become chunks from 2.21 on, and not in the
edition under the Apache licence.
"""

from datetime import date, datetime
from typing import Final, LiteralString

import psycopg
from psycopg import sql
from psycopg.types.json import Jsonb

from pumploss.days import midnight, shift
from pumploss.warm.staged import StagedTable
from pumploss.warm.warm_table import LIVE, PARTS, WarmTable

_EXTENSION: Final[LiteralString] = """
SELECT n.nspname, current_setting('timescaledb.license', true) IS NOT DISTINCT FROM 'timescale' AND EXISTS (
    SELECT FROM pg_proc p WHERE p.pronamespace = n.oid AND p.proname = 'attach_chunk'
) FROM pg_extension e JOIN pg_namespace n ON n.oid = e.extnamespace WHERE e.extname = 'timescaledb'
"""
_HYPERTABLE: Final = """
SELECT FROM timescaledb_information.hypertables WHERE hypertable_schema = %s AND hypertable_name = %s
"""
_CHUNKS: Final = """
SELECT chunk_schema, chunk_name, range_start, range_end FROM timescaledb_information.chunks
WHERE hypertable_schema = %s AND hypertable_name = %s
"""


class Chunks:
    """The chunks of a hypertable, for one swap. `schema` is the extension's, which an operator chooses."""

    def __init__(self, connection: psycopg.Connection, table: WarmTable, schema: str, can_attach: bool) -> None:
        self._connection, self._table, self._schema, self._can_attach = connection, table, schema, can_attach
        self._names: dict[tuple[datetime, datetime], sql.Identifier] = {
            (first, last): sql.Identifier(name_of_schema, name)
            for name_of_schema, name, first, last in connection.execute(_CHUNKS, (LIVE, table.name)).fetchall()
        }

    def drop(self, day: date) -> bool:
        """Drop the rows of a day with its chunk; False, and nothing is done, where a chunk holds other days too."""
        chunk = self._names.pop(_bounds(day), None)
        if chunk is not None:
            self._connection.execute(sql.SQL("DROP TABLE {}").format(chunk))
        return not self._hold_any(day)

    def attach(self, loaded: StagedTable) -> bool:
        """Make what was loaded of a day its chunk; False, and nothing is done, where it cannot be."""
        assert loaded.day is not None
        if not self._can_attach or self._hold_any(loaded.day):
            return False
        move = sql.SQL("ALTER TABLE {} SET SCHEMA {}")
        self._connection.execute(move.format(loaded.identifier, sql.Identifier(PARTS)))
        bounds = [moment.isoformat() for moment in _bounds(loaded.day)]
        names = [name.as_string(self._connection) for name in (self._table.live, sql.Identifier(PARTS, loaded.name))]
        call = sql.SQL("CALL {}({}, {}, {})")
        arguments = (*map(sql.Literal, names), sql.Literal(Jsonb({self._table.day_column: bounds})))
        self._connection.execute(call.format(sql.Identifier(self._schema, "attach_chunk"), *arguments))
        return True

    def _hold_any(self, day: date) -> bool:
        first, last = _bounds(day)
        return any(begins < last and ends > first for begins, ends in self._names)


def chunks(connection: psycopg.Connection, table: WarmTable) -> Chunks | None:
    """Open the chunks of a table; None where it is no hypertable."""
    extension = connection.execute(_EXTENSION).fetchone()
    if extension is None or connection.execute(_HYPERTABLE, (LIVE, table.name)).fetchone() is None:
        return None
    return Chunks(connection, table, *extension)


def _bounds(day: date) -> tuple[datetime, datetime]:
    return midnight(day), midnight(shift(day, 1))

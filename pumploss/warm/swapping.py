"""Shows what was staged, in one transaction."""

import time
from collections.abc import Collection, Mapping
from datetime import date
from typing import Final, LiteralString

import psycopg
from psycopg import errors, sql

from pumploss.errors import StoreError
from pumploss.warm import publisher_lock
from pumploss.warm.chunks import chunks
from pumploss.warm.publishing import DayContents, Published, asked, latest, record
from pumploss.warm.staged import StagedTable
from pumploss.warm.staging import day_bounds
from pumploss.warm.tables import TABLES
from pumploss.warm.warm_table import LIVE, PARTS, WarmTable

# A waiting swap makes new readers wait behind it, so each try is short; one minute of them in all.
_LOCK_TIMEOUT = "500ms"
# Readers wait while a swap is open. Of a publisher whose machine is gone or stands still the server hears nothing.
_SILENT_TIMEOUT = "20s"
_TRIES = 60
_PAUSE_SECONDS = 0.5
_SET: Final = "SELECT set_config('lock_timeout', %s, true), set_config('idle_in_transaction_session_timeout', %s, true)"

_DAYS_WITH_ROWS: Final[LiteralString] = """
WITH RECURSIVE earliest (at) AS (
    SELECT min({time}) FROM {table}
    UNION ALL
    SELECT (SELECT min({time}) FROM {table} WHERE {time} >= date_trunc('day', at, 'UTC') + INTERVAL '24 hours')
    FROM earliest WHERE at IS NOT NULL
)
SELECT (at AT TIME ZONE 'UTC')::date FROM earliest WHERE at IS NOT NULL
"""


def live_days(connection: psycopg.Connection, table: WarmTable, shown: Published | None) -> DayContents:
    """List the days that a table really holds, with digest and rows as they were published."""
    logged = shown.days.get(table.name, {}) if shown else {}
    if is_partitioned(connection, table):
        return {day: logged.get(day, (None, 0)) for day in _parts(connection, table)}
    # Others may have dropped chunks: a policy of the extension, or an operator.
    empty = {day: state for day, state in logged.items() if state[1] == 0}
    return empty | {day: logged.get(day, (None, 0)) for day in _days_with_rows(connection, table)}


def is_partitioned(connection: psycopg.Connection, table: WarmTable) -> bool:
    """Tell whether days are native partitions; a hypertable looks like a plain table from outside."""
    kind = asked(
        connection,
        "SELECT relkind::text FROM pg_class WHERE oid = to_regclass(%s)",
        (f"{LIVE}.{table.name}",),
    )
    return bool(kind == "p")


def swap(
    connection: psycopg.Connection,
    staged: Collection[StagedTable],
    keep: Mapping[str, Collection[date]],
    entry: Published,
) -> None:
    """Show what was staged and log it in one transaction.

    Of tables kept by day, days that are not in `keep` (by table name) go; a table that follows another goes with it.
    Raises StoreError, and changes nothing, where a reader holds a table for longer than the bounded retries, or another
    publisher may have begun meanwhile.
    """
    for attempt in range(_TRIES):
        try:
            with connection.transaction():
                publisher_lock.require(connection)
                connection.execute(_SET, (_LOCK_TIMEOUT, _SILENT_TIMEOUT))
                _swap(connection, staged, keep, entry)
            return
        except (errors.LockNotAvailable, errors.DeadlockDetected):
            if attempt + 1 < _TRIES:
                time.sleep(_PAUSE_SECONDS)
    raise StoreError(
        f"The publish of {entry.day} is loaded but could not be shown in {_TRIES} tries: {_blockers(connection)} "
        "read(s) the live tables in one long transaction. End it, then publish again; readers keep what they have."
    )


def _swap(
    connection: psycopg.Connection,
    staged: Collection[StagedTable],
    keep: Mapping[str, Collection[date]],
    entry: Published,
) -> None:
    _keep_readers_out(connection)
    for table in TABLES:
        mine = sorted((loaded for loaded in staged if loaded.table == table), key=lambda loaded: loaded.name)
        if not table.day_column:
            for loaded in mine:
                connection.execute(sql.SQL("DROP TABLE {}").format(table.live))
                _move(connection, loaded, LIVE)
            continue
        days = set(keep[table.follows or table.name])
        if is_partitioned(connection, table):
            _swap_parts(connection, table, mine, days)
        else:
            _swap_rows(connection, table, mine, days)
    record(connection, entry)


def _keep_readers_out(connection: psycopg.Connection) -> None:
    """Wait for whoever reads any published table, and have all who come later wait for the end of the transaction.

    A partition is attached beside readers of its table: who had read there before, and went on to other tables of the
    swap, would find the next state in those. And who has planned a query of a hypertable would find chunks gone, and
    not look for those that take their place.
    """
    tables = sql.SQL(", ").join(sql.SQL("ONLY {}").format(table.live) for table in TABLES)
    connection.execute(sql.SQL("LOCK TABLE {} IN ACCESS EXCLUSIVE MODE").format(tables))


def _move(connection: psycopg.Connection, loaded: StagedTable, schema: str) -> None:
    connection.execute(sql.SQL("ALTER TABLE {} SET SCHEMA {}").format(loaded.identifier, sql.Identifier(schema)))


def _swap_parts(connection: psycopg.Connection, table: WarmTable, staged: list[StagedTable], keep: set[date]) -> None:
    new = {loaded.day for loaded in staged}
    for day in _parts(connection, table):
        if day in new or day not in keep:
            connection.execute(sql.SQL("DROP TABLE {}").format(sql.Identifier(PARTS, table.part(day))))
    for loaded in staged:
        assert loaded.day is not None
        _move(connection, loaded, PARTS)
        connection.execute(
            sql.SQL("ALTER TABLE {} ATTACH PARTITION {} FOR VALUES FROM ({first}) TO ({last})").format(
                table.live, sql.Identifier(PARTS, loaded.name), **day_bounds(table, loaded.day)
            )
        )


def _swap_rows(connection: psycopg.Connection, table: WarmTable, staged: list[StagedTable], keep: set[date]) -> None:
    """Swap days of a table without partitions: a hypertable's as chunks where it can be, else row by row."""
    column = sql.Identifier(table.day_column)
    shown = live_days(connection, table, latest(connection))
    gone = sorted({*(shown.keys() - keep), *(loaded.day for loaded in staged if loaded.day)})
    if not gone:
        return
    by_chunks = chunks(connection, table)
    for day in gone:
        if by_chunks is None or not by_chunks.drop(day):
            query = sql.SQL("DELETE FROM {} WHERE {c} >= {first} AND {c} < {last}")
            connection.execute(query.format(table.live, c=column, **day_bounds(table, day)))
    for loaded in staged:
        if by_chunks is None or not by_chunks.attach(loaded):
            connection.execute(sql.SQL("INSERT INTO {} SELECT * FROM {}").format(table.live, loaded.identifier))
            connection.execute(sql.SQL("DROP TABLE {}").format(loaded.identifier))


def _parts(connection: psycopg.Connection, table: WarmTable) -> list[date]:
    """List the days of the attached partitions, in order."""
    query = (
        "SELECT c.relname FROM pg_inherits i JOIN pg_class c ON c.oid = i.inhrelid WHERE i.inhparent = to_regclass(%s)"
    )
    names = connection.execute(query, (f"{LIVE}.{table.name}",)).fetchall()
    return sorted(table.part_day(name) for (name,) in names)


def _days_with_rows(connection: psycopg.Connection, table: WarmTable) -> list[date]:
    """List the UTC days of which a table without partitions has rows, by one look into its key for each."""
    query = sql.SQL(_DAYS_WITH_ROWS).format(table=table.live, time=sql.Identifier(table.day_column))
    return [day for (day,) in connection.execute(query).fetchall()]


def _blockers(connection: psycopg.Connection) -> str:
    """Name the server processes that hold a live table, with the name that each gave itself."""
    blockers = connection.execute(
        "SELECT DISTINCT a.pid, a.application_name FROM pg_stat_activity a JOIN pg_locks l USING (pid) JOIN pg_class "
        "c ON c.oid = l.relation JOIN pg_namespace n ON n.oid = c.relnamespace WHERE n.nspname = %s AND a.pid <> "
        "pg_backend_pid() ORDER BY a.pid LIMIT 5",
        (LIVE,),
    ).fetchall()
    return ", ".join(f"process {pid} ({name or 'unnamed'})" for pid, name in blockers) or "somebody"

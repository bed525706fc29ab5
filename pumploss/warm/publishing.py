"""What the live tables show, who may change it, and the one transaction that does."""

import json
import time
from collections.abc import Collection, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any, LiteralString

import psycopg
from psycopg import errors, sql

from pumploss.days import midnight, shift
from pumploss.errors import StoreError
from pumploss.warm.staging import Staged, Staging, bounds
from pumploss.warm.tables import LIVE, TABLES, WarmTable

_LOCK = 7_045_118_003
# A waiting swap makes new readers wait behind it, so each try is short; one minute of them in all.
_LOCK_TIMEOUT = "500ms"
_SWAP_TRIES = 60
_PAUSE_SECONDS = 0.5

#: Content digest and rows of each day of a table.
Days = dict[date, tuple[str | None, int]]


@dataclass(frozen=True)
class Published:
    """A row of `publish_log`: what the live tables show after it. `days` is by table name."""

    publish_id: str
    run_id: str
    day: date
    landing: str
    lake: str
    row_counts: Mapping[str, int] = field(default_factory=dict)
    versions: Mapping[str, int | None] = field(default_factory=dict)
    days: Mapping[str, Days] = field(default_factory=dict)

    @property
    def as_of(self) -> datetime:
        """T: everything is from before it."""
        return midnight(shift(self.day, 1))


@contextmanager
def exclusive(connection: psycopg.Connection, wait_seconds: float = 60.0) -> Iterator[Staging]:
    """Be the only publisher, with an empty staging area. Raises StoreError naming another that does not end."""
    deadline = time.monotonic() + wait_seconds
    while not _asked(connection, "SELECT pg_try_advisory_lock(%s)", (_LOCK,)):
        if time.monotonic() > deadline:
            holder = _asked(
                connection,
                "SELECT pid FROM pg_locks WHERE locktype = 'advisory' AND granted "
                "AND (classid::bigint << 32) + objid::bigint = %s",
                (_LOCK,),
            )
            raise StoreError(
                f"Another publisher (server process {holder}) is writing to the warm store, waited {wait_seconds:.0f} s. "
                "Run again when it has ended; `pumploss status` shows what runs."
            )
        time.sleep(0.1)
    try:
        # What a crash loses of the staging area would be dropped anyway; the swap waits for the disk.
        connection.execute("SET synchronous_commit TO off")
        yield Staging(connection)
    finally:
        if not connection.closed:
            connection.execute("RESET synchronous_commit")
            connection.execute("SELECT pg_advisory_unlock(%s)", (_LOCK,))


def latest(connection: psycopg.Connection) -> Published | None:
    """What the live tables show, or None before the first publish."""
    row = connection.execute(
        "SELECT publish_id, run_id, day, landing, lake, row_counts, versions, days "
        "FROM publish_log ORDER BY number DESC LIMIT 1"
    ).fetchone()
    if row is None:
        return None
    days = {
        table: {date.fromisoformat(day): (digest, rows) for day, (digest, rows) in found.items()}
        for table, found in row[7].items()
    }
    publish_id, run_id, day, landing, lake, row_counts, versions, _ = row
    return Published(publish_id, run_id, day, landing, lake, row_counts, versions, days)


def is_published(connection: psycopg.Connection, publish_id: str) -> bool:
    """Whether that publish was committed: what to ask when the answer to a commit was lost."""
    return bool(
        _asked(connection, "SELECT count(*) FROM publish_log WHERE publish_id = %s", (publish_id,))
    )


def refuse_foreign(shown: Published | None, landing: str, lake: str) -> None:
    """Raise StoreError where the live tables come from another landing or lake."""
    if shown is not None and (shown.landing, shown.lake) != (landing, lake):
        raise StoreError(
            f"The warm store shows the lake {shown.lake} of the landing {shown.landing}, this is the lake {lake} of "
            f"{landing}: simulated and real trades never mix. Set PUMPLOSS_WARM_DSN or PUMPLOSS_HOME to another store."
        )


def live_days(connection: psycopg.Connection, table: WarmTable, shown: Published | None) -> Days:
    """The days that a table kept by day really holds, with the digests that they were published with."""
    logged = shown.days.get(table.name, {}) if shown else {}
    if not is_partitioned(connection, table):
        return dict(logged)
    return {day: logged.get(day, (None, 0)) for day in _parts(connection, table)}


def is_partitioned(connection: psycopg.Connection, table: WarmTable) -> bool:
    """Whether days are native partitions; a hypertable looks like a plain table from outside."""
    kind = _asked(
        connection,
        "SELECT relkind::text FROM pg_class WHERE oid = to_regclass(%s)",
        (f"{LIVE}.{table.name}",),
    )
    return bool(kind == "p")


def swap(
    connection: psycopg.Connection,
    staged: Collection[Staged],
    keep: Mapping[str, Collection[date]],
    entry: Published,
) -> None:
    """Show what was staged, drop days that are not in `keep` (by table name) and log it, all in one transaction.

    Raises StoreError where a reader holds a table for longer than the bounded retries; nothing has changed then.
    """
    for attempt in range(_SWAP_TRIES):
        try:
            with connection.transaction():
                connection.execute("SET LOCAL synchronous_commit TO DEFAULT")
                connection.execute("SELECT set_config('lock_timeout', %s, true)", (_LOCK_TIMEOUT,))
                _swap(connection, staged, keep, entry)
            return
        except (errors.LockNotAvailable, errors.DeadlockDetected):
            if attempt + 1 < _SWAP_TRIES:
                time.sleep(_PAUSE_SECONDS)
    raise StoreError(
        f"The publish of {entry.day} is loaded but could not be shown in {_SWAP_TRIES} tries: {_blockers(connection)} "
        "read(s) the live tables in one long transaction. End it, then publish again; readers keep what they have."
    )


def _swap(
    connection: psycopg.Connection,
    staged: Collection[Staged],
    keep: Mapping[str, Collection[date]],
    entry: Published,
) -> None:
    for table in TABLES:
        mine = sorted((one for one in staged if one.table == table), key=lambda one: one.name)
        if not table.day_column:
            for one in mine:
                connection.execute(sql.SQL("DROP TABLE {}").format(table.live))
                _to_live(connection, one)
        elif is_partitioned(connection, table):
            _swap_parts(connection, table, mine, set(keep[table.name]))
        else:
            _swap_rows(connection, table, mine, set(keep[table.name]))
    _log(connection, entry)


def _to_live(connection: psycopg.Connection, one: Staged) -> None:
    connection.execute(
        sql.SQL("ALTER TABLE {} SET SCHEMA {}").format(one.place, sql.Identifier(LIVE))
    )


def _swap_parts(
    connection: psycopg.Connection, table: WarmTable, staged: list[Staged], keep: set[date]
) -> None:
    new = {one.day for one in staged}
    for day in _parts(connection, table):
        if day in new or day not in keep:
            connection.execute(
                sql.SQL("DROP TABLE {}").format(sql.Identifier(LIVE, table.part(day)))
            )
    for one in staged:
        assert one.day is not None
        _to_live(connection, one)
        connection.execute(
            sql.SQL(
                "ALTER TABLE {} ATTACH PARTITION {} FOR VALUES FROM ({first}) TO ({last})"
            ).format(table.live, sql.Identifier(LIVE, one.name), **bounds(table, one.day))
        )


def _swap_rows(
    connection: psycopg.Connection, table: WarmTable, staged: list[Staged], keep: set[date]
) -> None:
    column = sql.Identifier(table.day_column)
    days = sql.SQL("SELECT DISTINCT ({} AT TIME ZONE 'UTC')::date FROM {}").format(
        column, table.live
    )
    gone = {day for (day,) in connection.execute(days).fetchall()} - keep | {
        one.day for one in staged if one.day
    }
    for day in sorted(gone):
        query = sql.SQL("DELETE FROM {} WHERE {c} >= {first} AND {c} < {last}")
        connection.execute(query.format(table.live, c=column, **bounds(table, day)))
    for one in staged:
        connection.execute(sql.SQL("INSERT INTO {} SELECT * FROM {}").format(table.live, one.place))
        connection.execute(sql.SQL("DROP TABLE {}").format(one.place))


def _log(connection: psycopg.Connection, entry: Published) -> None:
    days = {
        table: {day.isoformat(): state for day, state in sorted(found.items())}
        for table, found in entry.days.items()
    }
    connection.execute(
        "INSERT INTO publish_log (publish_id, run_id, day, as_of, landing, lake, row_counts, versions, days) "
        "VALUES (%s, %s, %s, %s, %s, %s, %s, %s, %s)",
        (entry.publish_id, entry.run_id, entry.day, entry.as_of, entry.landing, entry.lake)
        + tuple(json.dumps(value) for value in (entry.row_counts, entry.versions, days)),
    )


def _parts(connection: psycopg.Connection, table: WarmTable) -> list[date]:
    """Days of the attached partitions, in order."""
    query = "SELECT c.relname FROM pg_inherits i JOIN pg_class c ON c.oid = i.inhrelid WHERE i.inhparent = to_regclass(%s)"
    found = connection.execute(query, (f"{LIVE}.{table.name}",)).fetchall()
    return sorted(table.part_day(name) for (name,) in found)


def _blockers(connection: psycopg.Connection) -> str:
    """Server processes that hold a live table, with the name that each gave itself."""
    found = connection.execute(
        "SELECT DISTINCT a.pid, a.application_name FROM pg_stat_activity a JOIN pg_locks l USING (pid) "
        "JOIN pg_class c ON c.oid = l.relation JOIN pg_namespace n ON n.oid = c.relnamespace "
        "WHERE n.nspname = %s AND a.pid <> pg_backend_pid() ORDER BY a.pid LIMIT 5",
        (LIVE,),
    ).fetchall()
    return ", ".join(f"process {pid} ({name or 'unnamed'})" for pid, name in found) or "somebody"


def _asked(connection: psycopg.Connection, query: LiteralString, values: tuple[Any, ...]) -> Any:
    row = connection.execute(query, values).fetchone()
    return row[0] if row else None

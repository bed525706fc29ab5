"""Records what the live tables show, and lets one publisher at a time change them."""

import json
from collections.abc import Collection, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any, LiteralString

import psycopg
from psycopg import sql

from pumploss.days import midnight, shift
from pumploss.errors import StoreError
from pumploss.warm import publisher_lock
from pumploss.warm.staging import Staging, clear
from pumploss.warm.standby import refuse_read_only
from pumploss.warm.warm_table import WarmTable

#: Content digest and rows of each day of a table.
DayContents = dict[date, tuple[str | None, int]]


@dataclass(frozen=True)
class Published:
    """Holds a row of `publish_log`: what the live tables show after it. `days` is by table name.

    `lake_id` stays the same where the lake is moved with its home; publishes of old have none, nor what audits ask for:
    `digests` of the tables of T, who `published_by`, and the seconds until the swap.
    """

    publish_id: str
    run_id: str
    day: date
    landing: str
    lake: str
    row_counts: Mapping[str, int] = field(default_factory=dict)
    versions: Mapping[str, int | None] = field(default_factory=dict)
    days: Mapping[str, DayContents] = field(default_factory=dict)
    lake_id: str | None = None
    digests: Mapping[str, str | None] = field(default_factory=dict)
    published_by: str | None = None
    seconds: float | None = None

    @property
    def as_of(self) -> datetime:
        """Return T, 00:00 UTC after the day: everything is from before it."""
        return midnight(shift(self.day, 1))


@contextmanager
def exclusive(connection: psycopg.Connection, wait_seconds: float = 60.0) -> Iterator[Staging]:
    """Be the only publisher, with an empty staging area.

    Raises StoreError naming another that does not end, and where the server is a standby.
    """
    refuse_read_only(connection)
    with publisher_lock.held(connection, wait_seconds):
        clear(connection)
        yield Staging(connection)


def latest(connection: psycopg.Connection) -> Published | None:
    """Read what the live tables show; None before the first publish."""
    row = connection.execute(
        "SELECT publish_id, run_id, day, landing, lake, row_counts, versions, days, lake_id, coalesce(digests, '{}'), "
        "published_by, seconds FROM publish_log ORDER BY number DESC LIMIT 1"
    ).fetchone()
    if row is None:
        return None
    days = {
        table: {date.fromisoformat(day): (digest, rows) for day, (digest, rows) in contents.items()}
        for table, contents in row[7].items()
    }
    publish_id, run_id, day, landing, lake, row_counts, versions, _, *more = row
    return Published(publish_id, run_id, day, landing, lake, row_counts, versions, days, *more)


def is_published(connection: psycopg.Connection, publish_id: str) -> bool:
    """Tell whether that publish was committed: what to ask when the answer to a commit was lost."""
    return bool(asked(connection, "SELECT count(*) FROM publish_log WHERE publish_id = %s", (publish_id,)))


def is_of(shown: Published, landing: str, lake: str, lake_id: str | None) -> bool:
    """Tell whether the live tables come from this lake, by its id or by its place."""
    return (shown.lake_id is not None and shown.lake_id == lake_id) or (shown.landing, shown.lake) == (landing, lake)


def refuse_foreign(shown: Published | None, landing: str, lake: str, lake_id: str | None) -> None:
    """Raise StoreError where the live tables come from another lake."""
    if shown is None or is_of(shown, landing, lake, lake_id):
        return
    raise StoreError(
        f"The warm store shows the lake {shown.lake} of the landing {shown.landing}, this is the lake {lake} of "
        f"{landing}: simulated and real trades never mix. Set PUMPLOSS_WARM_DSN or PUMPLOSS_HOME to another store; if "
        "both are the same dumps, `pumploss rebind` has the store follow this lake."
    )


def other_days(connection: psycopg.Connection, table: WarmTable, shown: Published) -> list[date]:
    """List the days of which a table that is kept by day holds other rows than were published."""
    day = sql.Identifier(table.day_column)
    of_day = day if table.day_column == "day" else sql.SQL("({} AT TIME ZONE 'UTC')::date").format(day)
    counted = sql.SQL("SELECT {}, count(*) FROM {} GROUP BY 1").format(of_day, table.live)
    held: dict[date, int] = dict(connection.execute(counted).fetchall())
    logged = {logged: rows for logged, (_, rows) in shown.days.get(table.name, {}).items()}
    return sorted(one for one in held.keys() | logged.keys() if held.get(one, 0) != logged.get(one, 0))


def forget(connection: psycopg.Connection, table: WarmTable, days: Collection[date]) -> None:
    """Have the next publish load these days of a table again, and of those that follow it."""
    connection.execute(
        "UPDATE publish_log SET days = jsonb_set(days, ARRAY[%(name)s], (days -> %(name)s) - %(days)s::text[]) "
        "WHERE number = (SELECT max(number) FROM publish_log)",
        {"name": table.follows or table.name, "days": [day.isoformat() for day in days]},
    )


def rebind(connection: psycopg.Connection, landing: str, lake: str, lake_id: str | None) -> None:
    """Have the store follow a lake from now on; what it showed is logged as before, with the new names."""
    connection.execute(
        "UPDATE publish_log SET landing = %s, lake = %s, lake_id = %s WHERE number = (SELECT max(number) FROM "
        "publish_log)",
        (landing, lake, lake_id),
    )


def record(connection: psycopg.Connection, entry: Published) -> None:
    """Add the row that says what the live tables show from this transaction on."""
    days = {
        table: {day.isoformat(): state for day, state in sorted(contents.items())}
        for table, contents in entry.days.items()
    }
    connection.execute(
        "INSERT INTO publish_log (publish_id, run_id, day, as_of, landing, lake, lake_id, published_by, seconds, "
        "row_counts, versions, days, digests) VALUES (%s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s)",
        (
            *(entry.publish_id, entry.run_id, entry.day, entry.as_of, entry.landing, entry.lake, entry.lake_id),
            *(entry.published_by, entry.seconds),
            *map(json.dumps, (entry.row_counts, entry.versions, days, entry.digests)),
        ),
    )


def asked(connection: psycopg.Connection, query: LiteralString, values: tuple[Any, ...]) -> Any:
    """Return the one value that a query answers, or None."""
    row = connection.execute(query, values).fetchone()
    return row[0] if row else None

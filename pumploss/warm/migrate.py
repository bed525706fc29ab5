"""Applies numbered migrations: each once, in order, in a transaction, and recorded."""

from importlib import resources

import psycopg

from pumploss.errors import StoreError
from pumploss.warm.failures import CHANGED
from pumploss.warm.standby import refuse_read_only
from pumploss.warm.tables import TABLES
from pumploss.warm.warm_table import LIVE, comments

# Any number that nobody else takes an advisory lock on.
_LOCK = 7_045_118_001

_RECORD = """
CREATE TABLE IF NOT EXISTS schema_migrations (
    version integer PRIMARY KEY,
    name text NOT NULL,
    applied_at timestamptz NOT NULL DEFAULT now()
)
"""


def migrations() -> dict[int, tuple[str, str]]:
    """Read name and SQL of every migration, by number."""
    folder = resources.files("pumploss.warm") / "migrations"
    files = sorted(
        (item for item in folder.iterdir() if item.name.endswith(".sql")),
        key=lambda item: item.name,
    )
    return {int(item.name.partition("_")[0]): (item.name, item.read_text("utf-8")) for item in files}


def migrate(connection: psycopg.Connection) -> list[int]:
    """Bring the database to this code's schema; answers the numbers that were applied now.

    Raises StoreError for a database that newer code has migrated, or where the tables cannot be made, one of CHANGED
    for a database that is not as migrations left it.
    """
    known = migrations()
    if _version(connection) == max(known):
        return []
    refuse_read_only(connection)
    try:
        with connection.transaction():
            connection.execute("SELECT pg_advisory_xact_lock(%s)", (_LOCK,))
            connection.execute(_RECORD)
            current = _version(connection)
            _refuse_newer(current, max(known))
            missing = [number for number in sorted(known) if number > current]
            for number in missing:
                name, script = known[number]
                connection.execute(script.encode())
                connection.execute("INSERT INTO schema_migrations (version, name) VALUES (%s, %s)", (number, name))
            for table in TABLES if missing else ():
                connection.execute(comments(table.live, table, table.columns))
    except CHANGED:
        raise
    except psycopg.Error as error:
        raise StoreError(
            f"The warm store's schema could not be brought to version {max(known)}: {error}. It is as it was. Remove "
            "the cause (the user needs to create tables and schemas) and run again."
        ) from error
    return missing


def _version(connection: psycopg.Connection) -> int:
    exists = connection.execute("SELECT to_regclass(%s) IS NOT NULL", (f"{LIVE}.schema_migrations",)).fetchone()
    if not exists or not exists[0]:
        return 0
    row = connection.execute("SELECT coalesce(max(version), 0) FROM schema_migrations").fetchone()
    return int(row[0]) if row else 0


def _refuse_newer(current: int, known: int) -> None:
    if current > known:
        raise StoreError(
            f"The warm store has schema version {current}, this code knows {known}: newer code has used it. Run that "
            "newer code, or set PUMPLOSS_WARM_DSN or PUMPLOSS_HOME to another store."
        )

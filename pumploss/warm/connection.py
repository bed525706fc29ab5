"""Opens the warm store, embedded or at `PUMPLOSS_WARM_DSN`, with its schema up to date."""

from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from typing import LiteralString

import psycopg
from psycopg import sql
from psycopg.conninfo import conninfo_to_dict

from pumploss import embedded
from pumploss.errors import StoreError
from pumploss.settings import Settings
from pumploss.warm import publisher_lock
from pumploss.warm.migrate import migrate
from pumploss.warm.standby import is_read_only
from pumploss.warm.warm_table import LIVE

#: May read what is published and nothing else. On a server of one's own it is granted that wherever it exists.
READER = "pumploss_reader"

#: How PostgreSQL calls data, indexes and files that are not as it wrote them, and a disk that does not read.
_DAMAGED = {"XX001", "XX002", "58P01", "58030"}

_ROLE_LOCK = 7_045_118_002

_ROLE = """
CREATE ROLE {reader} LOGIN;
REVOKE ALL ON DATABASE pumploss FROM PUBLIC;
REVOKE ALL ON SCHEMA {live} FROM PUBLIC;
REVOKE ALL ON ALL TABLES IN SCHEMA {live} FROM PUBLIC;
GRANT CONNECT ON DATABASE pumploss TO {reader};
"""
_GRANTS = """
GRANT USAGE ON SCHEMA {live} TO {reader};
GRANT SELECT ON ALL TABLES IN SCHEMA {live} TO {reader};
"""
# Beside what is published others may keep tables there, which are theirs to show.
_NOT_YET_GRANTED = """
SELECT c.relname FROM pg_class c JOIN pg_roles r ON r.rolname = %s
WHERE c.relnamespace = %s::regnamespace AND c.relkind IN ('r', 'p') AND pg_has_role(c.relowner, 'USAGE')
  AND NOT has_table_privilege(r.oid, c.oid, 'SELECT')
"""


@contextmanager
def open_warm(settings: Settings) -> Iterator[psycopg.Connection]:
    """Open a connection in autocommit mode; an embedded server lives at least as long as it.

    Raises StoreError where the store cannot be started, reached or migrated, or goes away while it is used.
    """
    with ExitStack() as stack:
        dsn = settings.warm_dsn or stack.enter_context(embedded.postgres(settings.warm_dir)).dsn
        connection = stack.enter_context(_connect(dsn, _repair(settings)))
        try:
            _prepare(connection, is_embedded=settings.warm_dsn is None)
            yield connection
        except psycopg.Error as error:
            if error.sqlstate in _DAMAGED:
                raise StoreError(
                    f"The warm store {address(dsn)} is damaged: {str(error).strip()}. {_repair(settings)}"
                ) from error
            # How the server ends an idle transaction is no operational error to psycopg.
            if not (isinstance(error, psycopg.OperationalError) or connection.closed):
                raise
            raise StoreError(
                f"The warm store {address(dsn)} gave up: {str(error).strip()}. Readers keep what they have; run again "
                "when it answers."
            ) from error


def _prepare(connection: psycopg.Connection, *, is_embedded: bool) -> None:
    """Bring the schema up to date, and let the reading role see it."""
    has_new_tables = bool(migrate(connection))
    if not is_embedded:
        _grant_missing(connection)
    elif not has_reader(connection):
        _make_reader(connection)
    elif has_new_tables:
        _grant_embedded(connection)


def _repair(settings: Settings) -> str:
    """Say what to do where the files of the store are damaged."""
    if settings.warm_dsn is not None:
        return "Where its files are damaged, put the server back from its backup, or publish into a new database."
    server = embedded.postgres(settings.warm_dir)
    return (
        f"Where its files are damaged, end whoever uses it (`pumploss serve`), move {server.data} away and run again: "
        f"{server.repair}."
    )


def _connect(dsn: str, repair: str) -> psycopg.Connection:
    try:
        # Poolers that lend a server per transaction do not keep what was prepared on another one.
        connection = psycopg.connect(
            dsn, autocommit=True, connect_timeout=10, application_name="pumploss", prepare_threshold=None
        )
        _begin_session(connection)
    except psycopg.Error as error:
        raise StoreError(
            f"The warm store {address(dsn)} cannot be reached: {str(error).strip()}. Start it, or mend or unset "
            f"PUMPLOSS_WARM_DSN, or for reads PUMPLOSS_WARM_READ_DSN. {repair}".rstrip()
        ) from error
    return connection


def _begin_session(connection: psycopg.Connection) -> None:
    connection.execute("SELECT set_config('timezone', 'UTC', false), set_config('search_path', %s, false)", (LIVE,))


def beside(connection: psycopg.Connection) -> psycopg.Connection:
    """Connect once more to the server of a connection, in autocommit mode."""
    another = publisher_lock.connect_again(connection, "pumploss", autocommit=True)
    _begin_session(another)
    return another


def address(dsn: str) -> str:
    """Write host and database, never the password."""
    try:
        parts = conninfo_to_dict(dsn)
    except psycopg.ProgrammingError:
        return "of PUMPLOSS_WARM_DSN"
    return f"{parts.get('host') or 'of this machine'}/{parts.get('dbname') or ''}"


def has_reader(connection: psycopg.Connection) -> bool:
    """Tell whether the reading role exists."""
    return connection.execute("SELECT FROM pg_roles WHERE rolname = %s", (READER,)).fetchone() is not None


def _make_reader(connection: psycopg.Connection) -> None:
    with connection.transaction():
        connection.execute("SELECT pg_advisory_xact_lock(%s)", (_ROLE_LOCK,))
        if not has_reader(connection):
            connection.execute(_filled(_ROLE))
            connection.execute(_filled(_GRANTS))


def _grant_embedded(connection: psycopg.Connection) -> None:
    """Let the reading role see new tables; that of an embedded server of old could not log in."""
    with connection.transaction():
        connection.execute(_filled(_GRANTS))
        connection.execute(_filled("ALTER ROLE {reader} LOGIN"))


def _grant_missing(connection: psycopg.Connection) -> None:
    """Let the reading role, where it exists by now, see tables of ours that it may not see yet."""
    lacking = connection.execute(_NOT_YET_GRANTED, (READER, LIVE)).fetchall()
    if not lacking or is_read_only(connection):
        return
    with connection.transaction():
        connection.execute(_filled("GRANT USAGE ON SCHEMA {live} TO {reader}"))
        tables = sql.SQL(", ").join(sql.Identifier(LIVE, name) for (name,) in lacking)
        connection.execute(sql.SQL("GRANT SELECT ON {} TO {}").format(tables, sql.Identifier(READER)))


def _filled(statements: LiteralString) -> sql.Composed:
    return sql.SQL(statements).format(reader=sql.Identifier(READER), live=sql.Identifier(LIVE))

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
from pumploss.warm import failures, publisher_lock
from pumploss.warm.migrate import migrate
from pumploss.warm.session import begin_session
from pumploss.warm.standby import is_read_only
from pumploss.warm.warm_table import LIVE, READER

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

    Raises StoreError where the store cannot be started, reached or migrated, where it goes away while it is used, lets
    its user do too little, or is not as migrations left it.
    """
    with ExitStack() as stack:
        dsn = settings.warm_dsn or stack.enter_context(embedded.postgres(settings.warm_dir)).dsn
        connection = stack.enter_context(_connect(dsn, repair(settings)))
        try:
            _prepare(connection, is_embedded=settings.warm_dsn is None)
            yield connection
        except psycopg.Error as error:
            told = failures.told(error, connection, address(dsn), repair(settings))
            if told is None:
                raise
            raise told from error


def _prepare(connection: psycopg.Connection, *, is_embedded: bool) -> None:
    """Bring the schema up to date, and let the reading role see it."""
    has_new_tables = bool(migrate(connection))
    if not is_embedded:
        _grant_missing(connection)
    elif not has_reader(connection):
        _make_reader(connection)
    elif has_new_tables:
        _grant_embedded(connection)


def repair(settings: Settings) -> str:
    """Say what to do where the store cannot be used as it is: where its files are damaged, or tables were changed."""
    if settings.warm_dsn is not None:
        return "put the server back from its backup, or publish into a new database that PUMPLOSS_WARM_DSN names."
    server = embedded.postgres(settings.warm_dir)
    return f"end whoever uses it (`pumploss serve`), move {server.data} away and run again: {server.repair}."


def _connect(dsn: str, advice: str) -> psycopg.Connection:
    try:
        # Poolers that lend a server per transaction do not keep what was prepared on another one.
        connection = psycopg.connect(
            dsn, autocommit=True, connect_timeout=10, application_name="pumploss", prepare_threshold=None
        )
        begin_session(connection)
    except psycopg.Error as error:
        raise StoreError(
            f"The warm store {address(dsn)} cannot be reached: {str(error).strip()}. Start it, or mend or unset "
            f"PUMPLOSS_WARM_DSN, or for reads PUMPLOSS_WARM_READ_DSN. Where its files are damaged, {advice}"
        ) from error
    return connection


def beside(connection: psycopg.Connection) -> psycopg.Connection:
    """Connect once more to the server of a connection, in autocommit mode."""
    another = publisher_lock.connect_again(connection, "pumploss", autocommit=True)
    begin_session(another)
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

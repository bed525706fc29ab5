"""Looks at Airflow's metadata database, and says what keeps it from being used: Airflow answers with a stack."""

import re
import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path

from sqlalchemy import URL, Connection, create_engine, make_url, text
from sqlalchemy.exc import ArgumentError, DBAPIError, NoSuchModuleError
from sqlalchemy.pool import NullPool

from jobs.airflow.environment import DATABASE
from pumploss.errors import SettingsError, StoreError

_FILE = "sqlite:///"
#: What a server is asked for first; one that stands still is not waited for any longer.
_SECONDS = 10
#: What a server that will do has: a schema of our own or one that we may make tables in, and no standby's rights.
_RIGHTS = """
SELECT current_setting('transaction_read_only') = 'on' AS is_read_only, current_schema() AS name,
    coalesce(has_schema_privilege(current_schema(), 'CREATE'), false) AS may_create
"""

#: What drivers and servers say, what it means, and what to do.
_SAID = (
    (
        r"password authentication failed|no password supplied|fe_sendauth|authentication failed|Access denied",
        "refuses the login",
        f"Mend user and password in {DATABASE}; signs that are no letter or digit are percent-encoded there.",
    ),
    (
        (
            r'no pg_hba\.conf entry|role "[^"]*" (does not exist|is not permitted to log in)|'
            r"permission denied for database"
        ),
        "refuses this user",
        f"Let the user in at the server, or name another in {DATABASE}.",
    ),
    (
        r'database "[^"]*" does not exist|Unknown database',
        "is not there, though its server answers",
        f"Make it (CREATE DATABASE ... OWNER ...), or name the right one in {DATABASE}.",
    ),
    (
        (
            r"[Cc]onnection refused|timeout|timed out|resolve host|could not translate|[Nn]o route|unreachable|"
            r"No such file or directory|server closed the connection|Can't connect"
        ),
        "cannot be reached: nobody answers there",
        f"Start the server, or mend host and port in {DATABASE}.",
    ),
)


def require_usable(address: str) -> None:
    """Raises StoreError where a database is damaged, away or refuses us, SettingsError for an address of none."""
    if address.startswith(_FILE):
        _refuse_damaged(Path(address.removeprefix(_FILE)))
    elif not address.startswith("sqlite"):
        with _connected(address) as connection:
            if connection.dialect.name == "postgresql":
                _refuse_without_rights(connection, place(address))


def remedy(address: str) -> str:
    """Says what to do where Airflow could not bring a database up to date."""
    if address.startswith("sqlite"):
        return "Mend the database, or move it away to start with an empty one."
    return f"What is in {place(address)} was left to it: mend there what it says, then run again."


def place(address: str) -> str:
    """Writes host, port and database of an address, never the login."""
    try:
        url = make_url(address)
    except (ArgumentError, ValueError):
        return f"of {DATABASE}"
    named = {name: value if isinstance(value, str) else ",".join(value) for name, value in url.query.items()}
    host = url.host or named.get("host") or "this machine"
    port = url.port or named.get("port")
    return f"{host}{f':{port}' if port else ''}/{url.database or named.get('dbname', '')}"


@contextmanager
def answered(address: str) -> Iterator[None]:
    """Has what a driver raises of a server that went away or refuses said in a sentence. Raises StoreError."""
    try:
        yield
    except DBAPIError as error:
        if address.startswith("sqlite"):
            raise
        raise StoreError(_sentence(address, str(error.orig))) from error


@contextmanager
def _connected(address: str) -> Iterator[Connection]:
    url = _url(address)
    options = {"connect_timeout": _SECONDS} if url.get_backend_name() == "postgresql" else {}
    try:
        engine = create_engine(url, poolclass=NullPool, connect_args=options)
    except (ImportError, NoSuchModuleError) as error:
        raise SettingsError(
            f"{DATABASE} names a driver that is not installed, {url.drivername} ({error}): write "
            "postgresql+psycopg://, or unset it for a file of SQLite."
        ) from error
    with answered(address), engine.connect() as connection:
        yield connection


def _url(address: str) -> URL:
    try:
        return make_url(address)
    except (ArgumentError, ValueError) as error:
        raise SettingsError(
            f"{DATABASE} is no address of a database ({error}): write postgresql+psycopg://user:password@host/airflow, "
            "or unset it for a file of SQLite."
        ) from error


def _sentence(address: str, said: str) -> str:
    words = " ".join(said.split())[:300]
    for pattern, meaning, what in _SAID:
        if re.search(pattern, said):
            return f"Airflow's database {place(address)} {meaning} ({words}). {what}"
    return (
        f"Airflow's database {place(address)} cannot be used ({words}). Mend that there, or mend or unset {DATABASE}."
    )


def _refuse_without_rights(connection: Connection, where: str) -> None:
    is_read_only, schema, may_create = connection.execute(text(_RIGHTS)).one()
    if is_read_only:
        raise StoreError(
            f"Airflow's database {where} may only be read: name its primary in {DATABASE}, or let this user write."
        )
    if not may_create:
        raise StoreError(
            f"Airflow's database {where} lets this user make no tables (its schema is {schema or 'missing'}): have the "
            f"user own the database, or name another one in {DATABASE}."
        )


def _refuse_damaged(file: Path) -> None:
    """Raises StoreError where a database in SQLite is none: Airflow's components would say nothing of it."""
    if not file.exists():
        return
    try:
        with closing(sqlite3.connect(file)) as opened:
            opened.execute("SELECT count(*) FROM sqlite_master").fetchone()
            opened.execute("PRAGMA quick_check(1)").fetchone()
    except sqlite3.OperationalError as error:
        if not file.is_dir():  # busy, or on a disk that is full: Airflow says so itself
            return
        raise _damaged(file, error) from error
    except sqlite3.DatabaseError as error:
        raise _damaged(file, error) from error


def _damaged(file: Path, error: Exception) -> StoreError:
    return StoreError(
        f"Airflow's database {file} is damaged ({error}). Move it away, then run again: it is made anew, without the "
        "history of its runs. Lake, stores and ledger are not concerned."
    )

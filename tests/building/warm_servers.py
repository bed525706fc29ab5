"""Where a test keeps the warm store: embedded, on a PostgreSQL that asks for a password, and on a TimescaleDB.

The last one is the server that `PUMPLOSS_TEST_TIMESCALE_DSN` names, by a database with the extension and a user who may
make databases and roles. Each use has a database of its own there, so that tests may run side by side.
"""

import os
import secrets
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import psycopg
from psycopg.conninfo import make_conninfo

from pumploss.settings import Settings, from_environment
from pumploss.warm import READER
from tests.building.postgres_pair import PUBLISHER, own_server

TIMESCALE = os.environ.get("PUMPLOSS_TEST_TIMESCALE_DSN")
#: Kinds of servers for tests that take little, and for those that take long, which run on all only where one is named.
SERVERS = ("embedded", "password", "timescale") if TIMESCALE else ("embedded", "password")
NAMED_SERVERS = SERVERS if TIMESCALE else ("embedded",)
_SCHEMA = "SELECT extnamespace::regnamespace::text FROM pg_extension WHERE extname = 'timescaledb'"
_END = "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = %s AND usename = current_user"
#: Lets tests ask as the reading role, which an operator has made.
_ROLE = f"""
DO $$ BEGIN
    IF NOT EXISTS (SELECT FROM pg_roles WHERE rolname = '{READER}') THEN CREATE ROLE {READER} LOGIN; END IF;
END $$;
"""


@contextmanager
def settings_on(server: str, folder: Path) -> Iterator[Settings]:
    """Settings with the warm store on one of `SERVERS`, and all other stores below a folder."""
    if server == "embedded":
        yield from_environment({"PUMPLOSS_HOME": str(folder)})
        return
    with _with_password(folder / "server") if server == "password" else timescale_database() as dsn:
        yield from_environment({"PUMPLOSS_HOME": str(folder / "home"), "PUMPLOSS_WARM_DSN": dsn})


@contextmanager
def _with_password(folder: Path) -> Iterator[str]:
    with own_server(folder) as server:
        server.ask(f"{_ROLE} GRANT {READER} TO {PUBLISHER} WITH INHERIT FALSE", dbname="postgres")
        server.ask_for_passwords()
        yield server.dsn()


@contextmanager
def timescale_database() -> Iterator[str]:
    """An empty database with the extension, in the schema that it has in the one that is named."""
    assert TIMESCALE is not None
    name = f"pumploss_test_{secrets.token_hex(6)}"
    dsn = make_conninfo(TIMESCALE, dbname=name)
    with psycopg.connect(TIMESCALE, autocommit=True) as operator:
        (schema,) = operator.execute(_SCHEMA).fetchone() or ("public",)
        operator.execute(f"{_ROLE} GRANT {READER} TO CURRENT_USER WITH INHERIT FALSE, SET TRUE".encode())
        operator.execute(f"CREATE DATABASE {name} TEMPLATE template0".encode())
        try:
            with psycopg.connect(dsn, autocommit=True) as owner:
                owner.execute(f"CREATE SCHEMA IF NOT EXISTS {schema}".encode())
                owner.execute(f"CREATE EXTENSION timescaledb SCHEMA {schema}".encode())
            yield dsn
        finally:
            # What a failed test left open: processes of the extension are not ours to end, and leave by themselves.
            operator.execute(_END, (name,))
            operator.execute(f"DROP DATABASE {name}".encode())

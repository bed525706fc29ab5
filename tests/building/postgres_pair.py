"""A PostgreSQL of one's own on 127.0.0.1 and a standby that streams from it, from the wheel's binaries."""

import secrets
import signal
import socket
import subprocess
import time
from contextlib import contextmanager
from pathlib import Path

import psycopg

from pumploss.embedded import postgres_user
from pumploss.embedded.postgres_server import _programs
from pumploss.embedded.process import clean_environment

OWNER = "operator"
PUBLISHER = "publisher"
SETTINGS = {"listen_addresses": "127.0.0.1", "unix_socket_directories": "", "fsync": "off", "shared_buffers": "16MB"}


class Server:
    """One server; `stop` ends it as an operator does, or with SIGQUIT as if it crashed."""

    def __init__(self, folder: Path) -> None:
        self.folder, self.data = folder, folder / "data"
        self.password = ""
        self.folder.mkdir(parents=True)
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            self.port = free.getsockname()[1]
        self._process: subprocess.Popen | None = None

    def dsn(self, user=PUBLISHER, dbname="pumploss"):
        login = f"user={user} password={self.password}" if self.password else f"user={user}"
        return f"host=127.0.0.1 port={self.port} {login} dbname={dbname} connect_timeout=5"

    def use(self, program, *options):
        """Runs a program of the wheel as the user that PostgreSQL's files belong to."""
        done = subprocess.run(
            [*self._prefix(), _programs() / program, *options],
            cwd=self.folder, env=clean_environment(), capture_output=True, text=True, check=False,
        )  # fmt: skip
        assert done.returncode == 0, f"{program}: {done.stderr}{done.stdout}"

    def _prefix(self):
        return postgres_user.command_prefix(self.folder, self.data, _programs() / "postgres")

    def start(self):
        options = [text for name, value in SETTINGS.items() for text in ("-c", f"{name}={value}")]
        command = [*self._prefix(), _programs() / "postgres", "-D", self.data, "-p", str(self.port), *options]
        with (self.folder / "log").open("ab") as log:
            self._process = subprocess.Popen(command, cwd=self.folder, env=clean_environment(), stdout=log, stderr=log)
        until(self._answers, f"{self.folder / 'log'} says why")

    def _answers(self):
        try:
            psycopg.connect(self.dsn(OWNER, "postgres")).close()
        except psycopg.OperationalError:
            return False
        return True

    def stop(self, how=signal.SIGINT):
        if self._process is not None:
            self._process.send_signal(how)
            self._process.wait()
            self._process = None

    def ask(self, query, user=OWNER, dbname="pumploss"):
        with psycopg.connect(self.dsn(user, dbname), autocommit=True) as client:
            cursor = client.execute(query)
            return cursor.fetchall() if cursor.description else []

    def ask_for_passwords(self):
        """Lets nobody in without one from now on: that of every role is the same."""
        password = secrets.token_hex(8)
        for (role,) in self.ask("SELECT rolname FROM pg_roles WHERE rolcanlogin", dbname="postgres"):
            self.ask(f"ALTER ROLE {role} PASSWORD '{password}'", dbname="postgres")
        (self.data / "pg_hba.conf").write_text("host all all 127.0.0.1/32 scram-sha-256\n")
        self.ask("SELECT pg_reload_conf()", dbname="postgres")
        until(lambda: not self._answers(), "the server lets in who has no password")
        self.password = password


def until(holds, said):
    for _ in range(1200):
        if holds():
            return
        time.sleep(0.05)
    raise AssertionError(said)


@contextmanager
def own_server(folder):
    """A server whose database belongs to a user without other rights."""
    server = Server(folder)
    server.use("initdb", "--pgdata", server.data, "--username", OWNER, "--encoding", "UTF8", "--auth", "trust")
    server.start()
    try:
        server.ask(f"CREATE ROLE {PUBLISHER} LOGIN", dbname="postgres")
        server.ask(f"CREATE DATABASE pumploss OWNER {PUBLISHER}", dbname="postgres")
        yield server
    finally:
        server.stop(signal.SIGQUIT)


@contextmanager
def standby_of(primary, folder):
    """A standby that streams from the other server."""
    standby = Server(folder)
    source = f"host=127.0.0.1 port={primary.port} user={OWNER}"
    standby.use(
        "pg_basebackup", "--pgdata", standby.data, "--write-recovery-conf", "--dbname", source, "--checkpoint", "fast"
    )
    standby.start()
    try:
        yield standby
    finally:
        standby.stop(signal.SIGQUIT)


def caught_up(primary, standby):
    """Waits until the standby shows what the primary has."""
    ((place,),) = primary.ask("SELECT pg_current_wal_lsn()")
    until(lambda: standby.ask(f"SELECT pg_last_wal_replay_lsn() >= '{place}'") == [(True,)], "the standby lags")

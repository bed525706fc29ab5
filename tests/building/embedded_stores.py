"""Embedded servers, what a client stores in them, and other processes that use them."""

import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path

import psycopg
import redis as redis_client

from pumploss import embedded
from pumploss.embedded import EmbeddedServer, PostgresServer, RedisServer
from pumploss.settings import ROOT

USER = """
import sys
from pathlib import Path
from pumploss import embedded
server = getattr(embedded, sys.argv[1])(Path(sys.argv[2])).attach()
print(server.status().pid, flush=True)
sys.stdin.readline()
if "at exit" not in sys.argv:
    server.release()
"""
ROOM_BYTES = 1_000_000_000


@dataclass
class Store:
    """One kind of server, what a client stores in it, and other processes that use it."""

    kind: str
    folder: Path
    users: list[subprocess.Popen[str]] = field(default_factory=list)

    def handle(self) -> EmbeddedServer:
        make: Callable[[Path], EmbeddedServer] = getattr(embedded, self.kind)
        return make(self.folder)

    def user(self, *extra: str) -> subprocess.Popen[str]:
        """Another process that attaches; it prints the server's process id once attached."""
        started = subprocess.Popen(
            [sys.executable, "-c", USER, self.kind, str(self.folder), *extra],
            cwd=ROOT,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )
        self.users.append(started)
        return started

    def put(self, server: EmbeddedServer, value: str) -> None:
        if isinstance(server, PostgresServer):
            with psycopg.connect(server.dsn) as client:
                client.execute("CREATE TABLE IF NOT EXISTS kept (value text)")
                client.execute("INSERT INTO kept VALUES (%s)", [value])
        elif isinstance(server, RedisServer):
            with redis_client.Redis.from_url(server.url) as client:
                client.rpush("kept", value)

    def kept(self, server: EmbeddedServer) -> list[str]:
        if isinstance(server, PostgresServer):
            with psycopg.connect(server.dsn) as client:
                return [value for (value,) in client.execute("SELECT value FROM kept")]
        assert isinstance(server, RedisServer)
        with redis_client.Redis.from_url(server.url) as client:
            return [value.decode() for value in client.lrange("kept", 0, -1)]


def said_pid(user: subprocess.Popen[str]) -> int:
    assert user.stdout is not None
    return int(user.stdout.readline())


def leave(user: subprocess.Popen[str]) -> None:
    user.communicate("\n", timeout=60)
    assert user.returncode == 0


def running_pid(server: EmbeddedServer) -> int:
    pid = server.status().pid
    assert pid is not None
    return pid


def memory_folder() -> Path | None:
    """Memory where it is large enough: on a busy disk most of the time is waiting for syncs."""
    memory = Path("/dev/shm")
    return memory if memory.is_dir() and shutil.disk_usage(memory).free > ROOM_BYTES else None


def stopped_afterwards(kind: str, folder: Path) -> Iterator[Store]:
    made = Store(kind, folder)
    yield made
    for user in made.users:
        user.kill()
        user.communicate()
    status = made.handle().status()
    if status.is_running:
        with made.handle():
            pass
    assert not made.handle().status().is_running
    assert status.user_pids == (), "a test must end with its own holds released"

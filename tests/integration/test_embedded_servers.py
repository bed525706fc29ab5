"""The real embedded servers, shared, crashed, killed, forked and left behind."""

import multiprocessing
import os
import pwd
import shutil
import signal
import subprocess
import sys
import tempfile
import threading
from collections.abc import Callable, Iterator
from contextlib import ExitStack, suppress
from dataclasses import dataclass, field
from pathlib import Path

import psycopg
import pytest
import redis as redis_client

from pumploss import embedded
from pumploss.embedded import EmbeddedServer, PostgresServer, RedisServer, postgres_user, process
from pumploss.errors import StoreError

ROOT = Path(__file__).resolve().parents[2]
ROOM_BYTES = 1_000_000_000

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


def _base() -> Path | None:
    """Memory where it is large enough: on a busy disk most of the time is waiting for syncs."""
    memory = Path("/dev/shm")
    return memory if memory.is_dir() and shutil.disk_usage(memory).free > ROOM_BYTES else None


@pytest.fixture
def place() -> Iterator[Path]:
    with tempfile.TemporaryDirectory(dir=_base()) as folder:
        yield Path(folder)


@pytest.fixture(scope="module")
def database() -> Iterator[Path]:
    """A database as the first start makes it; to copy it costs less than to make each anew."""
    with tempfile.TemporaryDirectory(dir=_base()) as folder:
        with embedded.postgres(Path(folder)):
            pass
        yield Path(folder) / "data"


@pytest.fixture(params=["postgres", "redis"])
def store(request: pytest.FixtureRequest, place: Path, database: Path) -> Iterator[Store]:
    if request.param == "postgres":
        shutil.copytree(database, place / "store" / "data")
    yield from _store(request.param, place / "store")


@pytest.fixture
def warm(place: Path, database: Path) -> Iterator[Store]:
    shutil.copytree(database, place / "store" / "data")
    yield from _store("postgres", place / "store")


def _store(kind: str, folder: Path) -> Iterator[Store]:
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


def test_data_survives_a_stop_and_a_start(store: Store) -> None:
    with store.handle() as server:
        store.put(server, "one")
        assert server.status().is_running
        assert server.status().user_pids == (os.getpid(),)
        assert server.socket_dir.stat().st_mode & 0o777 == 0o700
        # The terminal's Ctrl-C goes to its own session.
        assert os.getsid(running_pid(server)) != os.getsid(0)
    assert not server.status().is_running
    assert server.status().user_pids == ()
    with store.handle() as server:
        assert store.kept(server) == ["one"]


def test_the_last_of_several_processes_stops_it(store: Store) -> None:
    first, second = store.user(), store.user("at exit")
    pids = {said_pid(first), said_pid(second)}
    status = store.handle().status()
    assert pids == {status.pid}
    assert status.user_pids == tuple(sorted((first.pid, second.pid)))
    leave(first)
    assert store.handle().status().is_running
    leave(second)
    assert not store.handle().status().is_running


@pytest.mark.parametrize("kind", ["postgres", "redis"])
def test_four_first_starts_at_once_make_one_server(kind: str, place: Path) -> None:
    for store in _store(kind, place / "new"):
        _start_four_times(store)


def _start_four_times(store: Store) -> None:
    users = [store.user() for _ in range(4)]
    assert len({said_pid(user) for user in users}) == 1
    for user in users:
        leave(user)
    assert not store.handle().status().is_running


def test_a_killed_user_neither_stops_nor_keeps_it(store: Store) -> None:
    user = store.user()
    with store.handle() as server:
        pid = said_pid(user)
        user.kill()
        user.wait()
        store.put(server, "one")
        assert server.status().user_pids == (os.getpid(),)
        assert running_pid(server) == pid
    assert not server.status().is_running


def test_a_server_without_users_is_adopted_and_then_stopped(store: Store) -> None:
    user = store.user()
    pid = said_pid(user)
    user.kill()
    user.wait()
    assert store.handle().status().is_running
    with store.handle() as server:
        assert running_pid(server) == pid
    assert not server.status().is_running


def test_a_killed_server_comes_back_with_its_data(store: Store) -> None:
    with store.handle() as server:
        store.put(server, "one")
        killed = running_pid(server)
        os.kill(killed, signal.SIGKILL)
        # The same process attaches again while it still holds the dead one.
        with store.handle() as again:
            assert running_pid(again) != killed
            assert store.kept(again) == ["one"]
        assert store.kept(server) == ["one"]
        os.kill(running_pid(server), signal.SIGKILL)
        # And so does another.
        user = store.user()
        assert said_pid(user) != killed
        assert store.kept(server) == ["one"]
        leave(user)


@pytest.mark.parametrize("trace", ["data.new-*", "server.pid"])
def test_a_starter_killed_at_work_does_not_stop_the_next(trace: str, place: Path) -> None:
    for warm in _store("postgres", place / "new"):
        _kill_a_starter(warm, trace)


def _kill_a_starter(warm: Store, trace: str) -> None:
    user = warm.user()
    while not list(warm.folder.glob(trace)):
        pass
    user.kill()
    user.wait()
    with warm.handle() as server:
        warm.put(server, "one")
        assert warm.kept(server) == ["one"]
    assert not list(warm.folder.glob("data.new-*"))


def test_a_killed_servers_busy_child_does_not_block_the_next(warm: Store) -> None:
    with warm.handle() as server, psycopg.connect(server.address) as client:
        busy = threading.Thread(target=_count_for_long, args=[client], daemon=True)
        busy.start()
        with psycopg.connect(server.address, autocommit=True) as watcher:
            working = "SELECT 1 FROM pg_stat_activity WHERE pid = %s AND state = 'active'"
            while not watcher.execute(working, [client.info.backend_pid]).fetchone():
                pass
            os.kill(running_pid(server), signal.SIGKILL)
        with warm.handle() as again:
            warm.put(again, "one")
        busy.join()


def _count_for_long(client: psycopg.Connection) -> None:
    with pytest.raises(psycopg.OperationalError):
        client.execute("SELECT count(*) FROM generate_series(1, 1e12::bigint)")


def test_a_hanging_server_is_replaced_by_force(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    user = store.user()
    hanging = said_pid(user)
    os.kill(hanging, signal.SIGSTOP)
    handle = store.handle()
    with monkeypatch.context() as patience:
        patience.setattr(f"pumploss.embedded.{store.kind}_server._STOP", ())
        patience.setattr("pumploss.embedded.redis_server._PROBE_SECONDS", 0.1)
        assert not handle._answers()
        handle._stop()
    assert not handle.status().is_running
    with handle:
        assert running_pid(handle) != hanging
    leave(user)


def test_a_server_without_a_free_connection_is_left_alone(store: Store) -> None:
    with store.handle() as server, ExitStack() as clients:
        pid = running_pid(server)
        if isinstance(server, PostgresServer):
            with suppress(psycopg.OperationalError):
                while True:
                    clients.enter_context(psycopg.connect(server.dsn))
            with pytest.raises(psycopg.OperationalError, match="too many clients"):
                psycopg.connect(server.dsn)
        elif isinstance(server, RedisServer):
            with redis_client.Redis.from_url(server.url) as client:
                client.config_set("maxclients", 1)
                with store.handle():
                    assert running_pid(server) == pid
        with store.handle():
            assert running_pid(server) == pid


def test_leftovers_of_dead_owners_are_cleaned(warm: Store) -> None:
    with warm.handle() as server:
        warm.put(server, "one")
        left = (server.socket_path, warm.folder / "run" / f"{server.socket_name}.lock")
    # A process id that lives but is not the server's, as after a restart of a container.
    (warm.folder / "data" / "postmaster.pid").write_text(f"{os.getpid()}\n{warm.folder}/data\n")
    (warm.folder / "server.pid").write_text(str(os.getpid()))
    (warm.folder / "users" / "1-dead").touch()
    (warm.folder / "data.new-dead").mkdir()
    for path in left:
        path.touch()
    with warm.handle() as server:
        assert warm.kept(server) == ["one"]
        assert server.status().user_pids == (os.getpid(),)
    assert not (warm.folder / "users" / "1-dead").exists()
    assert not (warm.folder / "data.new-dead").exists()


def test_a_process_counts_its_handles_and_threads(store: Store) -> None:
    handle = store.handle()
    with handle as server, handle, store.handle():
        pid = running_pid(server)
        threads = [threading.Thread(target=_use, args=[store]) for _ in range(4)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        handle.release()
        assert running_pid(server) == pid
        assert server.status().user_pids == (os.getpid(),)
    assert not server.status().is_running
    handle.release()


def _use(store: Store) -> None:
    with store.handle():
        pass


def test_a_forked_child_neither_releases_nor_keeps_its_parents_hold(store: Store) -> None:
    fork = multiprocessing.get_context("fork")
    with store.handle() as server:
        pid = running_pid(server)
        go, seen = fork.Event(), fork.Queue()
        child = fork.Process(target=_in_child, args=[server, go, seen])
        child.start()
        assert seen.get(timeout=60) == "released"
        assert running_pid(server) == pid
        assert server.status().user_pids == (os.getpid(),)
    # The child still runs and has every descriptor that it inherited and did not close.
    assert not server.status().is_running
    go.set()
    assert seen.get(timeout=60) == "used"
    child.join()
    assert child.exitcode == 0
    assert not server.status().is_running


def _in_child(server: EmbeddedServer, go: threading.Event, seen: "multiprocessing.Queue[str]") -> None:
    server.release()
    seen.put("released")
    go.wait(60)
    with server:
        assert server.status().user_pids == (os.getpid(),)
    seen.put("used")


def test_a_path_too_long_for_a_socket_gets_a_short_place(
    tmp_path: Path,
) -> None:
    for kind in ("postgres", "redis"):
        folder = tmp_path / ("a long, 'quoted' folder " * 3) / ("b" * 60) / kind
        for store in _store(kind, folder):
            with store.handle() as server:
                store.put(server, "one")
                assert store.kept(server) == ["one"]
                short = server.status().socket_dir
                assert not short.is_relative_to(tmp_path)
                assert short.stat().st_mode & 0o777 == 0o700
                assert str(short) in server.address
            assert not short.exists()


def test_postgres_is_utf8_utc_by_code_point_and_without_tcp(warm: Store) -> None:
    with warm.handle() as server, psycopg.connect(server.address) as client:
        shown = {
            name: client.execute("SELECT current_setting(%s)", [name]).fetchone()
            for name in ("server_encoding", "TimeZone", "listen_addresses", "fsync", "jit")
        }
        rows = client.execute("SELECT x FROM unnest(array['a','B','b','A']) x ORDER BY x")
        letters = "".join(x for (x,) in rows)
    assert shown == {
        "server_encoding": ("UTF8",),
        "TimeZone": ("UTC",),
        "listen_addresses": ("",),
        "fsync": ("on",),
        "jit": ("off",),
    }
    assert letters == "ABab"


def test_a_server_that_cannot_start_says_why_and_what_to_do(warm: Store) -> None:
    with warm.handle():
        pass
    (warm.folder / "data" / "global" / "pg_control").rename(warm.folder / "pg_control")
    with pytest.raises(StoreError, match=r"(?s)pg_control.*PUMPLOSS_WARM_DSN"):
        warm.handle().attach()
    assert not warm.handle().status().is_running
    (warm.folder / "pg_control").rename(warm.folder / "data" / "global" / "pg_control")


@pytest.mark.skipif(os.geteuid() != 0, reason="only root has to change its identity")
def test_root_without_namespaces_runs_it_as_nobody(warm: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    with warm.handle() as server:
        warm.put(server, "one")
    monkeypatch.setattr(postgres_user, "_namespace", list)
    with warm.handle() as server:
        assert warm.kept(server) == ["one"]
        state = Path(f"/proc/{running_pid(server)}/status").read_text()
    assert f"Uid:\t{pwd.getpwnam('nobody').pw_uid}" in state
    assert warm.folder.stat().st_uid == 0
    monkeypatch.undo()
    with warm.handle() as server:
        assert warm.kept(server) == ["one"]


def test_the_log_does_not_grow_for_ever(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(process, "_LOG_BYTES", 10)
    for _ in range(2):
        with store.handle():
            pass
    assert (store.folder / "server.log.1").stat().st_size > 10

"""The real embedded servers, crashed, killed, hanging and left behind."""

import os
import signal
import threading
from contextlib import ExitStack, suppress
from pathlib import Path

import psycopg
import pytest
import redis as redis_client

from pumploss.embedded import PostgresServer, RedisServer, process
from pumploss.errors import StoreError
from tests.building.embedded_stores import (
    Store,
    leave,
    running_pid,
    said_pid,
    stopped_afterwards,
)


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
def test_a_starter_killed_at_work_does_not_stop_the_next(trace: str, folder: Path) -> None:
    for warm in stopped_afterwards("postgres", folder / "new"):
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


def test_a_server_that_cannot_start_says_why_and_what_to_do(warm: Store) -> None:
    with warm.handle():
        pass
    (warm.folder / "data" / "global" / "pg_control").rename(warm.folder / "pg_control")
    with pytest.raises(StoreError, match=r"(?s)pg_control.*PUMPLOSS_WARM_DSN"):
        warm.handle().attach()
    assert not warm.handle().status().is_running
    (warm.folder / "pg_control").rename(warm.folder / "data" / "global" / "pg_control")


def test_the_log_does_not_grow_for_ever(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(process, "_LOG_BYTES", 10)
    for _ in range(2):
        with store.handle():
            pass
    assert (store.folder / "server.log.1").stat().st_size > 10


#: Files below a store's data whose damage keeps its server from starting.
DAMAGED = (
    ("postgres", "global/pg_control"),
    ("postgres", "PG_VERSION"),
    ("postgres", "base/*/pg_filenode.map"),
    ("redis", "*.aof"),
)


@pytest.mark.parametrize(("kind", "pattern"), DAMAGED)
def test_damaged_files_of_a_server_are_named_with_a_repair_that_works(kind: str, pattern: str, folder: Path) -> None:
    for store in stopped_afterwards(kind, folder / "damaged"):
        with store.handle() as server:
            store.put(server, "one")
        data = server.data_dir / "data"
        victims = sorted(data.glob(pattern))
        assert victims
        for victim in victims:
            victim.write_bytes(b"\xff" * max(512, victim.stat().st_size))
        with pytest.raises((StoreError, psycopg.OperationalError)) as refused, store.handle() as server:
            store.kept(server)
        if isinstance(refused.value, StoreError):
            assert f"Where its files are damaged, move {data} away: the next night" in str(refused.value)
        data.rename(folder / "aside")
        with store.handle() as server:
            store.put(server, "two")
            assert store.kept(server) == ["two"]

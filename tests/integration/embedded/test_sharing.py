"""The real embedded servers, shared by processes, threads and handles."""

import multiprocessing
import os
import threading
from pathlib import Path

import pytest

from pumploss.embedded import EmbeddedServer
from tests.building.embedded_stores import (
    Store,
    leave,
    running_pid,
    said_pid,
    stopped_afterwards,
)


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
def test_four_first_starts_at_once_make_one_server(kind: str, folder: Path) -> None:
    for store in stopped_afterwards(kind, folder / "new"):
        _start_four_times(store)


def _start_four_times(store: Store) -> None:
    users = [store.user() for _ in range(4)]
    assert len({said_pid(user) for user in users}) == 1
    for user in users:
        leave(user)
    assert not store.handle().status().is_running


def test_a_server_without_users_is_adopted_and_then_stopped(store: Store) -> None:
    user = store.user()
    pid = said_pid(user)
    user.kill()
    user.wait()
    assert store.handle().status().is_running
    with store.handle() as server:
        assert running_pid(server) == pid
    assert not server.status().is_running


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

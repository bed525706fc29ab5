"""Locks, places and addresses of the embedded servers, without starting one."""

import os
import subprocess
import sys
from pathlib import Path

import pytest
from psycopg.conninfo import conninfo_to_dict
from redis import Redis

from pumploss import embedded
from pumploss.embedded import locks, postgres_user, process, socket_folders
from pumploss.errors import StoreError

NO_WAIT = 0.0


def test_making_a_handle_and_asking_its_status_changes_nothing(tmp_path: Path) -> None:
    for handle in (embedded.postgres(tmp_path / "warm"), embedded.redis(tmp_path / "hot")):
        status = handle.status()
        assert not status.is_running
        assert status.pid is None
        assert status.user_pids == ()
        assert status.address == handle.address
        handle.release()
    assert not list(tmp_path.iterdir())


def test_addresses_are_absolute_and_understood_by_the_clients(tmp_path: Path) -> None:
    folder = tmp_path / "o'clock, 100%"
    dsn = conninfo_to_dict(embedded.postgres(folder).dsn)
    assert dsn == {
        "host": str(embedded.postgres(folder).socket_dir),
        "port": "5432",
        "dbname": "pumploss",
        "user": "pumploss",
    }
    hot = embedded.redis(folder)
    with Redis.from_url(hot.url) as client:
        options = client.connection_pool.connection_kwargs
        assert (options["path"], options["db"]) == (str(hot.socket_path), 0)


def test_a_relative_or_linked_folder_is_the_folder_itself(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "link").symlink_to(tmp_path)
    monkeypatch.chdir(tmp_path)
    named = {embedded.redis(folder).url for folder in (Path("x"), tmp_path / "link" / "x")}
    assert named == {embedded.redis(tmp_path / "x").url}


@pytest.mark.parametrize("length", [10, 60, 100, 200, 250])
def test_every_socket_path_fits(length: int, tmp_path: Path) -> None:
    data_dir = tmp_path / ("d" * length)
    folder = socket_folders.socket_folder(data_dir, "name")
    assert len(os.fsencode(folder / "name")) <= socket_folders.LONGEST_SOCKET_PATH_BYTES
    assert folder == socket_folders.socket_folder(data_dir, "name")
    assert folder != socket_folders.socket_folder(data_dir.with_name("other"), "name")


def test_a_socket_path_is_measured_in_bytes() -> None:
    assert socket_folders.socket_folder(Path("/" + "ä" * 50), "s") != Path("/" + "ä" * 50) / "run"


def test_a_long_temporary_folder_is_not_used(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path / ("t" * 100)))
    folder = socket_folders.socket_folder(tmp_path / ("d" * 100), "name")
    assert folder.parent == Path("/tmp").resolve()


def test_a_private_folder_is_closed_to_others(tmp_path: Path) -> None:
    socket_folders.make_private(tmp_path / "new")
    (tmp_path / "open").mkdir(mode=0o755)
    socket_folders.make_private(tmp_path / "open")
    for name in ("new", "open"):
        assert (tmp_path / name).stat().st_mode & 0o777 == 0o700


@pytest.mark.parametrize("kind", ["link", "file", "dangling"])
def test_what_is_not_a_folder_of_ours_is_refused(kind: str, tmp_path: Path) -> None:
    place = tmp_path / "place"
    if kind == "file":
        place.touch()
    else:
        (tmp_path / "link").mkdir()
        place.symlink_to(tmp_path / kind)
    with pytest.raises(StoreError, match=str(place)):
        socket_folders.make_private(place)


@pytest.mark.skipif(os.geteuid() != 0, reason="only root can give a folder away")
def test_a_folder_of_another_user_is_refused(tmp_path: Path) -> None:
    place = tmp_path / "place"
    place.mkdir()
    os.chown(place, 65534, 65534)
    with pytest.raises(StoreError, match="user 65534"):
        socket_folders.make_private(place)


def test_a_held_lock_is_seen_and_refused_until_released(tmp_path: Path) -> None:
    path = tmp_path / "lock"
    assert not locks.is_locked(path)
    lock = locks.acquire(path, NO_WAIT)
    assert locks.is_locked(path)
    with pytest.raises(StoreError, match=f"{path}: another process"):
        locks.acquire(path, NO_WAIT)
    lock.release()
    lock.release()
    assert not locks.is_locked(path)
    with locks.critical(path, NO_WAIT):
        assert locks.is_locked(path)
    assert not locks.is_locked(path)


def test_an_inherited_lock_lives_as_long_as_the_heir(tmp_path: Path) -> None:
    lock = locks.acquire(tmp_path / "lock", NO_WAIT)
    heir = subprocess.Popen(["cat"], stdin=subprocess.PIPE, pass_fds=[lock.descriptor])
    lock.close()
    assert locks.is_locked(tmp_path / "lock")
    heir.communicate(b"")
    assert not locks.is_locked(tmp_path / "lock")


def test_an_ordinary_subprocess_inherits_no_lock(tmp_path: Path) -> None:
    lock = locks.acquire(tmp_path / "lock", NO_WAIT)
    child = subprocess.Popen(["cat"], stdin=subprocess.PIPE, close_fds=False)
    lock.close()
    assert not locks.is_locked(tmp_path / "lock")
    child.communicate(b"")


def test_a_forked_child_closes_and_does_not_release(tmp_path: Path) -> None:
    lock = locks.acquire(tmp_path / "lock", NO_WAIT)
    child = os.fork()
    if child == 0:
        lock.release()
        try:
            os.fstat(lock.descriptor)
        except OSError:
            os._exit(0)
        os._exit(1)
    assert os.waitpid(child, 0)[1] == 0
    assert locks.is_locked(tmp_path / "lock")
    lock.release()


def test_users_are_those_that_live(tmp_path: Path) -> None:
    (tmp_path / "77-dead").touch()
    presence = locks.enter(tmp_path, NO_WAIT)
    assert locks.living(tmp_path) == {presence.path: os.getpid()}
    locks.sweep(tmp_path)
    assert list(tmp_path.iterdir()) == [presence.path]
    locks.leave(presence)
    locks.leave(presence)
    assert not list(tmp_path.iterdir())


def test_a_reused_process_id_is_not_the_server(tmp_path: Path) -> None:
    server = process.ServerProcess(tmp_path)
    assert server.pid() is None
    for text in ("", "not a number", str(os.getpid())):
        (tmp_path / "server.pid").write_text(text)
        assert server.pid() is None


def test_a_program_that_ends_at_once_leaves_its_words_in_the_log(tmp_path: Path) -> None:
    server = process.ServerProcess(tmp_path)
    assert server.log_tail() == "(empty)"
    server.launch([sys.executable, "-c", "raise SystemExit('no such disk')"], tmp_path)
    server.end([])
    assert not server.is_alive()
    (tmp_path / "server.log").write_text("\n".join(str(line) for line in range(100)))
    assert server.log_tail().splitlines() == [str(line) for line in range(85, 100)]


def test_root_that_can_become_nobody_else_is_told_what_to_do(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(os, "geteuid", lambda: 0)
    monkeypatch.setattr(postgres_user, "_works", lambda *_: False)
    with pytest.raises(StoreError, match=r"(?s)ordinary user.*PUMPLOSS_WARM_DSN"):
        postgres_user.command_prefix(tmp_path, tmp_path / "data", Path("/bin/true"))


def test_an_ordinary_user_runs_it_directly(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(os, "geteuid", lambda: 65534)
    assert postgres_user.command_prefix(tmp_path, tmp_path / "data", Path("/bin/true")) == []

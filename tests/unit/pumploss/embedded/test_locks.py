"""Locks that users hold and children inherit, and who still lives."""

import os
import subprocess
from pathlib import Path

import pytest

from pumploss.embedded import locks
from pumploss.errors import StoreError

NO_WAIT = 0.0


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


def a_link(path: Path) -> None:
    path.symlink_to(path.parent / "elsewhere")


@pytest.mark.parametrize(
    ("make", "what"), [(Path.mkdir, "a folder"), (os.mkfifo, "no plain file"), (a_link, "no plain")]
)
def test_what_stands_in_the_place_of_a_lock_is_named_with_what_to_do(tmp_path: Path, make, what: str) -> None:
    path = tmp_path / "lock"
    make(path)
    with pytest.raises(StoreError, match=rf"{path} is {what}.*\. Delete it") as refused:
        locks.acquire(path, NO_WAIT)
    assert "Give the folder" not in str(refused.value)


def test_a_folder_among_users_is_named(tmp_path: Path) -> None:
    (tmp_path / "77-folder").mkdir()
    with pytest.raises(StoreError, match=r"77-folder is a folder.*Delete it"):
        locks.sweep(tmp_path)


def test_a_file_in_the_place_of_the_folder_is_no_lock(tmp_path: Path) -> None:
    (tmp_path / "warm").write_text("mine")
    assert not locks.is_locked(tmp_path / "warm" / "alive")
    with pytest.raises(StoreError, match=r"warm is no folder.*Move it away"):
        locks.acquire(tmp_path / "warm" / "lock", NO_WAIT)

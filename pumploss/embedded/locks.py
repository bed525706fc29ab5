"""Locks files in a way that the kernel undoes when the holder dies, however it dies.

Everything here rests on `flock`: a lock belongs to an open file, so a killed process, a zombie or a reused process id
cannot keep one. A child made by `fork` shares its parent's open files. It closes them at once, so it neither keeps a
lock of its parent alive nor gives it up.
"""

import fcntl
import os
import secrets
import stat
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from pumploss.errors import StoreError

#: What to do about whatever stands in the place of a lock.
REPAIR = "Delete it, then run again: a lock holds nothing of value."
_POLL_SECONDS = 0.01
_open_locks: set[int] = set()


def _forget_in_child() -> None:
    for descriptor in _open_locks:
        # Closing is enough and unlocking would be wrong: it would take the lock from the parent.
        os.close(descriptor)
    _open_locks.clear()


os.register_at_fork(after_in_child=_forget_in_child)


@dataclass(frozen=True)
class FileLock:
    """Holds an exclusive lock for this process until `release`."""

    path: Path
    descriptor: int
    pid: int

    def release(self) -> None:
        """Give the lock up, also for every copy of the descriptor; in a forked child, nothing."""
        if self.pid == os.getpid() and self.descriptor in _open_locks:
            fcntl.flock(self.descriptor, fcntl.LOCK_UN)
            self.close()

    def close(self) -> None:
        """Let go of this copy of the descriptor: a process that inherited it keeps the lock."""
        if self.pid == os.getpid() and self.descriptor in _open_locks:
            _open_locks.discard(self.descriptor)
            os.close(self.descriptor)


def acquire(path: Path, seconds: float) -> FileLock:
    """Take the lock on `path`, which is created; StoreError if another holds it for `seconds`.

    StoreError also where something that is no file stands in its place, or in that of its folder.
    """
    try:
        descriptor = os.open(path, os.O_RDWR | os.O_CREAT | os.O_NOFOLLOW | os.O_NONBLOCK, 0o600)
    except OSError as error:
        if (found := misplaced(path)) is not None:
            raise StoreError(found) from error
        raise StoreError(
            f"{path}: cannot be opened for locking ({error.strerror}). Give the folder {path.parent} to the user that "
            "runs Pump Loss, or run as its owner."
        ) from error
    if not stat.S_ISREG(os.fstat(descriptor).st_mode):
        os.close(descriptor)
        raise StoreError(misplaced(path) or f"{path} was replaced at this moment: run again.")
    _open_locks.add(descriptor)
    lock = FileLock(path, descriptor, os.getpid())
    deadline = time.monotonic() + seconds
    try:
        while not _try(descriptor, fcntl.LOCK_EX):
            if time.monotonic() > deadline:
                raise StoreError(
                    f"{path}: another process has held this lock for {seconds:.0f} s. Find it with `fuser -v {path}`, "
                    "end it, and run again."
                )
            time.sleep(_POLL_SECONDS)
    except BaseException:
        lock.release()
        raise
    return lock


def misplaced(path: Path) -> str | None:
    """Say what stands in the place of a lock's file, or of its folder, and what to do; None where nothing does."""
    if path.parent.exists() and not path.parent.is_dir():
        return f"{path.parent} is no folder, and one of Pump Loss belongs there. Move it away, then run again."
    if path.is_dir() and not path.is_symlink():
        return f"{path} is a folder, and a file that is locked belongs in its place. {REPAIR}"
    if path.is_symlink() or (path.exists() and not path.is_file()):
        return f"{path} is no plain file, and one that is locked belongs in its place. {REPAIR}"
    return None


@contextmanager
def critical(path: Path, seconds: float) -> Iterator[None]:
    """Keep everybody else out of a block on the same path, in any process; StoreError after `seconds`."""
    lock = acquire(path, seconds)
    try:
        yield
    finally:
        lock.release()


def is_locked(path: Path) -> bool:
    """Tell whether some living process holds the lock on `path`; a missing file is not locked."""
    try:
        descriptor = os.open(path, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK)
    except (FileNotFoundError, NotADirectoryError):
        return False
    except OSError as error:
        if (found := misplaced(path)) is not None:
            raise StoreError(found) from error
        raise
    try:
        # Shared, so that two who look at the same moment do not take each other for the holder.
        return not _try(descriptor, fcntl.LOCK_SH)
    finally:
        # Unlocked and not just closed: a child forked at this moment has a copy.
        fcntl.flock(descriptor, fcntl.LOCK_UN)
        os.close(descriptor)


def enter(users: Path, seconds: float) -> FileLock:
    """Show this process's presence by a locked file in the folder `users`, until released or dead."""
    return acquire(users / f"{os.getpid()}-{secrets.token_hex(4)}", seconds)


def leave(presence: FileLock) -> None:
    """Take this process's presence back; in a forked child the parent's stays."""
    if presence.pid == os.getpid():
        presence.path.unlink(missing_ok=True)
        presence.release()


def living(users: Path) -> dict[Path, int]:
    """Return the file and process id of every user that is alive, this process included."""
    paths = sorted(users.iterdir()) if users.is_dir() else []
    return {path: int(path.name.split("-")[0]) for path in paths if is_locked(path)}


def sweep(users: Path) -> None:
    """Remove what dead users left; call it only where nobody can be entering."""
    alive = living(users)
    for path in set(users.iterdir()) - alive.keys():
        try:
            path.unlink(missing_ok=True)
        except IsADirectoryError as error:
            raise StoreError(f"{path} is a folder, where only files that are locked belong. {REPAIR}") from error


def _try(descriptor: int, kind: int) -> bool:
    try:
        fcntl.flock(descriptor, kind | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True

"""Lets one run at a time into a lake, and one writer at a time into a table.

On a local disk a lock is a locked file that the kernel frees however its holder dies (`embedded/locks.py`); on S3 it is
an object that its holders renew (`lake/s3_locks.py`). A lock may be held by several processes of one run at once, as by
the tasks of one night. Another run waits for a stated time, then LockedError says who holds it and since when.
"""

import os
import time
import uuid
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Protocol

from pumploss.errors import BusyLakeError, LockedError
from pumploss.lake.holders import Holder, distinct, from_json, this_process
from pumploss.lake.run_folders import LOCKS, TURN, USERS, made
from pumploss.lake.s3_locks import S3Lock

if TYPE_CHECKING:
    from pumploss.embedded import locks

#: The lock of a whole lake is named like no table.
LAKE = "lake"
#: For the short moment in which somebody enters.
_TURN_SECONDS = 30.0
_POLL_SECONDS, _S3_POLL_SECONDS = 0.1, 1.0


class Lock(Protocol):
    """A lock as it is entered by one process for a run."""

    def enter(self, holder: Holder) -> list[Holder]:
        """Hold it, or answer the other runs that do."""

    def leave(self) -> None:
        """Let go of it."""

    def is_lost(self) -> bool:
        """Tell whether others may have taken it meanwhile, which only happens where it must be renewed."""

    def descriptors(self) -> tuple[int, ...]:
        """List what a child must inherit to keep it should this process be killed."""


@dataclass
class FileLock:
    """A lock below a local lake: a folder of locked files, one per process that holds it."""

    folder: Path
    _entered: "locks.FileLock | None" = None

    def enter(self, holder: Holder) -> list[Holder]:
        """Hold it, or answer the other runs that do."""
        from pumploss.embedded import locks  # loads psycopg, which readers of a lake do without

        made(self.folder)
        with locks.critical(self.folder.with_suffix(TURN), _TURN_SECONDS):
            others = [other for other in present(self.folder) if other.run != holder.run]
            if not others:
                locks.sweep(self.folder)
                self._entered = locks.enter(self.folder, 0)
                try:
                    os.write(self._entered.descriptor, holder.to_json().encode())
                    # Whoever may read the lake may know who holds it.
                    os.fchmod(self._entered.descriptor, 0o644)
                except OSError:  # a full disk: who could not say so does not hold it
                    self.leave()
                    raise
        return others

    def leave(self) -> None:
        """Let go of it."""
        from pumploss.embedded import locks

        if self._entered is not None:
            locks.leave(self._entered)
            self._entered = None

    def is_lost(self) -> bool:
        """Never: the kernel keeps it for as long as the process lives."""
        return False

    def descriptors(self) -> tuple[int, ...]:
        """List the open file that the kernel's lock belongs to."""
        return () if self._entered is None else (self._entered.descriptor,)


@dataclass(frozen=True)
class Hold:
    """A lake that is held for a run."""

    root: str
    lock: Lock

    def require(self) -> None:
        """Raise LockedError where the hold may be somebody else's by now."""
        if self.lock.is_lost():
            raise LockedError(
                f"The lake {self.root} was held by this run, which could not renew its lock in time; another run may "
                "have taken it. Nothing more is written: see that the store is reached, then run again."
            )


@contextmanager
def table_lock(root: str, table: str, wait_seconds: float = 120.0) -> Iterator[None]:
    """Hold the table's lock; another holder is waited for, then LockedError names it."""
    lock, holder = _lock(root, table), this_process(uuid.uuid4().hex)
    if others := _entered(lock, holder, root, wait_seconds):
        raise LockedError(
            f"Table {table} of {root} is being written by another run, {_said(others)} (waited {wait_seconds:.0f} s). "
            "Run again when that one has ended; `pumploss status` shows what runs."
        )
    try:
        yield
    finally:
        lock.leave()


@contextmanager
def lake_hold(root: str, run: str, wait_seconds: float, say: Callable[[str], None] = lambda _: None) -> Iterator[Hold]:
    """Hold the whole lake for a run, together with other processes of that run only.

    Another run is waited for, which is said at once; then BusyLakeError says who holds the lake and since when.
    """
    lock, holder = _lock(root, LAKE), this_process(run)
    if others := _entered(lock, holder, root, wait_seconds, say):
        raise BusyLakeError(
            f"The lake {root} is in use by {_said(others)}"
            f"{f'; waited {wait_seconds:.0f} s for it' if wait_seconds else ''}. Nothing was done: run again when that "
            "one has ended. If it hangs, end its process: what it has not published stays as it was."
        )
    try:
        yield Hold(root, lock)
    finally:
        lock.leave()


def lake_holders(root: str) -> list[Holder]:
    """List who holds the lake now."""
    return distinct(S3Lock(root, LAKE).holders() if root.startswith("s3://") else present(_folder(root, LAKE)))


def present(folder: Path) -> list[Holder]:
    """List who has entered a folder of locked files and lives."""
    from pumploss.embedded import locks

    holders = []
    for path, pid in locks.living(folder).items():
        with suppress(FileNotFoundError):  # who left meanwhile
            holders.append(from_json(path.read_text(), pid))
    return holders


def _lock(root: str, name: str) -> Lock:
    return S3Lock(root, name) if root.startswith("s3://") else FileLock(_folder(root, name))


def _folder(root: str, name: str) -> Path:
    return Path(root) / LOCKS / f"{name}{USERS}"


def _entered(
    lock: Lock, holder: Holder, root: str, wait_seconds: float, say: Callable[[str], None] = lambda _: None
) -> list[Holder]:
    """Enter, or answer who holds the lock when the time is over."""
    deadline, is_said = time.monotonic() + wait_seconds, False
    while others := lock.enter(holder):
        left = deadline - time.monotonic()
        if left <= 0:
            return others
        if not is_said:
            say(f"Waiting up to {wait_seconds:.0f} s for {_said(others)}, which holds {root}.")
            is_said = True
        time.sleep(min(left, _S3_POLL_SECONDS if root.startswith("s3://") else _POLL_SECONDS))
    return []


def _said(others: list[Holder]) -> str:
    return " and ".join(other.sentence() for other in distinct(others))

"""The place of a backup: nothing may be there yet, and what is made lies beside it until it is whole."""

import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from jobs.saving.manifest import ERASURE_KEY, LAKE, NAME, REGISTRY, WARM
from pumploss.embedded import locks
from pumploss.errors import SettingsError


def refuse_taken(to: Path) -> None:
    """Raise SettingsError where a backup cannot take a folder's place, and say so of half of one."""
    if os.path.lexists(to) and not to.is_dir():
        raise SettingsError(f"{to} is a file: give a new folder for each backup.")
    if to.is_mount():
        raise SettingsError(f"{to} is a disk by itself: give a new folder on it, {to / 'backup'} for example.")
    found = {path.name for path in to.iterdir()} if to.exists() else set()
    if found and found <= {LAKE, REGISTRY, WARM, ERASURE_KEY}:
        raise SettingsError(
            f"{to} holds half of a backup, which an earlier run did not finish (it has no {NAME}). It can be put back "
            "nowhere: delete it, then run the command again."
        )
    if found:
        raise SettingsError(f"{to} is not empty: give a new folder for each backup.")


@contextmanager
def made_beside(beside: Path) -> Iterator[None]:
    """Have an empty folder, which is deleted at the end unless it was renamed.

    Its lock dies with its process: what a dead run left is swept, and a living one's raises StoreError. Raises
    SettingsError where a folder is there that no backup has locked.
    """
    lock_path = beside.with_name(f"{beside.name}.lock")
    if os.path.lexists(beside) and not lock_path.exists():
        raise SettingsError(f"{beside} is there, where the backup is made, and is of no backup: move it away first.")
    beside.parent.mkdir(parents=True, exist_ok=True)
    lock = locks.acquire(lock_path, seconds=0.0)
    try:
        if beside.exists():
            shutil.rmtree(beside)
        beside.mkdir()
        yield
    finally:
        shutil.rmtree(beside, ignore_errors=True)
        if not beside.exists():
            lock_path.unlink(missing_ok=True)
        lock.release()

"""Clears what killed runs left in a lake: their stages, and files that were put below a table and never committed.

A run owns its stage by a lock that the kernel undoes when the process dies, however it dies. So a stage whose lock is
free, or that has none, belongs to nobody. In it stand intents: before files are put below a table, their names are
noted, and the note goes when they are committed.

The locks stand with the servers, whose libraries are heavy: they are imported where a run stages something.
"""

import json
import shutil
import uuid
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import TYPE_CHECKING, Any

from pumploss.errors import StoreError
from pumploss.whole_files import write_whole

if TYPE_CHECKING:
    from pumploss.embedded.locks import FileLock

_INTENT = "intent-"
_LOCK = ".lock"


def owned(stage: Path) -> "FileLock":
    """Make a stage this process's own, until it ends or releases the lock. Raises StoreError where it is another's."""
    from pumploss.embedded import locks

    stage.parent.mkdir(parents=True, exist_ok=True)
    return locks.acquire(_lock_of(stage), seconds=0.0)


def let_go(stage: Path, lock: "FileLock") -> None:
    """Delete a stage that this process owns, with what it put below tables in vain."""
    _clear(stage)
    lock.path.unlink(missing_ok=True)
    lock.release()


def sweep(stages: Path) -> int:
    """Clear every stage below a folder that no living process owns; answers how many."""
    from pumploss.embedded import locks

    swept = 0
    for stage in sorted(stages.iterdir()) if stages.is_dir() else []:
        if stage.suffix == _LOCK:
            if not stage.with_suffix("").exists() and not locks.is_locked(stage):
                stage.unlink(missing_ok=True)
            continue
        try:
            lock = owned(stage)
        except StoreError:
            continue
        let_go(stage, lock)
        swept += 1
    return swept


def abandoned(stages: Path) -> list[Path]:
    """List the stages below a folder that no living process owns."""
    from pumploss.embedded import locks

    found = sorted(stages.iterdir()) if stages.is_dir() else []
    return [stage for stage in found if stage.suffix != _LOCK and not locks.is_locked(_lock_of(stage))]


@contextmanager
def intent(stage: Path, table: str, version: int, paths: Sequence[str]) -> Iterator[None]:
    """Note meanwhile that files are put below a table's folder, to be committed after a version of it."""
    note = stage / f"{_INTENT}{uuid.uuid4().hex}.json"
    stage.mkdir(parents=True, exist_ok=True)
    write_whole(note, json.dumps({"table": table, "version": version, "paths": list(paths)}), is_lasting=False)
    yield
    note.unlink(missing_ok=True)


def in_vain(stage: Path) -> list[Path]:
    """List the files that were put below tables from a stage and never committed."""
    found: list[Path] = []
    for note in stage.glob(f"{_INTENT}*.json"):
        with suppress(ValueError, KeyError, TypeError):
            found += _uncommitted(json.loads(note.read_text(encoding="utf-8")))
    return found


def _clear(stage: Path) -> None:
    for path in in_vain(stage):
        path.unlink(missing_ok=True)
    shutil.rmtree(stage, ignore_errors=True)


def _uncommitted(noted: dict[str, Any]) -> list[Path]:
    """List the files of a note, unless a commit since then names them: it names all or none."""
    table, paths = Path(noted["table"]), noted["paths"]
    version = int(noted["version"]) + 1
    while (commit := table / "_delta_log" / f"{version:020}.json").exists():
        if Path(paths[0]).name in commit.read_text(encoding="utf-8", errors="replace"):
            return []
        version += 1
    return [table / path for path in paths]


def _lock_of(stage: Path) -> Path:
    return stage.with_name(f"{stage.name}{_LOCK}")

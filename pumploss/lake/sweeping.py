"""Clears what killed runs left in a lake: their stages, and files that were put below a table and never committed.

A run owns its stage by a lock that the kernel undoes when the process dies, however it dies. So a stage whose lock is
free, or that has none, belongs to nobody. In it stand intents: before files are put below a table, their names are
noted, and the note goes when they are committed.

The locks stand with the servers, whose libraries are heavy: they are imported where a run stages something.
"""

import json
import uuid
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from pumploss.errors import DamagedFileError, StoreError
from pumploss.lake.run_folders import made
from pumploss.small_files import read_small
from pumploss.whole_files import dropped, write_whole

if TYPE_CHECKING:
    from pumploss.embedded.locks import FileLock

_INTENT = "intent-"
_LOCK = ".lock"


@dataclass(frozen=True)
class _Intent:
    """Says below which table's folder files are put, after which version of it, and their paths from there."""

    table: str
    version: int
    paths: list[str]


def owned(stage: Path) -> "FileLock":
    """Make a stage this process's own, until it ends or releases the lock. Raises StoreError where it is another's."""
    from pumploss.embedded import locks

    made(stage.parent)
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
            if stage.is_symlink() or not stage.is_file():  # nobody can have locked it
                dropped(stage)
            elif not stage.with_suffix("").exists() and not locks.is_locked(stage):
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
    write_whole(note, json.dumps(asdict(_Intent(table, version, list(paths)))), is_lasting=False)
    yield
    note.unlink(missing_ok=True)


def in_vain(stage: Path) -> list[Path]:
    """List the files that were put below tables from a stage and never committed."""
    found: list[Path] = []
    for note in stage.glob(f"{_INTENT}*.json"):
        with suppress(DamagedFileError):
            noted = read_small(note, _Intent, "")
            found += _uncommitted(noted) if noted and _is_of(stage, noted) else []
    return found


def _is_of(stage: Path, noted: _Intent) -> bool:
    """Tell whether a note is of tables beside its stage: a copied lake has notes that name files of the first one."""
    lake = stage.resolve().parents[1]
    return all((Path(noted.table) / path).resolve().is_relative_to(lake) for path in noted.paths)


def _clear(stage: Path) -> None:
    for path in in_vain(stage):
        path.unlink(missing_ok=True)
    with suppress(OSError):
        dropped(stage)


def _uncommitted(noted: _Intent) -> list[Path]:
    """List the files of a note, unless a commit since then names them: it names all or none."""
    table, paths, version = Path(noted.table), noted.paths, noted.version + 1
    if not paths:
        return []
    while (commit := table / "_delta_log" / f"{version:020}.json").exists():
        if Path(paths[0]).name in commit.read_text(encoding="utf-8", errors="replace"):
            return []
        version += 1
    return [table / path for path in paths]


def _lock_of(stage: Path) -> Path:
    return stage.with_name(f"{stage.name}{_LOCK}")

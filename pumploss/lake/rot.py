"""Finds data files that no longer hold what was written: the name of each ends in a digest of its content.

Neither the embedded engine nor the format notices a flipped bit: values change unseen, or the process dies of it. So
files are held against their names before anything opens them. What lies on S3 is left to its own checksums.
"""

import re
from collections.abc import Callable, Iterable, Sequence
from concurrent.futures import ThreadPoolExecutor
from datetime import date
from pathlib import Path
from typing import Final

from pumploss.contract import Table
from pumploss.errors import DamagedError
from pumploss.lake.digests import digest_of
from pumploss.lake.files import StoredFile

#: What names the repair of a table's partition days.
Repair = Callable[[Table, Sequence[date]], str]

_DIGEST: Final = re.compile(r"-([0-9a-f]{16})\.parquet$")
_THREADS: Final = 8
_LISTED: Final = 5


def damage_of(path: str) -> str | None:
    """Say what is wrong with a data file, or None. One that an earlier version wrote has no digest to be held against.

    A disk that cannot read its own sectors says so by an error, which counts as damage.
    """
    written = _DIGEST.search(path)
    try:
        if written is None:
            Path(path).stat()
            return None
        return None if digest_of(path) == written[1] else "does not hold what was written"
    except FileNotFoundError:
        return "is gone"
    except OSError as error:
        return f"cannot be read ({error.strerror})"


class SoundFiles:
    """Remembers which files were looked at, so that each is read through once per process and content."""

    def __init__(self) -> None:
        self._known: dict[str, tuple[int, ...]] = {}

    def damaged(self, files: Iterable[StoredFile]) -> dict[str, str]:
        """Say what is wrong with those of the files that are damaged, by path."""
        new = [file.path for file in files if not self._is_known(file.path)]
        if len(new) < _THREADS:
            said = [damage_of(path) for path in new]
        else:
            with ThreadPoolExecutor(_THREADS) as pool:
                said = list(pool.map(damage_of, new, chunksize=8))
        for path, damage in zip(new, said, strict=True):
            if damage is None:
                self._known[path] = _signature(path)
        return {path: damage for path, damage in zip(new, said, strict=True) if damage is not None}

    def _is_known(self, path: str) -> bool:
        known = self._known.get(path)
        return known is not None and known == _signature(path)


def _signature(path: str) -> tuple[int, ...]:
    try:
        stat = Path(path).stat()
    except OSError:
        return ()
    return stat.st_ino, stat.st_size, stat.st_mtime_ns


def refuse_damaged(table: Table, files: Sequence[StoredFile], sound: SoundFiles, repair: Repair) -> None:
    """Raise DamagedError naming the files that are damaged, their days and the repair."""
    damaged = sound.damaged(files)
    if not damaged:
        return
    days = sorted({date.fromisoformat(file.partition[table.day]) for file in files if file.path in damaged})
    listed = "\n  ".join(f"{path} {said}" for path, said in sorted(damaged.items())[:_LISTED])
    more = f"\n  and {len(damaged) - _LISTED} more" if len(damaged) > _LISTED else ""
    raise DamagedError(
        f"{table.name} of {', '.join(map(str, days[:_LISTED]))}{', ...' if days[_LISTED:] else ''} is damaged on disk, "
        f"nothing was read:\n  {listed}{more}\n{repair(table, days)} Then look at the disk: rot seldom comes alone."
    )

"""Says what a backup holds: where it is from, versions of the lake's tables, and every file with its digest."""

import hashlib
import json
from collections import Counter
from dataclasses import asdict, dataclass, field
from itertools import filterfalse
from pathlib import Path, PurePosixPath

from pumploss.errors import DamagedFileError, SettingsError
from pumploss.small_files import read_small

NAME = "backup.json"
#: Parts of a backup; each is a folder of it.
LAKE, REGISTRY, WARM = "lake", "mlflow", "warm"
#: The key by which erased traders are known: without it no dump is read.
ERASURE_KEY = "erasure.key"
#: The dump of the warm store's database.
DUMP = "pumploss.dump"
_REPAIR = "Nothing was changed: take another backup."


@dataclass(frozen=True)
class Manifest:
    """A backup: `files` has size in bytes and SHA-256 by path below it; `left_out` says why a part is not there."""

    made_at: str
    code_version: str
    home: str
    landing: str | None
    versions: dict[str, int]
    published: str | None
    left_out: dict[str, str] = field(default_factory=dict)
    files: dict[str, tuple[int, str]] = field(default_factory=dict)

    def to_json(self) -> str:
        """Write it as a backup keeps it."""
        return json.dumps(asdict(self), indent=1)

    @property
    def bytes(self) -> int:
        """Add up the sizes of all files."""
        return sum(size for size, _ in self.files.values())


def read(folder: Path) -> Manifest:
    """Read what a backup says of itself.

    Raises SettingsError where there is none, or it was not finished, and DamagedFileError where it says anything else.
    """
    manifest = read_small(folder / NAME, Manifest, _REPAIR)
    if manifest is None:
        raise SettingsError(
            f"{folder} is no finished backup: it has no {NAME}, which is written last. Give the folder of a backup."
        )
    if odd := [*filterfalse(_is_of_backup, manifest.files), *_named_twice(folder / NAME)]:
        raise DamagedFileError(
            f"{folder / NAME} is damaged (it names {odd[0]!r}, which is no file of a backup, or twice)", _REPAIR
        )
    return manifest


def _is_of_backup(name: str) -> bool:
    """Tell whether a path is that of a file below one of the parts, written in the one way that there is."""
    path = PurePosixPath(name)
    is_of_part = len(path.parts) > 1 and path.parts[0] in (LAKE, REGISTRY, WARM)
    return (is_of_part or name == ERASURE_KEY) and str(path) == name and ".." not in path.parts and "\0" not in name


def _named_twice(path: Path) -> list[str]:
    """List the names that stand twice in one object: of them the last would count, and the first be forgotten."""
    twice: list[str] = []

    def look(pairs: list[tuple[str, object]]) -> None:
        twice.extend(name for name, count in Counter(name for name, _ in pairs).items() if count > 1)

    json.loads(path.read_bytes(), object_pairs_hook=look)
    return twice


def damaged(folder: Path, manifest: Manifest) -> list[str]:
    """List the files that are not what was backed up: missing, of another size or digest, or not in the manifest."""
    wrong = [name for name, (size, digest) in manifest.files.items() if measured(folder / name) != (size, digest)]
    below = [path for part in (LAKE, REGISTRY, WARM) for path in (folder / part).rglob("*")]
    there = {str(path.relative_to(folder)) for path in below if path.is_symlink() or not path.is_dir()}
    return sorted({*wrong, *(there - manifest.files.keys())})


def measured(path: Path) -> tuple[int, str] | None:
    """Measure size and SHA-256 of a file; None where there is none. A link is none: it may lead anywhere."""
    if path.is_symlink() or not path.is_file():
        return None
    with path.open("rb") as file:
        return path.stat().st_size, hashlib.file_digest(file, "sha256").hexdigest()

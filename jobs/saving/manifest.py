"""Says what a backup holds: where it is from, versions of the lake's tables, and every file with its digest."""

import hashlib
import json
from dataclasses import asdict, dataclass, field
from pathlib import Path

from pumploss.errors import SettingsError

NAME = "backup.json"
#: Parts of a backup; each is a folder of it.
LAKE, REGISTRY, WARM = "lake", "mlflow", "warm"
#: The key by which erased traders are known: without it no dump is read.
ERASURE_KEY = "erasure.key"
#: The dump of the warm store's database.
DUMP = "pumploss.dump"


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
    """Read what a backup says of itself. Raises SettingsError where there is none, or it was not finished."""
    try:
        return Manifest(**json.loads((folder / NAME).read_text()))
    except FileNotFoundError as error:
        raise SettingsError(
            f"{folder} is no finished backup: it has no {NAME}, which is written last. Give the folder of a backup."
        ) from error
    except (ValueError, TypeError) as error:
        raise SettingsError(f"{folder / NAME} cannot be read ({error}): take another backup.") from error


def damaged(folder: Path, manifest: Manifest) -> list[str]:
    """List the files that are not what was backed up: missing, of another size, or of another digest."""
    return [name for name, (size, digest) in manifest.files.items() if measured(folder / name) != (size, digest)]


def measured(path: Path) -> tuple[int, str] | None:
    """Measure size and SHA-256 of a file; None where there is none."""
    if not path.is_file():
        return None
    with path.open("rb") as file:
        return path.stat().st_size, hashlib.file_digest(file, "sha256").hexdigest()

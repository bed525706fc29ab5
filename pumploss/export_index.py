"""Reads the index of an export: which pages were there before, and whether the index is ours, somebody's, or harmed."""

import gzip
import zlib
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from typing import Any, Final

from pumploss.errors import DamagedFileError, StoreError
from pumploss.small_files import decoded, read_small

INDEX: Final = "index.json"


@dataclass(frozen=True)
class _Listed:
    path: str


@dataclass(frozen=True)
class _Index:
    """Holds what is read of an index: the version of the export, and the paths of its pages."""

    version: str
    pages: list[_Listed]


def named_before(read: Callable[[str], bytes | None]) -> set[str]:
    """List the pages of the export of before; `read` answers what a path holds.

    An index that was harmed says nothing, and is made up for by its packed copy, which is ours or not there. Raises
    StoreError where the index is somebody else's.
    """
    text = read(INDEX)
    if text is None:
        return set()
    try:
        said = decoded(text, INDEX, _Index, "")
    except DamagedFileError as error:
        if _says_anything(text) or (kept := _packed(read(f"{INDEX}.gz"))) is None:
            raise StoreError(
                f"The exports lie where there is an {INDEX} that is not theirs: nothing was written. Give "
                f"PUMPLOSS_EXPORTS a folder, or a prefix, of its own, or delete that {INDEX} where it is theirs and "
                "was damaged; then run publish_hot again."
            ) from error
        said = kept
    paths = {page.path for page in said.pages} if said.version else set()
    return {path for path in paths if ".." not in PurePosixPath(path).parts and not path.startswith("/")}


def torn(folder: Path) -> DamagedFileError | None:
    """Say what is wrong with the index of a folder of exports; None where it is whole or not there."""
    repair = f"Delete it where it is ours: the next night writes it again, beside the pages below {folder}."
    try:
        read_small(folder / INDEX, _Index, repair)
    except DamagedFileError as error:
        return error
    return None


def _says_anything(text: bytes) -> bool:
    """Tell whether a text is an object with entries: as no index of ours is that, somebody has put it there."""
    try:
        return bool(decoded(text, INDEX, dict[str, Any], ""))
    except DamagedFileError:
        return False


def _packed(content: bytes | None) -> _Index | None:
    try:
        return decoded(gzip.decompress(content), INDEX, _Index, "") if content else None
    except (OSError, EOFError, zlib.error, DamagedFileError):
        return None

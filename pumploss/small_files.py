"""Reads the small JSON files that the project keeps, each as the shape in which it was written.

`whole_files` writes them whole, so one that is of another shape was harmed by a disk or by hand: whoever needs it is
told the file, what is wrong with it, and the repair; whoever can do without it makes it anew.
"""

from pathlib import Path
from typing import Any, TypeVar

import msgspec

from pumploss.errors import DamagedFileError
from pumploss.whole_files import is_local

Shape = TypeVar("Shape")


def read_small(path: str | Path, shape: type[Shape], repair: str, storage: Any = None) -> Shape | None:
    """Read a file as a `shape` (a dataclass, a `msgspec.Struct`, or a type of JSON); None where there is none.

    `storage` is the fsspec file system of the path where that is not a local one. Raises DamagedFileError, which names
    the file, what is wrong and the repair, where it holds anything else.
    """
    try:
        if storage is None or is_local(storage):
            refuse_special(path, repair)
        content = Path(path).read_bytes() if storage is None else storage.cat_file(str(path))
    except (FileNotFoundError, NotADirectoryError):  # nothing is there either where a file stands for its folder
        return None
    except OSError as error:
        is_ours = not isinstance(error, PermissionError) and (storage is None or is_local(storage))
        if not is_ours:
            raise
        raise DamagedFileError(f"{path} cannot be read ({error.strerror})", repair) from error
    return decoded(content, path, shape, repair)


def refuse_special(path: str | Path, repair: str) -> None:
    """Raise DamagedFileError for a pipe, a socket or a device: whoever opens one may wait for ever.

    A folder is left to whoever opens it, which fails at once.
    """
    place = Path(path)
    if place.exists() and not place.is_file() and not place.is_dir():
        raise DamagedFileError(f"{path} cannot be read (it is a pipe, a socket or a device, and no file)", repair)


def decoded(content: bytes, path: str | Path, shape: type[Shape], repair: str) -> Shape:
    """Read what a file holds as `read_small` does, which somebody else has fetched."""
    try:
        return msgspec.json.decode(content, type=shape)
    except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError) as error:
        raise DamagedFileError(f"{path} is damaged ({error})", repair) from error

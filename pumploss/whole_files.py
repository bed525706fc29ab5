"""Writes small files so that a reader sees them whole or not at all, wherever a kill or a full disk comes."""

import os
import shutil
import uuid
from pathlib import Path
from typing import Any

from pumploss.errors import DamagedFileError

#: How files end that are not yet what they will be; whoever comes on an old one may delete it.
PART = ".part"


def dropped(path: Path) -> None:
    """Delete what stands at a path, a file, a link or a folder with all that is in it; nothing where nothing is."""
    if path.is_dir() and not path.is_symlink():
        shutil.rmtree(path)
    else:
        path.unlink(missing_ok=True)


def write_whole(
    path: str | Path, content: str | bytes, storage: Any = None, *, is_lasting: bool = True, mode: int = 0o666
) -> None:
    """Put content at a path in place of what was there: written beside, forced to the disk, then renamed.

    What can be made again need not be forced to the disk: it is then not `is_lasting`, and a power cut may empty it.
    A secret is nobody else's before a byte of it is there by the permissions in `mode`, less the process's umask.
    `storage` is the fsspec file system of the path where that is not a local one. An object store shows an object only
    when all of it has arrived, so there it is put at once. A full disk raises OSError and leaves what was there. Raises
    DamagedFileError where a folder stands in its place.
    """
    data = content.encode() if isinstance(content, str) else content
    if storage is not None and not is_local(storage):
        storage.pipe_file(str(path), data)
        return
    final = Path(path)
    beside = final.with_name(f"{final.name}.{uuid.uuid4().hex[:12]}{PART}")
    try:
        with open(os.open(beside, os.O_CREAT | os.O_EXCL | os.O_WRONLY, mode), "wb") as file:  # noqa: PTH123
            file.write(data)
            if is_lasting:
                file.flush()
                os.fsync(file.fileno())
        beside.replace(final)
    except IsADirectoryError as error:
        raise DamagedFileError(
            f"{final} is a folder, and a file of Pump Loss belongs there", "Move it away, then run the command again."
        ) from error
    finally:
        beside.unlink(missing_ok=True)


def write_first(path: str | Path, content: str, storage: Any) -> bool:
    """Put content at a path as `write_whole` does, but only where nothing is; False where something is.

    Of several who do so at once one succeeds: on S3 the put is on condition that there is no object.
    """
    if not is_local(storage):
        try:
            storage.pipe_file(str(path), content.encode(), mode="create")
        except OSError as error:
            if not isinstance(error, FileExistsError) and not _is_refused_condition(error):
                raise
            return False
        return True
    beside = Path(path).with_name(f"{Path(path).name}.{uuid.uuid4().hex[:12]}{PART}")
    write_whole(beside, content)
    try:
        os.link(beside, path)
    except FileExistsError:
        return False
    except OSError:  # a file system without links
        if Path(path).exists():
            return False
        beside.replace(path)
    finally:
        beside.unlink(missing_ok=True)
    return True


def _is_refused_condition(error: BaseException) -> bool:
    """Tell whether a store refused to put an object because there is one, or because another put came first."""
    response = getattr(error.__cause__, "response", {})
    return response.get("ResponseMetadata", {}).get("HTTPStatusCode") in (409, 412)


def make_folder(path: str, storage: Any) -> None:
    """Make a folder, and those above it, on this machine's disk; one that is there stays.

    A bucket has no folders. Asked for one, s3fs looks whether the bucket is there and makes it where it seems not to
    be, for which a user of one prefix has no right.
    """
    if is_local(storage):
        storage.makedirs(path, exist_ok=True)


def is_local(storage: Any) -> bool:
    """Tell whether a file system of fsspec is this machine's."""
    return "file" in ((storage.protocol,) if isinstance(storage.protocol, str) else storage.protocol)

"""Drops segments that turn out to be damaged: derived from the table, they are built again by whoever runs next."""

from collections.abc import Iterator
from contextlib import contextmanager, suppress
from typing import Final

import fsspec

from pumploss.errors import DamagedError
from pumploss.lake.segments.blocks import Index
from pumploss.lake.segments.manifest import INDEX, MANIFEST

#: What the error of a damaged segment says, also where an engine's worker met it and its words are all that is left.
DROPPED: Final = "was damaged on disk and is dropped; the next run builds it again"


@contextmanager
def dropping(folder: str) -> Iterator[None]:
    """Drop the segment of a folder where what is read of it proves damaged. Raises DamagedError with `DROPPED`."""
    try:
        yield
    except (DamagedError, FileNotFoundError) as error:
        storage, path = fsspec.core.url_to_fs(f"{folder}/{MANIFEST}")
        with suppress(FileNotFoundError):
            storage.rm_file(path)
        raise DamagedError(f"The segment {folder} {DROPPED} ({error}).") from error


def load_index(folder: str) -> Index:
    """Read the index of a segment. Raises DamagedError, after the segment was dropped, where it is damaged."""
    storage, path = fsspec.core.url_to_fs(f"{folder}/{INDEX}")
    with dropping(folder):
        return Index.from_bytes(storage.cat_file(path))

"""Turns stored files into bytes: inflated piece by piece, hashed, or refused whole."""

import hashlib
from collections.abc import Iterator
from typing import TYPE_CHECKING, BinaryIO

import pyarrow as pa

from pumploss.errors import SourceError
from pumploss.reasons import FileReason

if TYPE_CHECKING:
    from fsspec import AbstractFileSystem

CHUNK_BYTES = 4 << 20
FREE_INFLATION_BYTES = 1 << 20
MAX_INFLATION_RATIO = 200
MAX_INFLATED_BYTES = 64 << 30


class FileRefusedError(SourceError):
    """A file of which nothing is read; carries the stored reason."""

    def __init__(self, reason: FileReason, detail: str) -> None:
        super().__init__(f"{reason}: {detail}")
        self.reason = reason
        self.detail = detail


class Stored:
    """A stored file that counts and hashes what is read of it; Arrow reads it as a Python file."""

    def __init__(self, handle: BinaryIO) -> None:
        self.handle = handle
        self._digest = hashlib.sha256()
        self.size = 0
        self.closed = False
        self._is_whole = False

    def read(self, size: int = -1) -> bytes:
        """Reads the next bytes as stored."""
        try:
            data = self.handle.read(size)
        except OSError as error:
            # Not an OSError any more, so that it is never taken for a fault of the file itself.
            raise SourceError(f"the landing's storage failed in the middle of a file: {error}") from error
        self._digest.update(data)
        self.size += len(data)
        return data

    def close(self) -> None:
        """Does nothing: the caller owns the handle."""

    def sha256(self) -> str:
        """Answers the digest of the whole file as stored; reads what is left, once: Parquet is read out of order."""
        while not self._is_whole:
            self._is_whole = not self.read(CHUNK_BYTES)
        return self._digest.hexdigest()


def inflated(stored: Stored, codec: str | None) -> Iterator[bytes]:
    """Yields the bytes of a text file in pieces of up to 4 MiB.

    Raises FileRefusedError: `truncated`, `corrupt`, `empty` (no byte where a compressed stream should
    be), `inflates`.
    """
    if codec is None:
        while data := stored.read(CHUNK_BYTES):
            yield data
        return
    stream = pa.CompressedInputStream(pa.PythonFile(stored, mode="r"), codec)
    total = 0
    while data := _read(stream, codec):
        total += len(data)
        if total > FREE_INFLATION_BYTES and total > MAX_INFLATION_RATIO * stored.size:
            detail = f"{stored.size} bytes inflate to {total} and more; pack real dumps only"
            raise FileRefusedError(FileReason.INFLATES, detail)
        if total > MAX_INFLATED_BYTES:
            raise FileRefusedError(FileReason.INFLATES, f"over {MAX_INFLATED_BYTES} bytes; land it in parts")
        yield data
    if stored.size == 0:
        raise FileRefusedError(FileReason.EMPTY, f"no {codec} stream; land the file again")


def _read(stream: pa.CompressedInputStream, codec: str) -> bytes:
    """Reads the next inflated piece; only the message of Arrow tells a cut stream from a broken one."""
    try:
        data: bytes = stream.read(CHUNK_BYTES)
    except (pa.ArrowInvalid, OSError) as error:
        if "Truncated" in str(error):
            raise FileRefusedError(FileReason.TRUNCATED, f"the {codec} stream was cut; land the file again") from error
        raise FileRefusedError(FileReason.CORRUPT, f"{codec}: {error}; land the file again") from error
    return data


def opened(storage: "AbstractFileSystem", path: str) -> BinaryIO:
    """Opens a stored file for reading; raises SourceError where the storage refuses."""
    try:
        handle: BinaryIO = storage.open(path, "rb")
    except OSError as error:
        raise SourceError(f"{path} was listed but cannot be opened ({error}); check the landing's storage") from error
    return handle

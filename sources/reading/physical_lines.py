"""Cuts bytes into physical lines: one line is one record, counted here and nowhere else."""

import hashlib
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

MAX_LINE_BYTES = 1 << 20
#: How much of a line that is never held whole is kept to be looked at.
HEAD_BYTES = 64 << 10
BYTE_ORDER_MARK = b"\xef\xbb\xbf"
_BLANK = b" \t\r"
_LINE_FEED = ord("\n")
_CARRIAGE_RETURN = ord("\r")


@dataclass(frozen=True)
class LongLine:
    """What is kept of a line over 1 MiB, its line feed left out."""

    number: int
    head: bytes
    length: int
    sha256: str


@dataclass(frozen=True)
class Block:
    """Complete lines of a text, blank ones left out.

    Line i is `data[starts[i]:ends[i]]`, without carriage return and line feed, and
    `data[starts[i]:stops[i]]` as it stands; `numbers[i]` is its number in the file, from 1.
    """

    data: bytes
    starts: NDArray[np.int64]
    ends: NDArray[np.int64]
    stops: NDArray[np.int64]
    numbers: NDArray[np.int64]
    long: list[LongLine] = field(default_factory=list)

    def __len__(self) -> int:
        return len(self.starts)

    @property
    def records(self) -> int:
        """Number of records: the lines and those that were too long."""
        return len(self.starts) + len(self.long)

    def line(self, row: int) -> bytes:
        """Answers line `row` without its end."""
        return self.data[self.starts[row] : self.ends[row]]

    def raw(self, row: int) -> bytes:
        """Answers line `row` as it stands, without the line feed only."""
        return self.data[self.starts[row] : self.stops[row]]

    def pick(self, rows: "NDArray[np.bool_] | NDArray[np.int64] | slice") -> "Block":
        """Answers the same block with only some of its lines."""
        parts = (self.starts[rows], self.ends[rows], self.stops[rows], self.numbers[rows])
        return Block(self.data, *parts, self.long)

    def joined(self) -> bytes:
        """Joins the block's lines to one text, each with a line feed."""
        if not len(self):
            return b""
        gaps = np.flatnonzero(self.starts[1:] != self.stops[:-1] + 1)
        firsts, lasts = np.append(0, gaps + 1), np.append(gaps, len(self) - 1)
        runs = zip(self.starts[firsts].tolist(), self.stops[lasts].tolist(), strict=True)
        return b"".join([self.data[start : stop + 1] for start, stop in runs])

    def are_utf8(self) -> NDArray[np.bool_]:
        """Tells which lines are UTF-8."""
        if _is_utf8(self.data):
            return np.ones(len(self), np.bool_)
        return np.array([_is_utf8(self.line(row)) for row in range(len(self))], np.bool_)


def _is_utf8(text: bytes) -> bool:
    if text.isascii():
        return True
    try:
        text.decode("utf-8")
    except UnicodeDecodeError:
        return False
    return True


@dataclass
class _Passing:
    """A line that is being streamed past."""

    head: bytes
    length: int
    digest: "hashlib._Hash"

    @classmethod
    def begin(cls, data: bytes) -> "_Passing":
        return cls(data[:HEAD_BYTES], len(data), hashlib.sha256(data))

    def add(self, data: bytes) -> None:
        self.length += len(data)
        self.digest.update(data)

    def block(self, number: int) -> Block:
        none = np.zeros(0, np.int64)
        line = LongLine(number, self.head, self.length, self.digest.hexdigest())
        return Block(b"", none, none, none, none, [line])


def blocks(chunks: Iterable[bytes]) -> Iterator[Block]:
    """Yields the lines of a text that comes in chunks; a chunk and a line are held at a time."""
    number, carry, passing = 1, b"", None
    for chunk in _without_mark(chunks):
        text = chunk
        if passing is not None:
            end = chunk.find(b"\n")
            passing.add(chunk if end < 0 else chunk[:end])
            if end < 0:
                continue
            yield passing.block(number)
            number, passing, text = number + 1, None, chunk[end + 1 :]
        data = carry + text
        cut = data.rfind(b"\n") + 1
        carry = data[cut:]
        if cut:
            newlines = np.flatnonzero(np.frombuffer(data, np.uint8, cut) == _LINE_FEED)
            yield _block(data[:cut], newlines, number)
            number += len(newlines)
        # One byte more, since a carriage return may be the last.
        if len(carry) > MAX_LINE_BYTES + 1:
            passing, carry = _Passing.begin(carry), b""
    if passing is not None:
        yield passing.block(number)
    elif carry:
        yield _block(carry + b"\n", np.array([len(carry)]), number)


def _without_mark(chunks: Iterable[bytes]) -> Iterator[bytes]:
    """Yields the chunks without a byte order mark, which is no part of the first field's name."""
    for number, chunk in enumerate(chunks):
        yield chunk if number else chunk.removeprefix(BYTE_ORDER_MARK)


def _block(data: bytes, newlines: NDArray[np.int64], number: int) -> Block:
    """Makes a block of whole lines and the places of their line feeds."""
    letters = np.frombuffer(data, np.uint8)
    starts = np.concatenate([np.zeros(1, np.int64), newlines[:-1] + 1])
    ends = newlines - ((newlines > starts) & (letters[newlines - 1] == _CARRIAGE_RETURN))
    numbers = number + np.arange(len(starts), dtype=np.int64)
    keep = ends > starts
    for row in np.flatnonzero(keep & np.isin(letters[starts], list(_BLANK))):
        keep[row] = bool(data[starts[row] : ends[row]].strip(_BLANK))
    too_long = ends - starts > MAX_LINE_BYTES
    long = [
        _Passing.begin(data[starts[row] : newlines[row]]).block(int(numbers[row])).long[0]
        for row in np.flatnonzero(too_long & keep)
    ]
    keep &= ~too_long
    return Block(data, starts[keep], ends[keep], newlines[keep], numbers[keep], long)

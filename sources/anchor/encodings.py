"""Text to bytes for whole columns: base64 and hex as they come out of logs and warehouses."""

import binascii
from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from sources.anchor.fields import Encoded
from sources.anchor.layouts import EVENT_TAG, TAG_BYTES

_PAD = ord("=")
#: Zeros behind the last event, so that windows over it need no copy of all events.
_MARGIN = 512
_BASE64 = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/="
_HEX = b"0123456789abcdefABCDEF"


@dataclass(frozen=True)
class _Letters:
    """The letters of a column end to end, and where each text ends."""

    letters: NDArray[np.uint8]
    ends: NDArray[np.int64]

    @classmethod
    def of(cls, column: pa.StringArray) -> "_Letters":
        """The letters of a column without NULLs."""
        ends = np.cumsum(pc.binary_length(column).to_numpy(), dtype=np.int64)
        if not len(column):
            return cls(np.zeros(0, np.uint8), ends)
        first = int(np.frombuffer(column.buffers()[1], np.int32)[column.offset])
        return cls(np.frombuffer(column.buffers()[2] or b"", np.uint8)[first : first + int(ends[-1])], ends)

    @cached_property
    def raw(self) -> bytes:
        """All letters as bytes."""
        return self.letters.tobytes()

    @cached_property
    def lengths(self) -> NDArray[np.int64]:
        """The length of each text."""
        return np.diff(self.ends, prepend=0)

    def without(self, wrong: NDArray[np.bool_]) -> "_Letters":
        """Only the texts that are not marked."""
        kept = np.repeat(~wrong, self.lengths)
        return _Letters(self.letters[kept], np.cumsum(self.lengths[~wrong], dtype=np.int64))

    def unprefixed(self) -> "_Letters":
        """The same texts without `0x` in front."""
        starts = self.ends - self.lengths
        places = np.flatnonzero(self.letters[starts[self.lengths >= 2]] == ord("0"))
        rows = np.flatnonzero(self.lengths >= 2)[places]
        rows = rows[self.letters[starts[rows] + 1] == ord("x")]
        if not len(rows):
            return self
        kept, cut = np.ones(len(self.letters), dtype=bool), np.zeros(len(self.ends), np.int64)
        kept[starts[rows]] = kept[starts[rows] + 1] = False
        cut[rows] = 2
        return _Letters(self.letters[kept], self.ends - np.cumsum(cut))

    def holding(self, where: NDArray[np.bool_]) -> NDArray[np.bool_]:
        """Which texts hold one of the marked letters."""
        found = np.zeros(len(self.ends), dtype=bool)
        found[np.searchsorted(self.ends, np.flatnonzero(where), side="right")] = True
        return found


def decoded(column: pa.StringArray, encoding: pa.StringArray) -> tuple[Encoded, NDArray[np.bool_]]:
    """The bytes of each text, by its encoding (`base64`, with padding, or `hex`, with or without 0x), and which texts
    are not written in it; those, NULL, and texts of another encoding have no bytes.

    The tag of a self-call in front of an event is left out.
    """
    starts, ends = np.zeros(len(column), np.int64), np.zeros(len(column), np.int64)
    is_wrong = np.zeros(len(column), dtype=bool)
    parts, size = list[bytes](), 0
    for name, decode in (("base64", _base64), ("hex", _hex)):
        where = pc.and_(pc.equal(encoding, name), column.is_valid()).fill_null(False)
        rows = np.flatnonzero(where.to_numpy(zero_copy_only=False))
        if len(rows):
            found = decode(_Letters.of(column if len(rows) == len(column) else column.filter(where)))
            starts[rows] = size + np.cumsum(found.rooms) - found.rooms
            ends[rows], is_wrong[rows] = starts[rows] + found.lengths, found.is_wrong
            parts, size = [*parts, found.data], size + len(found.data)
    data = np.frombuffer(b"".join([*parts, bytes(_MARGIN)]), np.uint8)
    return _untagged(Encoded(data, starts, ends)), is_wrong


def _untagged(encoded: Encoded) -> Encoded:
    """The same events without the tag in front."""
    tag = np.frombuffer(EVENT_TAG, np.uint64)
    is_tagged = encoded.windows(encoded.starts, TAG_BYTES).view(np.uint64)[:, 0] == tag
    starts = encoded.starts + TAG_BYTES * (is_tagged & (encoded.ends - encoded.starts >= TAG_BYTES))
    return Encoded(encoded.data, starts, encoded.ends)


@dataclass(frozen=True)
class _Bytes:
    """Decoded texts end to end: each has a room, of which the first bytes are its own."""

    data: bytes
    rooms: NDArray[np.int64]
    lengths: NDArray[np.int64]
    is_wrong: NDArray[np.bool_]


def _base64(text: _Letters) -> _Bytes:
    """The bytes of base64; padding, as zeros, fills up each room."""
    wrong = (text.lengths % 4 != 0) | (text.lengths == 0)
    last = text.ends[~wrong]
    pads = np.zeros(len(wrong), np.int64)
    pads[~wrong] = (text.letters[last - 1] == _PAD) * (1 + (text.letters[last - 2] == _PAD))
    if text.raw.count(b"=") != pads.sum():
        places = np.flatnonzero(text.letters == _PAD)
        rows = np.searchsorted(text.ends, places, side="right")
        wrong[rows[text.ends[rows] - places > pads[rows]]] = True
    data = _converted(text, wrong, _BASE64, lambda letters: _a2b(letters.replace(b"=", b"A")))
    rooms = np.where(wrong, 0, text.lengths // 4 * 3)
    return _Bytes(data, rooms, np.where(wrong, 0, rooms - pads), wrong)


def _a2b(letters: bytes) -> bytes:
    return binascii.a2b_base64(letters, strict_mode=True)


def _hex(text: _Letters) -> _Bytes:
    """The bytes of hexadecimal."""
    text = text.unprefixed()
    lengths = text.lengths
    wrong = (lengths % 2 != 0) | (lengths == 0)
    data = _converted(text, wrong, _HEX, binascii.unhexlify)
    rooms = np.where(wrong, 0, lengths // 2)
    return _Bytes(data, rooms, rooms, wrong)


def _converted(text: _Letters, wrong: NDArray[np.bool_], alphabet: bytes, convert: Callable[[bytes], bytes]) -> bytes:
    """All texts that are not wrong, converted in one call; marks those with strange letters as wrong."""
    if not wrong.any():
        try:
            return convert(text.raw)
        except binascii.Error:
            pass
    wrong |= text.holding(~np.isin(text.letters, np.frombuffer(alphabet, np.uint8)))
    return convert(text.without(wrong).raw)

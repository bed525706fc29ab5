"""Many events of one kind read at once: every field as a column, whichever version each event is of."""

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import groupby

import numpy as np
from numpy.lib.stride_tricks import sliding_window_view
from numpy.typing import NDArray

from sources.anchor.layouts import TAG_BYTES, Event, Field

_TYPES = {
    "pubkey": ("u1", 32),
    "u64": "<u8",
    "i64": "<i8",
    "i128": [("low", "<u8"), ("high", "<i8")],
    "u16": "<u2",
    "u8": "u1",
    "bool": "u1",
}
_LENGTH_BYTES = 4
#: A shareholder is an address and a share of two bytes.
_ITEM_BYTES = {"string": 1, "holders": 34}
_SHORT_TEXT = 32


@dataclass(frozen=True)
class Encoded:
    """Bytes of many events in one array; event i is `data[starts[i]:ends[i]]`."""

    data: NDArray[np.uint8]
    starts: NDArray[np.int64]
    ends: NDArray[np.int64]

    def __len__(self) -> int:
        return len(self.starts)

    def windows(self, at: NDArray[np.int64], size: int) -> NDArray[np.uint8]:
        """`size` bytes from each place, one row each; past the end of the array they are zeros."""
        data = self.data
        if len(at) and int(at.max()) + size > len(data):
            data = np.concatenate([data, np.zeros(size, np.uint8)])
        found: NDArray[np.uint8] = sliding_window_view(data, size)[at] if len(at) else np.zeros((0, size), np.uint8)
        return found

    def take(self, rows: NDArray[np.int64]) -> "Encoded":
        """Only some of the events."""
        return Encoded(self.data, self.starts[rows], self.ends[rows])


@dataclass(frozen=True)
class Found:
    """Events of one kind, field by field.

    `columns` hold zeros where an event is of a version without the field; `versions` is how many versions' fields each
    event has, `trailing` how many bytes follow them, and `is_malformed` marks events that contradict the layout, whose
    fields say nothing.
    """

    columns: dict[str, NDArray[np.generic]]
    versions: NDArray[np.int8]
    trailing: NDArray[np.int64]
    is_malformed: NDArray[np.bool_]


def read(event: Event, encoded: Encoded) -> Found:
    """The fields of events that all begin with this event's discriminator.

    An event must hold the first version whole. Of a later version it may hold nothing, or too little for its first
    fields of fixed size: such a rest is trailing bytes, like all that follows the last version. Malformed are: shorter
    events, strings and vectors longer than the data, text that is not UTF-8, booleans other than 0 and 1, and a later
    version that breaks off after its first part.
    """
    reader = _Reader(encoded)
    for number, version in enumerate(event.versions):
        for place, part in enumerate(_parts(version)):
            is_required = number == 0 or place > 0
            if part[0].type in _ITEM_BYTES:
                reader.skip(part[0].type, is_required=is_required)
            else:
                reader.fixed(part, is_required=is_required)
        reader.versions += reader.is_open
    trailing = np.where(reader.is_malformed, 0, encoded.ends - reader.position)
    return Found(reader.columns, reader.versions, trailing, reader.is_malformed)


def _parts(version: tuple[Field, ...]) -> Iterator[list[Field]]:
    """A version's fields cut into runs of fixed size and single fields of any size."""
    for is_fixed, fields in groupby(version, lambda field: field.type not in _ITEM_BYTES):
        listed = list(fields)
        yield from [listed] if is_fixed else [[field] for field in listed]


class _Reader:
    """Where each event has been read to, and whether it is being read on."""

    def __init__(self, encoded: Encoded) -> None:
        self._encoded = encoded
        self.position = encoded.starts + TAG_BYTES
        self.is_open = np.ones(len(encoded), dtype=bool)
        self.is_malformed = np.zeros(len(encoded), dtype=bool)
        self.versions = np.zeros(len(encoded), np.int8)
        self.columns: dict[str, NDArray[np.generic]] = {}

    def fixed(self, fields: list[Field], *, is_required: bool) -> None:
        """Reads fields of fixed size."""
        kind = np.dtype([(field.name, _TYPES[field.type]) for field in fields])
        fits = self.position + kind.itemsize <= self._encoded.ends
        if is_required:
            self._refuse(self.is_open & ~fits)
        self.is_open &= fits
        # Most blocks are of one version, and closed events are few or all.
        if not self.is_open.any():
            block = np.zeros(len(self.position), kind)
        else:
            block = self._encoded.windows(self.position, kind.itemsize).view(kind)[:, 0]
            if not self.is_open.all():
                block[~self.is_open] = np.zeros((), kind)
        for field in fields:
            column = block[field.name]
            if field.type == "bool":
                self._refuse(column > 1)
            self.columns[field.name] = column
        self.position[self.is_open] += kind.itemsize

    def skip(self, kind: str, *, is_required: bool) -> None:
        """Reads past a string, which must be UTF-8, or past a vector."""
        begin = self.position + _LENGTH_BYTES
        fits = begin <= self._encoded.ends
        if is_required:
            self._refuse(self.is_open & ~fits)
        self.is_open &= fits
        if not self.is_open.any():
            return
        count = self._encoded.windows(self.position, _LENGTH_BYTES).view("<u4")[:, 0].astype(np.int64)
        end = begin + count * _ITEM_BYTES[kind]
        self._refuse(self.is_open & (end > self._encoded.ends))
        if kind == "string":
            self._refuse(self._is_no_text(begin, end))
        self.position = np.where(self.is_open, end, self.position)

    def _refuse(self, where: NDArray[np.bool_]) -> None:
        """Marks events as malformed and reads them no further."""
        self.is_malformed |= where
        self.is_open &= ~where

    def _is_no_text(self, begin: NDArray[np.int64], end: NDArray[np.int64]) -> NDArray[np.bool_]:
        """Which of the open events do not hold UTF-8 there; only what is long or not ASCII is looked at singly."""
        rows = np.flatnonzero(self.is_open)
        begin, size = begin[rows], end[rows] - begin[rows]
        longest = int(min(size.max(initial=0), _SHORT_TEXT))
        is_inside = np.arange(longest) < size[:, None]
        suspects = (((self._encoded.windows(begin, longest) > 127) & is_inside).any(axis=1)) if longest else size < 0
        wrong = np.zeros(len(self.is_open), dtype=bool)
        for row in np.flatnonzero(suspects | (size > _SHORT_TEXT)).tolist():
            wrong[rows[row]] = not _is_utf8(self._encoded.data[begin[row] : begin[row] + size[row]].tobytes())
        return wrong


def _is_utf8(text: bytes) -> bool:
    try:
        text.decode("utf-8")
    except UnicodeDecodeError:
        return False
    return True

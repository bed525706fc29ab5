"""Places of texts in a block of bytes, and the columns that they make: copied by compiled code, a column at a time."""

from dataclasses import dataclass

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from pumploss.compiled import compiled
from sources.reading.words import copy

#: The length of what is no value.
NULL = -1
_QUOTE, _SPACE, _MINUS, _ZERO, _NINE = (ord(letter) for letter in '" -09')


@dataclass(frozen=True)
class Spans:
    """Per field and row where a text begins in `letters`, and its length in the column; `NULL` where there is none.

    `is_nested` marks JSON values with an inside: they are copied without white space, and with their numbers quoted.
    """

    letters: NDArray[np.uint8]
    begins: NDArray[np.int32]
    lengths: NDArray[np.int32]
    is_nested: NDArray[np.bool_]

    @classmethod
    def of(cls, data: bytes, fields: int, rows: int) -> "Spans":
        """Spans to be filled in."""
        shape = (fields, rows)
        begins, lengths = np.zeros(shape, np.int32), np.full(shape, NULL, np.int32)
        return cls(np.frombuffer(data, np.uint8), begins, lengths, np.zeros(shape, np.bool_))

    def patched(self, rows: list[int], values: list[list[str | None]]) -> "Spans":
        """The same with texts of its own, field by field, in some rows."""
        if not rows:
            return self
        texts = [None if value is None else value.encode() for fields in values for value in fields]
        lengths = np.array([NULL if text is None else len(text) for text in texts], np.int32)
        ends = len(self.letters) + np.cumsum(np.maximum(lengths, 0), dtype=np.int64)
        shape = (len(rows), len(self.begins))
        self.begins[:, rows] = (ends - np.maximum(lengths, 0)).astype(np.int32).reshape(shape).T
        self.lengths[:, rows] = lengths.reshape(shape).T
        self.is_nested[:, rows] = False
        letters = np.frombuffer(b"".join([self.letters.tobytes(), *filter(None, texts)]), np.uint8)
        return Spans(letters, self.begins, self.lengths, self.is_nested)

    def column(self, field: int, rows: NDArray[np.int64]) -> pa.StringArray:
        """A field's texts in some rows, which must be UTF-8."""
        offsets = np.zeros(len(rows) + 1, np.int32)
        nulls = _offsets(self.lengths[field], rows, offsets)
        text = np.empty(offsets[-1], np.uint8)
        _copy(self.letters, self.begins[field], self.is_nested[field], rows, offsets, text)
        validity = None
        if nulls:
            validity = pa.py_buffer(np.packbits(self.lengths[field][rows] != NULL, bitorder="little"))
        return pa.StringArray.from_buffers(len(rows), pa.py_buffer(offsets), pa.py_buffer(text), validity, nulls)


def texts(column: pa.StringArray) -> tuple[NDArray[np.uint8], NDArray[np.int32], NDArray[np.bool_]]:
    """A column's letters, offsets, and per row whether it is NULL (empty where nothing is), for compiled code."""
    count, buffers = len(column), column.buffers()
    offsets = np.frombuffer(buffers[1] or bytes(4), np.int32)[column.offset : column.offset + count + 1]
    letters = np.frombuffer(buffers[2] or b"", np.uint8)
    is_null = column.is_null().to_numpy(zero_copy_only=False) if column.null_count else np.zeros(0, np.bool_)
    for part in (offsets, letters, is_null):
        part.setflags(write=False)  # one machine code for all, whoever owns the buffer
    return letters, offsets, is_null


@compiled
def _offsets(lengths: NDArray[np.int32], rows: NDArray[np.int64], offsets: NDArray[np.int32]) -> int:
    """Fills in where each text begins in its column; answers the number of NULLs."""
    at, nulls = 0, 0
    for place in range(len(rows)):
        length = lengths[rows[place]]
        if length >= 0:
            at += length
        else:
            nulls += 1
        offsets[place + 1] = at
    return nulls


@compiled
def _copy(
    letters: NDArray[np.uint8],
    begins: NDArray[np.int32],
    is_nested: NDArray[np.bool_],
    rows: NDArray[np.int64],
    offsets: NDArray[np.int32],
    text: NDArray[np.uint8],
) -> None:
    """Fills in the texts of a column."""
    for place in range(len(rows)):
        row = rows[place]
        begin, to = begins[row], offsets[place]
        if is_nested[row]:
            _copy_nested(letters, begin, to, offsets[place + 1], text)
        else:
            copy(text.ctypes.data, to, letters.ctypes.data, begin, offsets[place + 1] - to)


@compiled
def _copy_nested(letters: NDArray[np.uint8], begin: int, to: int, stop: int, text: NDArray[np.uint8]) -> None:
    """Copies a nested JSON value that is known to be well-formed and to hold no escapes."""
    is_text, is_number = False, False
    at = begin
    while to < stop:
        letter = letters[at]
        if is_text:
            is_text = letter != _QUOTE
        elif is_number:
            if letter <= _SPACE or letter in (44, 93, 125):  # , ] }
                text[to] = _QUOTE
                to += 1
                is_number = False
                continue
        elif letter <= _SPACE:
            at += 1
            continue
        elif letter == _QUOTE:
            is_text = True
        elif letter == _MINUS or _ZERO <= letter <= _NINE:
            text[to] = _QUOTE
            to += 1
            is_number = True
        text[to] = letter
        to += 1
        at += 1

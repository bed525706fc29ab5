"""Lends the letters of Arrow's columns of text to compiled code, and makes columns of them."""

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

#: Letters, where each text begins among them (and the last ends), and per row whether it is NULL, or nothing.
Letters = tuple[NDArray[np.uint8], NDArray[np.int32], NDArray[np.bool_]]


def letters_of(column: pa.StringArray) -> Letters:
    """Lends a column's letters, its offsets, and per row whether it is NULL (empty where nothing is), all read-only."""
    count, buffers = len(column), column.buffers()
    offsets = np.frombuffer(buffers[1] or bytes(4), np.int32)[column.offset : column.offset + count + 1]
    letters = np.frombuffer(buffers[2] or b"", np.uint8)
    is_null = column.is_null().to_numpy(zero_copy_only=False) if column.null_count else np.zeros(0, np.bool_)
    for part in (offsets, letters, is_null):
        part.setflags(write=False)  # one machine code for all, whoever owns the buffer
    return letters, offsets, is_null


def text_column(letters: bytes, lengths: NDArray[np.int64]) -> pa.StringArray:
    """Makes a column without NULLs of texts that stand end to end, which must be UTF-8."""
    offsets = np.zeros(len(lengths) + 1, np.int32)
    np.cumsum(lengths, out=offsets[1:])
    return pa.StringArray.from_buffers(len(lengths), pa.py_buffer(offsets), pa.py_buffer(letters))


def with_nulls(column: pa.StringArray, are_null: NDArray[np.bool_]) -> pa.StringArray:
    """Makes some texts of a column without NULLs NULL; their letters stay where nobody looks."""
    if not are_null.any():
        return column
    _, offsets, letters = column.buffers()
    valid = pa.py_buffer(np.packbits(~are_null, bitorder="little"))
    return pa.StringArray.from_buffers(len(column), offsets, letters, valid, int(are_null.sum()), column.offset)

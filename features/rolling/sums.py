"""Sums slices of sorted rows exactly, as differences of running sums."""

import numpy as np
import pyarrow as pa

#: A decimal128 is four little-endian words of 32 bits; squares are never negative, so the highest has no sign.
_WORDS, _WORD_BITS = 4, 32


def slice_sums(column: pa.Array, first: np.ndarray, end: np.ndarray) -> pa.Array:
    """Sum each slice [first, end), in the column's own type: bigint, or decimal(38,0) of values >= 0.

    bigint arithmetic wraps, so running sums may pass 2^63 as long as the sum of a slice fits.
    """
    if pa.types.is_decimal(column.type):
        return _wide(column, first, end)
    return pa.array(_differences(column.cast(pa.int64()).to_numpy(), first, end))


def wide(words: np.ndarray) -> pa.Array:
    """Make decimal(38,0) of numbers of two 64-bit words each, the lower one first."""
    plain = np.ascontiguousarray(words)
    return pa.Array.from_buffers(pa.decimal128(38, 0), len(plain), [None, pa.py_buffer(plain)])


def _differences(values: np.ndarray, first: np.ndarray, end: np.ndarray) -> np.ndarray:
    # One element more in front, so that the sum of a slice is always a difference, also of one that begins at 0.
    running = np.zeros((len(values) + 1, *values.shape[1:]), values.dtype)
    np.cumsum(values, axis=0, out=running[1:])
    sums: np.ndarray = running[end] - running[first]
    return sums


def _wide(column: pa.Array, first: np.ndarray, end: np.ndarray) -> pa.Array:
    """Sum 128-bit values as four running sums of 32-bit words in 64 bits, and carry at the end.

    The sum of a word is below 2^64 for up to 2^32 rows, so none of them loses anything.
    """
    words = np.frombuffer(column.buffers()[1], np.uint32).reshape(-1, _WORDS)
    # The buffer is that of the whole array, of which the column may be a slice.
    own = words[column.offset : column.offset + len(column)].astype(np.uint64)
    sums = _differences(own, first, end)
    carry = np.zeros(len(sums), np.uint64)
    result = np.empty((len(sums), _WORDS), np.uint32)
    for word in range(_WORDS):
        amount = sums[:, word] + carry
        result[:, word] = amount & np.uint64(0xFFFFFFFF)
        carry = amount >> np.uint64(_WORD_BITS)
    return pa.Array.from_buffers(column.type, len(sums), [None, pa.py_buffer(result)])

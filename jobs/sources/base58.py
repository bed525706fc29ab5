"""Whether text is base58 of exactly so many bytes, decided for whole columns without decoding.

The alphabet is in ASCII order, so among strings of one length text order is the order of values: a
string without a leading `1` (a zero byte) decodes to `size` bytes exactly if it lies between the
texts of 256^(size-1) and 256^size - 1.
"""

from functools import cache

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

ALPHABET = "123456789ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz"
_VALUES = {letter: value for value, letter in enumerate(ALPHABET)}
_IS_LETTER = np.zeros(256, dtype=bool)
_IS_LETTER[list(ALPHABET.encode())] = True


def encode(raw: bytes) -> str:
    """The base58 text of bytes; a leading zero byte is a leading `1`."""
    value, letters = int.from_bytes(raw, "big"), ""
    while value:
        value, digit = divmod(value, 58)
        letters = ALPHABET[digit] + letters
    return "1" * (len(raw) - len(raw.lstrip(b"\0"))) + letters


def decoded_length(text: str) -> int | None:
    """The number of bytes that a short text stands for; None for what is not base58."""
    value = 0
    for letter in text:
        if letter not in _VALUES:
            return None
        value = value * 58 + _VALUES[letter]
    return len(text) - len(text.lstrip("1")) + (value.bit_length() + 7) // 8


@cache
def _bounds(size: int) -> tuple[bytes, bytes]:
    """The least and the greatest text of `size` bytes of which the first is not zero."""
    return encode(b"\1" + bytes(size - 1)).encode(), encode(b"\xff" * size).encode()


def decodes_to(column: pa.StringArray, size: int) -> NDArray[np.bool_]:
    """Per row whether the text is base58 of exactly `size` bytes; NULL counts as fitting."""
    count = len(column)
    offsets = np.frombuffer(column.buffers()[1] or bytes(4), np.int32)[column.offset : column.offset + count + 1]
    letters = np.frombuffer(column.buffers()[2] or b"", np.uint8)
    fits, unsure = _by_first_letters(letters, offsets, size)
    fits |= unsure
    strange = offsets[0] + np.flatnonzero(~_IS_LETTER[letters[offsets[0] : offsets[-1]]]) if count else offsets[:0]
    fits[np.searchsorted(offsets, strange, side="right") - 1] = False
    if column.null_count:
        fits |= column.is_null().to_numpy(zero_copy_only=False)
    for row in np.flatnonzero(unsure & fits):
        text = column[int(row)].as_py()
        fits[row] = text is None or decoded_length(text) == size
    return fits


def _by_first_letters(
    letters: NDArray[np.uint8], offsets: NDArray[np.int32], size: int
) -> tuple[NDArray[np.bool_], NDArray[np.bool_]]:
    """Per row: do length and first eight letters show that it fits; do they leave it open."""
    lengths = np.diff(offsets)
    # A zero byte takes one letter, others more: such a text has `size` letters or more.
    least, greatest = _bounds(size)
    begins_with_zero = (lengths >= size) & (lengths <= len(greatest))
    begins_with_zero[begins_with_zero] = letters[offsets[:-1][begins_with_zero]] == ord("1")
    fits, unsure = np.zeros(len(lengths), dtype=bool), begins_with_zero
    for length in range(len(least), len(greatest) + 1):
        rows = np.flatnonzero((lengths == length) & ~begins_with_zero)
        first = letters[offsets[:-1][rows][:, None] + np.arange(8)].view(">u8").ravel()
        lowest = int.from_bytes(least[:8], "big") if length == len(least) else 0
        highest = int.from_bytes(greatest[:8], "big") if length == len(greatest) else 2**64 - 1
        fits[rows] = (first > lowest) & (first < highest)
        unsure[rows] = (first == lowest) | (first == highest)
    return fits, unsure

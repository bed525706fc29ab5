"""Base58, and whether text is base58 of exactly so many bytes, decided for whole columns without decoding.

The alphabet is in ASCII order, so among texts of one length text order is the order of values: a text without a leading
`1` (a zero byte) decodes to n bytes exactly if it lies between the texts of 256^(n-1) and 256^n - 1.
"""

from functools import cache, lru_cache

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from pumploss.compiled import compiled
from sources.reading.spans import texts
from sources.reading.words import WORD_BYTES, byte, number

ALPHABET = "123456789ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz"
_VALUES = {letter: value for value, letter in enumerate(ALPHABET)}
_ZERO_LETTER = ord("1")
IS_LETTER = np.zeros(256, dtype=bool)
IS_LETTER[list(ALPHABET.encode())] = True


def encode(raw: bytes) -> str:
    """The base58 text of bytes; a leading zero byte is a leading `1`."""
    value, letters = int.from_bytes(raw, "big"), ""
    while value:
        value, digit = divmod(value, 58)
        letters = ALPHABET[digit] + letters
    return "1" * (len(raw) - len(raw.lstrip(b"\0"))) + letters


@lru_cache(1 << 14)  # the same mints come again and again
def decoded_length(text: str) -> int | None:
    """The number of bytes that a short text stands for; None for what is not base58."""
    value = 0
    for letter in text:
        if letter not in _VALUES:
            return None
        value = value * 58 + _VALUES[letter]
    return len(text) - len(text.lstrip("1")) + (value.bit_length() + 7) // 8


def decode(text: str) -> bytes:
    """The bytes that base58 text stands for; raises ValueError for what is not base58."""
    length = decoded_length(text)
    if length is None:
        raise ValueError(f"{text!r} is not base58")
    value = 0
    for letter in text:
        value = value * 58 + _VALUES[letter]
    return value.to_bytes(length, "big")


@cache
def bounds(size: int) -> tuple[NDArray[np.uint8], NDArray[np.int64]]:
    """For 0 to `size` bytes of which the first is not zero the least and the greatest text, and their lengths."""
    texts_of = [(encode(b"\1" + bytes(n - 1)), encode(b"\xff" * n)) if n else ("", "") for n in range(size + 1)]
    lengths = np.array([[len(text) for text in pair] for pair in texts_of], np.int64)
    letters = np.zeros((size + 1, 2, int(lengths.max())), np.uint8)
    for n, pair in enumerate(texts_of):
        for side, text in enumerate(pair):
            letters[n, side, : len(text)] = list(text.encode())
    return letters, lengths


def decodes_to(column: pa.StringArray, size: int) -> NDArray[np.bool_]:
    """Per row whether the text is base58 of exactly `size` bytes; NULL counts as fitting."""
    fits = np.zeros(len(column), np.bool_)
    _judge(*texts(column), *bounds(size), IS_LETTER, fits)
    return fits


@compiled
def _judge(
    letters: NDArray[np.uint8],
    offsets: NDArray[np.int32],
    is_null: NDArray[np.bool_],
    limits: NDArray[np.uint8],
    limit_lengths: NDArray[np.int64],
    is_letter: NDArray[np.bool_],
    fits: NDArray[np.bool_],
) -> None:
    """Fills in which texts fit."""
    text, size, width = letters.ctypes.data, len(limits) - 1, limits.shape[2]
    edges, lengths, known = limits.ctypes.data, limit_lengths.ctypes.data, is_letter.ctypes.data
    for row in range(len(fits)):
        is_missing = len(is_null) > 0 and is_null[row]
        fits[row] = is_missing or is_bytes(text, offsets[row], offsets[row + 1], size, edges, lengths, width, known)


@compiled
def is_bytes(text: int, at: int, stop: int, size: int, edges: int, lengths: int, width: int, known: int) -> bool:
    """Whether a text in memory is base58 of exactly `size` bytes.

    `edges` and `lengths` are the addresses of what `bounds` gives for that or a larger size, `width` is how long its
    texts may be, and `known` is the address of `IS_LETTER`.
    """
    left = size  # bytes that the text has to stand for, less those that are zero and stand first
    while at < stop and left >= 0 and byte(text, at) == _ZERO_LETTER:
        at += 1
        left -= 1
    if left < 0:
        return False
    shortest, longest = number(lengths, 2 * WORD_BYTES * left), number(lengths, 2 * WORD_BYTES * left + WORD_BYTES)
    if not shortest <= stop - at <= longest:
        return False
    is_known = True
    for place in range(at, stop):
        is_known &= byte(known, byte(text, place)) != 0
    least = edges + 2 * left * width
    is_above = stop - at > shortest or _compared(text, at, least, stop - at) >= 0
    is_below = stop - at < longest or _compared(text, at, least + width, stop - at) <= 0
    return is_known and is_above and is_below


@compiled
def _compared(text: int, at: int, other: int, length: int) -> int:
    """Which of two texts comes later in the order of their letters: below 0 the other one, above 0 the first."""
    for step in range(length):
        difference = byte(text, at + step) - byte(other, step)
        if difference != 0:
            return difference
    return 0

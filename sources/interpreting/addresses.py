"""Reads base58, and decides for whole columns, without decoding, whether text is base58 of exactly so many bytes.

The alphabet is in ASCII order, so among texts of one length text order is the order of values: a text without a leading
`1` (a zero byte) decodes to n bytes exactly if it lies between the texts of 256^(n-1) and 256^n - 1.
"""

from functools import cache, lru_cache

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from pumploss.compiled import compiled
from sources.reading.text_columns import letters_of

ALPHABET = "123456789ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz"
_VALUES = {letter: value for value, letter in enumerate(ALPHABET)}
_ZERO_LETTER = ord("1")
_IS_LETTER = np.zeros(256, dtype=bool)
_IS_LETTER[list(ALPHABET.encode())] = True


def encode(raw: bytes) -> str:
    """Writes bytes as base58; a leading zero byte is a leading `1`."""
    value, letters = int.from_bytes(raw, "big"), ""
    while value:
        value, digit = divmod(value, 58)
        letters = ALPHABET[digit] + letters
    return "1" * (len(raw) - len(raw.lstrip(b"\0"))) + letters


@lru_cache(1 << 14)  # the same mints come again and again
def decoded_length(text: str) -> int | None:
    """Counts the bytes that a short text stands for; None for what is not base58."""
    value = 0
    for letter in text:
        if letter not in _VALUES:
            return None
        value = value * 58 + _VALUES[letter]
    return len(text) - len(text.lstrip("1")) + (value.bit_length() + 7) // 8


def decode(text: str) -> bytes:
    """Decodes the bytes that base58 text stands for; raises ValueError for what is not base58."""
    length = decoded_length(text)
    if length is None:
        raise ValueError(f"{text!r} is not base58")
    value = 0
    for letter in text:
        value = value * 58 + _VALUES[letter]
    return value.to_bytes(length, "big")


@cache
def _bounds(size: int) -> tuple[NDArray[np.uint8], NDArray[np.int64]]:
    """Lists for 0 to `size` bytes, the first of them not zero, the least and the greatest text, and their lengths."""
    texts_of = [(encode(b"\1" + bytes(n - 1)), encode(b"\xff" * n)) if n else ("", "") for n in range(size + 1)]
    lengths = np.array([[len(text) for text in pair] for pair in texts_of], np.int64)
    letters = np.zeros((size + 1, 2, int(lengths.max())), np.uint8)
    for n, pair in enumerate(texts_of):
        for side, text in enumerate(pair):
            letters[n, side, : len(text)] = list(text.encode())
    return letters, lengths


def decodes_to(column: pa.StringArray, size: int) -> NDArray[np.bool_]:
    """Tells per row whether the text is base58 of exactly `size` bytes; NULL counts as fitting."""
    fits = np.zeros(len(column), np.bool_)
    _judge(*letters_of(column), *_bounds(size), _IS_LETTER, fits)
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
    for row in range(len(fits)):
        if len(is_null) > 0 and is_null[row]:
            fits[row] = True
            continue
        at, stop = offsets[row], offsets[row + 1]
        left = len(limits) - 1  # bytes that the text has to stand for, less those that are zero and stand first
        while at < stop and left >= 0 and letters[at] == _ZERO_LETTER:
            at += 1
            left -= 1
        if left < 0 or not limit_lengths[left, 0] <= stop - at <= limit_lengths[left, 1]:
            continue
        is_known = True
        for place in range(at, stop):
            is_known &= is_letter[letters[place]]
        # Only a text of the least length can be too small, and only one of the greatest too great.
        is_above = stop - at > limit_lengths[left, 0] or _compared(letters, at, limits[left, 0], stop - at) >= 0
        is_below = stop - at < limit_lengths[left, 1] or _compared(letters, at, limits[left, 1], stop - at) <= 0
        fits[row] = is_known and is_above and is_below


@compiled
def _compared(letters: NDArray[np.uint8], at: int, limit: NDArray[np.uint8], length: int) -> int:
    """Compares two texts in the order of their letters: below 0 the limit comes later, above 0 the text does."""
    for step in range(length):
        difference = np.int64(letters[at + step]) - np.int64(limit[step])
        if difference != 0:
            return int(difference)
    return 0

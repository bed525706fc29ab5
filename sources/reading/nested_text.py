"""Writes nested JSON values in one form: without white space, and with their numbers as texts."""

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from pumploss.compiled import compiled
from sources.reading.text_columns import letters_of

_QUOTE, _COMMA, _COLON, _OPEN, _CLOSE, _BEGIN, _END, _MINUS, _ZERO, _NINE = (ord(letter) for letter in '",:{}[]-09')
_SPACE = ord(" ")
_MAX_DEPTH, _MAX_NAMES = 64, 512


def uniform(values: pa.StringArray, is_odd: NDArray[np.bool_]) -> tuple[pa.StringArray, NDArray[np.int64]]:
    """Writes arrays and objects as the standard library's reader does, and counts the quotes that each had before.

    The values are known to be JSON, and ASCII without escapes where they are not odd. Marks as odd those in which a
    name stands twice in one object, and those that are deep, have very many names, or hold an integer zero with a sign.
    """
    letters, offsets, _ = letters_of(values)
    # Each number grows by two quotes, and has a comma or an end behind it.
    written, ends = np.empty(2 * (offsets[-1] - offsets[0]), np.uint8), np.zeros(len(values) + 1, np.int32)
    quotes = np.zeros(len(values), np.int64)
    _write(letters, offsets, written, ends, quotes, is_odd)
    texts = pa.StringArray.from_buffers(len(values), pa.py_buffer(ends), pa.py_buffer(written[: ends[-1]]))
    return texts, quotes


@compiled
def _write(
    letters: NDArray[np.uint8],
    offsets: NDArray[np.int32],
    written: NDArray[np.uint8],
    ends: NDArray[np.int32],
    quotes: NDArray[np.int64],
    is_odd: NDArray[np.bool_],
) -> None:
    """Fills in the texts, where each ends, the quotes that it had, and which are odd."""
    # Names of the objects that are open: where each stands in `written`, and per depth how many there were before.
    firsts, lasts = np.zeros(_MAX_NAMES, np.int64), np.zeros(_MAX_NAMES, np.int64)
    before = np.zeros(_MAX_DEPTH, np.int64)
    to = 0
    for row in range(len(is_odd)):
        at, stop = int(offsets[row]), int(offsets[row + 1])
        depth, names, first = 0, 0, to
        while at < stop and not is_odd[row]:
            letter = letters[at]
            if letter == _QUOTE:
                first, at, to = to, *_copy_text(letters, at, written, to)
                quotes[row] += 2
            elif letter == _MINUS or _ZERO <= letter <= _NINE:
                first, at, to = to, *_quote_number(letters, at, written, to)
                is_odd[row] = to - first == 4 and written[first + 1] == _MINUS and written[first + 2] == _ZERO
            elif letter <= _SPACE:
                at += 1
            else:
                if letter == _COLON:
                    # The text that was written last is a name.
                    for other in range(before[depth], names):
                        is_odd[row] |= _is_same(written, firsts[other], lasts[other], first, to)
                    firsts[names], lasts[names] = first, to
                    names += 1
                elif letter in (_OPEN, _BEGIN):
                    depth += 1
                    before[min(depth, _MAX_DEPTH - 1)] = names
                elif letter in (_CLOSE, _END):
                    names, depth = before[depth], depth - 1
                is_odd[row] |= names == _MAX_NAMES or depth == _MAX_DEPTH
                written[to] = letter
                at, to = at + 1, to + 1
        ends[row + 1] = to


@compiled
def _copy_text(letters: NDArray[np.uint8], at: int, written: NDArray[np.uint8], to: int) -> tuple[int, int]:
    """Copies a text in quotes: the places behind it."""
    written[to] = _QUOTE
    at, to = at + 1, to + 1
    while letters[at] != _QUOTE:
        written[to] = letters[at]
        at, to = at + 1, to + 1
    written[to] = _QUOTE
    return at + 1, to + 1


@compiled
def _quote_number(letters: NDArray[np.uint8], at: int, written: NDArray[np.uint8], to: int) -> tuple[int, int]:
    """Copies a number and puts it in quotes: the places behind it."""
    written[to] = _QUOTE
    to += 1
    while letters[at] > _SPACE and letters[at] not in (_COMMA, _CLOSE, _END):
        written[to] = letters[at]
        at, to = at + 1, to + 1
    written[to] = _QUOTE
    return at, to + 1


@compiled
def _is_same(letters: NDArray[np.uint8], first: int, last: int, other: int, other_last: int) -> bool:
    """Tells whether two stretches of letters are equal."""
    if last - first != other_last - other:
        return False
    is_same = True
    for step in range(last - first):
        is_same &= letters[first + step] == letters[other + step]
    return is_same

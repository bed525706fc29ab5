"""Writes nested JSON values in one form: without white space, and with their numbers as texts."""

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from pumploss.compiled import compiled
from sources.reading.text_columns import letters_of

_QUOTE, _COMMA, _COLON, _OPEN, _CLOSE, _BEGIN, _END, _MINUS, _ZERO, _NINE = (ord(letter) for letter in '",:{}[]-09')
_SPACE = ord(" ")
_MAX_DEPTH, _MAX_NAMES = 64, 512
#: What is known of the value that is being written.
_BETWEEN, _IN_TEXT, _IN_NUMBER = 0, 1, 2


def uniform(values: pa.StringArray) -> tuple[pa.StringArray, NDArray[np.bool_]]:
    """Writes arrays and objects in the form that the standard library's reader gives them, and says which could not.

    The values are known to be JSON without escapes or letters beyond ASCII. Those in which a name stands twice in one
    object cannot, nor those that are deep, have very many names, or hold a zero with a sign.
    """
    letters, offsets, _ = letters_of(values)
    # Each number grows by two quotes, and has a comma or an end behind it.
    written, ends = np.empty(2 * (offsets[-1] - offsets[0]), np.uint8), np.zeros(len(values) + 1, np.int32)
    is_odd = np.zeros(len(values), np.bool_)
    _write(letters, offsets, written, ends, is_odd)
    texts = pa.StringArray.from_buffers(len(values), pa.py_buffer(ends), pa.py_buffer(written[: ends[-1]]))
    is_minus_zero = pc.match_substring(texts, '"-0"').to_numpy(zero_copy_only=False)
    return texts, is_odd | is_minus_zero


@compiled
def _write(
    letters: NDArray[np.uint8],
    offsets: NDArray[np.int32],
    written: NDArray[np.uint8],
    ends: NDArray[np.int32],
    is_odd: NDArray[np.bool_],
) -> None:
    """Fills in the texts, where each ends, and which are not to be trusted."""
    # Names of the objects that are open: where each stands in `written`, and per depth how many there were before.
    firsts, lasts = np.zeros(_MAX_NAMES, np.int64), np.zeros(_MAX_NAMES, np.int64)
    before = np.zeros(_MAX_DEPTH, np.int64)
    to = 0
    for row in range(len(is_odd)):
        state, depth, names, first = _BETWEEN, 0, 0, to
        for at in range(offsets[row], offsets[row + 1]):
            letter = letters[at]
            if state == _IN_TEXT:
                state = _BETWEEN if letter == _QUOTE else _IN_TEXT
            elif state == _IN_NUMBER and (letter <= _SPACE or letter in (_COMMA, _CLOSE, _END)):
                written[to] = _QUOTE
                to, state = to + 1, _BETWEEN
            elif state == _BETWEEN and letter == _QUOTE:
                first, state = to, _IN_TEXT
            elif state == _BETWEEN and (letter == _MINUS or _ZERO <= letter <= _NINE):
                written[to] = _QUOTE
                to, state = to + 1, _IN_NUMBER
            if state != _BETWEEN:
                written[to] = letter
                to += 1
                continue
            if letter <= _SPACE:
                continue
            written[to] = letter
            to += 1
            if letter in (_OPEN, _BEGIN):
                depth = min(depth + 1, _MAX_DEPTH - 1)
                before[depth] = names
                is_odd[row] |= depth == _MAX_DEPTH - 1
            elif letter in (_CLOSE, _END):
                names, depth = before[depth], max(depth - 1, 0)
            elif letter == _COLON:
                # The text that was written last is a name.
                last = to - 1
                for other in range(before[depth], names):
                    is_odd[row] |= _is_same(written, firsts[other], lasts[other], first, last)
                firsts[names], lasts[names] = first, last
                names = min(names + 1, _MAX_NAMES - 1)
                is_odd[row] |= names == _MAX_NAMES - 1
        ends[row + 1] = to


@compiled
def _is_same(letters: NDArray[np.uint8], first: int, last: int, other: int, other_last: int) -> bool:
    """Tells whether two stretches of letters are equal."""
    if last - first != other_last - other:
        return False
    for step in range(last - first):
        if letters[first + step] != letters[other + step]:
            return False
    return True

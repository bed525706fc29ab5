"""The tokens of JSON, found in memory by compiled code: where a text, a number or a literal ends.

After an edit here or in `words.py` touch `json_nested.py` and `json_scan.py` too: their cached machine code holds this
module's.
"""

import numpy as np

from pumploss.compiled import compiled
from sources.reading.words import EACH, HIGH, WORD_BYTES, byte, lowest_byte, word

_TAB, _RETURN, _SPACE, _DELETE = 9, 13, 32, 127
_QUOTE, _BACKSLASH = ord('"'), ord("\\")
_QUOTES, _BACKSLASHES, _SPACES = (EACH * np.uint64(letter) for letter in (_QUOTE, _BACKSLASH, _SPACE))
_MINUS, _PLUS, _POINT, _ZERO, _NINE, _SMALL_E, _LARGE_E = (ord(letter) for letter in "-+.09eE")
_LITERALS = np.frombuffer(b"truefalsenull", np.uint8)
_LITERAL_PLACES = (0, 4, 9, 13)


@compiled
def skip(text: int, at: int, end: int) -> int:
    """The place of the next letter that is no white space."""
    while at < end and (byte(text, at) == _SPACE or byte(text, at) == _TAB or byte(text, at) == _RETURN):
        at += 1
    return at


@compiled
def text_end(text: int, at: int, end: int, is_ascii: bool) -> tuple[int, bool]:
    """The place of the quote that ends a text, and whether all of it is ASCII.

    -1 where the text has no end, an escape or a control; if it must be ASCII, where it is not or has a delete.
    """
    high = np.uint64(0)
    least = EACH if is_ascii else np.uint64(0)
    while at + WORD_BYTES <= end:
        eight = word(text, at)
        quotes, escapes = eight ^ _QUOTES, eight ^ _BACKSLASHES
        marks = ((quotes - EACH) & ~quotes) | ((escapes - EACH) & ~escapes) | ((eight - _SPACES) & ~eight)
        marks = (marks | ((eight + least) | eight if is_ascii else np.uint64(0))) & HIGH
        if marks:
            # Marks above the lowest one may be wrong, as borrows go up; the lowest is right.
            place = lowest_byte(marks)
            high |= eight & ((np.uint64(1) << np.uint64(8 * place)) - np.uint64(1))
            at += place
            break
        high |= eight
        at += WORD_BYTES
    while at < end:
        letter = byte(text, at)
        if letter == _QUOTE:
            return at, high & HIGH == 0
        if letter == _BACKSLASH or letter < _SPACE or (is_ascii and letter >= _DELETE):
            return -1, False
        high |= np.uint64(letter)
        at += 1
    return -1, False


@compiled
def _digits_end(text: int, at: int, end: int) -> int:
    """The place after some digits; -1 where there is none."""
    first = at
    while at < end and _ZERO <= byte(text, at) <= _NINE:
        at += 1
    return at if at > first else -1


@compiled
def number_end(text: int, at: int, end: int) -> int:
    """The place after a number; -1 where there is none, and for an integer zero with a sign."""
    first = at
    at += byte(text, at) == _MINUS
    whole = at
    at = _digits_end(text, at, end)
    if at < 0 or (byte(text, whole) == _ZERO and at > whole + 1):
        return -1
    is_integer = True
    if at < end and byte(text, at) == _POINT:
        is_integer = False
        at = _digits_end(text, at + 1, end)
    if 0 <= at < end and (byte(text, at) == _SMALL_E or byte(text, at) == _LARGE_E):
        is_integer = False
        at += 1
        at += at < end and (byte(text, at) == _PLUS or byte(text, at) == _MINUS)
        at = _digits_end(text, at, end)
    is_minus_zero = is_integer and byte(text, first) == _MINUS and byte(text, whole) == _ZERO
    return -1 if is_minus_zero else at


@compiled
def literal_end(text: int, at: int, end: int) -> int:
    """The place after `true`, `false` or `null`; -1 where there is none of them."""
    for literal in range(3):
        first, last = _LITERAL_PLACES[literal], _LITERAL_PLACES[literal + 1]
        size = last - first
        if end - at < size or byte(text, at) != _LITERALS[first]:
            continue
        is_same = True
        for step in range(1, size):
            is_same &= byte(text, at + step) == _LITERALS[first + step]
        return at + size if is_same else -1
    return -1

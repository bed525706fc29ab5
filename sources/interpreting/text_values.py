"""Reads numbers out of columns of text, by compiled code; leaves what is unusual to a slower reader."""

import numpy as np
from numpy.typing import NDArray

from pumploss.compiled import compiled
from sources.reading.text_columns import Letters

#: What a text is: a value, NULL, none of its kind, too large, for the slower reader to judge, or a value once rounded.
VALUE, NULL, MALFORMED, TOO_LARGE, UNSURE, ROUNDED = 0, 1, 2, 3, 4, 5

_INT64_MAX = np.uint64(2**63 - 1)
_MAX_INT64_DIGITS, _SURE_DIGITS, _SURE_LETTERS = 19, 18, 100
_MINUS, _PLUS, _POINT, _ZERO, _NINE, _SMALL_E, _LARGE_E = (ord(letter) for letter in "-+.09eE")

_Read = tuple[NDArray[np.int64], NDArray[np.uint8]]


def integers(column: Letters) -> _Read:
    """Reads signed integers in digits: values, and per row `VALUE`, `NULL`, `MALFORMED` or `TOO_LARGE`."""
    values, kinds = _empty(column)
    _integers(*column, values, kinds)
    return values, kinds


def decimals(column: Letters, places: int, sure_digits: int = 0) -> _Read:
    """Reads decimal text times `10**places`: values, and per row `VALUE`, `NULL` or `UNSURE`.

    With `sure_digits`, those are `ROUNDED` that are finer by no more than half a unit of so many significant digits.
    """
    values, kinds = _empty(column)
    _decimals(*column, places, sure_digits, values, kinds)
    return values, kinds


def _empty(column: Letters) -> _Read:
    count = len(column[1]) - 1
    return np.zeros(count, np.int64), np.zeros(count, np.uint8)


@compiled
def _integers(
    letters: NDArray[np.uint8],
    offsets: NDArray[np.int32],
    is_null: NDArray[np.bool_],
    values: NDArray[np.int64],
    kinds: NDArray[np.uint8],
) -> None:
    for row in range(len(values)):
        if len(is_null) > 0 and is_null[row]:
            kinds[row] = NULL
            continue
        at, stop = offsets[row], offsets[row + 1]
        is_negative = at < stop and letters[at] == _MINUS
        at += is_negative
        value, digits, is_strange = np.uint64(0), 0, at == stop
        while at < stop:
            letter = letters[at]
            is_strange |= letter < _ZERO or letter > _NINE
            value = value * np.uint64(10) + np.uint64(letter - _ZERO)
            digits += digits > 0 or letter != _ZERO
            at += 1
        if is_strange:
            kinds[row] = MALFORMED
        elif digits > _MAX_INT64_DIGITS or value > _INT64_MAX:
            kinds[row] = TOO_LARGE
        else:
            values[row] = -np.int64(value) if is_negative else np.int64(value)


@compiled
def _decimals(
    letters: NDArray[np.uint8],
    offsets: NDArray[np.int32],
    is_null: NDArray[np.bool_],
    places: int,
    sure_digits: int,
    values: NDArray[np.int64],
    kinds: NDArray[np.uint8],
) -> None:
    for row in range(len(values)):
        if len(is_null) > 0 and is_null[row]:
            kinds[row] = NULL
            continue
        at, stop = offsets[row], offsets[row + 1]
        is_negative = at < stop and letters[at] == _MINUS
        at += is_negative
        value, scale, at = _digits(letters, at, stop, places)
        if at < stop and value > 0:
            shift, at = _exponent(letters, at, stop)
            scale += shift
        if at != stop or value < 0 or stop - offsets[row] > _SURE_LETTERS:
            kinds[row] = UNSURE
            continue
        while scale < 0 and value % 10 == 0 and value > 0:
            value //= 10
            scale += 1
        while scale > 0 and 0 < value < 10**_SURE_DIGITS // 10:
            value *= 10
            scale -= 1
        if scale < 0 and value != 0 and sure_digits > 0:
            value, is_near = _rounded(value, -scale, sure_digits)
            kinds[row] = ROUNDED if is_near else UNSURE
            values[row] = (-value if is_negative else value) if is_near else 0
        elif scale != 0 and value != 0:
            kinds[row] = UNSURE
        else:
            values[row] = -value if is_negative else value


@compiled
def _rounded(value: int, places: int, sure_digits: int) -> tuple[int, bool]:
    """Rounds away the last `places` digits of a number of up to 18; whether they are less than its noise."""
    if places > _SURE_DIGITS:
        return 0, False
    unit = 10**places
    whole, rest = value // unit, value % unit
    excess, digits = min(rest, unit - rest), 0
    left = value
    while left > 0:
        left //= 10
        digits += 1
    if digits <= sure_digits or excess > 10 ** (digits - sure_digits) // 2:
        return 0, False
    return whole + (rest != excess), True


@compiled
def _digits(letters: NDArray[np.uint8], at: int, stop: int, scale: int) -> tuple[int, int, int]:
    """Reads the digits before an exponent as an integer, `scale` less those after the point, and where they end.

    -1 for what is no digits, and for more of them than surely fit.
    """
    value, digits, is_fraction, count = 0, 0, False, 0
    while at < stop:
        letter = letters[at]
        if letter == _POINT and not is_fraction:
            is_fraction = True
        elif _ZERO <= letter <= _NINE and digits < _SURE_DIGITS:
            value = value * 10 + (letter - _ZERO)
            digits += value > 0
            count += 1
            scale -= is_fraction
        else:
            break
        at += 1
    return value if count > 0 else -1, scale, at


@compiled
def _exponent(letters: NDArray[np.uint8], at: int, stop: int) -> tuple[int, int]:
    """Reads the exponent that begins here: it and where it ends; of one or two digits only."""
    letter = letters[at]
    if letter not in (_SMALL_E, _LARGE_E) or at + 1 >= stop:
        return 0, at
    is_negative = letters[at + 1] == _MINUS
    first = at + 1 + (is_negative or letters[at + 1] == _PLUS)
    value, place = 0, first
    while place < stop and place < first + 2 and _ZERO <= letters[place] <= _NINE:
        value = value * 10 + (letters[place] - _ZERO)
        place += 1
    return (-value if is_negative else value), (place if place > first else at)

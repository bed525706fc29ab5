"""Numbers and times out of columns of text, by compiled code; what is unusual is left to a slower reader."""

import numpy as np
from numpy.typing import NDArray

from pumploss.compiled import compiled
from sources.reading.words import byte

#: What a text is: a value, NULL, none of its kind, too large, or for the slower reader to judge.
VALUE, NULL, MALFORMED, TOO_LARGE, UNSURE = 0, 1, 2, 3, 4

_INT64_MAX = np.uint64(2**63 - 1)
_MAX_INT64_DIGITS, _SURE_DIGITS, _SURE_LETTERS = 19, 18, 100
_MINUS, _PLUS, _POINT, _ZERO, _NINE, _COLON, _SPACE, _SMALL_E, _LARGE_E = (ord(letter) for letter in "-+.09: eE")
_T, _Z, _U, _C = (ord(letter) for letter in "TZUC")
_DATE_LETTERS, _TIME_LETTERS = 10, 19
_MONTHS = np.array([31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31])
_SECONDS_PER_DAY = 86_400

_Column = tuple[NDArray[np.uint8], NDArray[np.int32], NDArray[np.bool_]]
_Read = tuple[NDArray[np.int64], NDArray[np.uint8]]


def integers(column: _Column) -> _Read:
    """Signed integers in digits: values, and per row `VALUE`, `NULL`, `MALFORMED` or `TOO_LARGE`."""
    values, kinds = _empty(column)
    _integers(*column, values, kinds)
    return values, kinds


def decimals(column: _Column, places: int) -> _Read:
    """Decimal text times `10**places`: values, and per row `VALUE`, `NULL` or `UNSURE`."""
    values, kinds = _empty(column)
    _decimals(*column, places, values, kinds)
    return values, kinds


def utc_seconds(column: _Column, is_iso: bool) -> _Read:
    """Seconds since 1970 of `2026-01-01T00:00:00Z` and, if not `is_iso`, of `2026-01-01 00:00:00.000 UTC`: values, and
    per row `VALUE`, `NULL` or `MALFORMED`.
    """
    values, kinds = _empty(column)
    _utc_seconds(*column, is_iso, values, kinds)
    return values, kinds


def _empty(column: _Column) -> _Read:
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
    text = letters.ctypes.data
    for row in range(len(values)):
        if len(is_null) > 0 and is_null[row]:
            kinds[row] = NULL
            continue
        at, stop = offsets[row], offsets[row + 1]
        is_negative = at < stop and byte(text, at) == _MINUS
        at += is_negative
        value, digits, is_strange = np.uint64(0), 0, at == stop
        while at < stop:
            letter = byte(text, at)
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
    values: NDArray[np.int64],
    kinds: NDArray[np.uint8],
) -> None:
    text = letters.ctypes.data
    for row in range(len(values)):
        if len(is_null) > 0 and is_null[row]:
            kinds[row] = NULL
            continue
        at, stop = offsets[row], offsets[row + 1]
        is_negative = at < stop and byte(text, at) == _MINUS
        at += is_negative
        value, scale, at = _digits(text, at, stop, places)
        if at < stop and value > 0:
            shift, at = _exponent(text, at, stop)
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
        if scale != 0 and value != 0:
            kinds[row] = UNSURE
        else:
            values[row] = -value if is_negative else value


@compiled
def _digits(text: int, at: int, stop: int, scale: int) -> tuple[int, int, int]:
    """The digits before an exponent as an integer, `scale` less those after the point, and the place after them.

    -1 for what is no digits, and for more of them than surely fit.
    """
    value, digits, is_fraction, count = 0, 0, False, 0
    while at < stop:
        letter = byte(text, at)
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
def _exponent(text: int, at: int, stop: int) -> tuple[int, int]:
    """The exponent that begins at a place and the place after it; of one or two digits only."""
    letter = byte(text, at)
    if letter not in (_SMALL_E, _LARGE_E) or at + 1 >= stop:
        return 0, at
    is_negative = byte(text, at + 1) == _MINUS
    first = at + 1 + (is_negative or byte(text, at + 1) == _PLUS)
    value, place = 0, first
    while place < stop and place < first + 2 and _ZERO <= byte(text, place) <= _NINE:
        value = value * 10 + (byte(text, place) - _ZERO)
        place += 1
    return (-value if is_negative else value), (place if place > first else at)


@compiled
def _utc_seconds(
    letters: NDArray[np.uint8],
    offsets: NDArray[np.int32],
    is_null: NDArray[np.bool_],
    is_iso: bool,
    values: NDArray[np.int64],
    kinds: NDArray[np.uint8],
) -> None:
    text = letters.ctypes.data
    for row in range(len(values)):
        if len(is_null) > 0 and is_null[row]:
            kinds[row] = NULL
            continue
        at, stop = offsets[row], offsets[row + 1]
        if not _is_utc(text, at, stop, is_iso):
            kinds[row] = MALFORMED
            continue
        year = _two(text, at) * 100 + _two(text, at + 2)
        month, day = _two(text, at + 5), _two(text, at + 8)
        hour, minute, second = _two(text, at + 11), _two(text, at + 14), _two(text, at + 17)
        is_day = min(year, month, day, hour, minute, second) >= 0 and 1 <= month <= 12
        if not is_day or not 1 <= day <= _month_days(year, month) or hour > 23 or minute > 59 or second > 59:
            kinds[row] = MALFORMED
        else:
            values[row] = _days(year, month, day) * _SECONDS_PER_DAY + hour * 3600 + minute * 60 + second


@compiled
def _is_utc(text: int, at: int, stop: int, is_iso: bool) -> bool:
    """Whether everything but the digits of a time is as it must be."""
    if stop - at < _TIME_LETTERS + 1:
        return False
    is_dashed = byte(text, at + 4) == _MINUS and byte(text, at + 7) == _MINUS
    is_timed = byte(text, at + 13) == _COLON and byte(text, at + 16) == _COLON
    between = byte(text, at + _DATE_LETTERS)
    if not is_dashed or not is_timed or (between != _T and (is_iso or between != _SPACE)):
        return False
    at += _TIME_LETTERS
    if not is_iso and byte(text, at) == _POINT:
        first = at + 1
        at = first
        while at < stop and at < first + 9 and byte(text, at) == _ZERO:
            at += 1
        if stop == at or at == first:  # noqa: PLR1714  compiled: they are of two kinds of integers
            return False
    if stop - at == 1:
        return byte(text, at) == _Z
    is_spelled = not is_iso and stop - at == 4 and byte(text, at) == _SPACE and byte(text, at + 1) == _U
    return is_spelled and byte(text, at + 2) == _T and byte(text, at + 3) == _C


@compiled
def _two(text: int, at: int) -> int:
    """A number of two digits; far below zero where one is none."""
    high, low = byte(text, at) - _ZERO, byte(text, at + 1) - _ZERO
    return high * 10 + low if 0 <= high <= 9 and 0 <= low <= 9 else -(1 << 20)


@compiled
def _month_days(year: int, month: int) -> int:
    is_leap = year % 4 == 0 and (year % 100 != 0 or year % 400 == 0)
    days: int = _MONTHS[month - 1]
    return days + (is_leap and month == 2)


@compiled
def _days(year: int, month: int, day: int) -> int:
    """Days since 1970; years are counted from March, so that a leap day is the last of its year."""
    year -= month <= 2
    months = (month + 9) % 12
    return 365 * year + year // 4 - year // 100 + year // 400 + (153 * months + 2) // 5 + day - 1 - 719_468

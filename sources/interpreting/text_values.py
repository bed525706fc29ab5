"""Reads numbers and times out of columns of text, by compiled code; leaves what is unusual to a slower reader."""

import numpy as np
from numpy.typing import NDArray

from pumploss.compiled import compiled
from sources.reading.text_columns import Letters

#: What a text is: a value, NULL, none of its kind, too large, or for the slower reader to judge.
VALUE, NULL, MALFORMED, TOO_LARGE, UNSURE = 0, 1, 2, 3, 4

_INT64_MAX = np.uint64(2**63 - 1)
_MAX_INT64_DIGITS, _SURE_DIGITS, _SURE_LETTERS = 19, 18, 100
_MINUS, _PLUS, _POINT, _ZERO, _NINE, _COLON, _SPACE, _SMALL_E, _LARGE_E = (ord(letter) for letter in "-+.09: eE")
_T, _Z, _U, _C = (ord(letter) for letter in "TZUC")
_DATE_LETTERS, _TIME_LETTERS = 10, 19
_MONTHS = np.array([31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31])
_SECONDS_PER_DAY = 86_400

_Read = tuple[NDArray[np.int64], NDArray[np.uint8]]


def integers(column: Letters) -> _Read:
    """Reads signed integers in digits: values, and per row `VALUE`, `NULL`, `MALFORMED` or `TOO_LARGE`."""
    values, kinds = _empty(column)
    _integers(*column, values, kinds)
    return values, kinds


def decimals(column: Letters, places: int) -> _Read:
    """Reads decimal text times `10**places`: values, and per row `VALUE`, `NULL` or `UNSURE`."""
    values, kinds = _empty(column)
    _decimals(*column, places, values, kinds)
    return values, kinds


def utc_seconds(column: Letters, is_iso: bool) -> _Read:
    """Reads `2026-01-01T00:00:00Z`, and if not `is_iso` also `2026-01-01 00:00:00.000 UTC`, as seconds since 1970:
    values, and per row `VALUE`, `NULL` or `MALFORMED`.
    """
    values, kinds = _empty(column)
    _utc_seconds(*column, is_iso, values, kinds)
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
        if scale != 0 and value != 0:
            kinds[row] = UNSURE
        else:
            values[row] = -value if is_negative else value


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


@compiled
def _utc_seconds(
    letters: NDArray[np.uint8],
    offsets: NDArray[np.int32],
    is_null: NDArray[np.bool_],
    is_iso: bool,
    values: NDArray[np.int64],
    kinds: NDArray[np.uint8],
) -> None:
    for row in range(len(values)):
        if len(is_null) > 0 and is_null[row]:
            kinds[row] = NULL
            continue
        at, stop = offsets[row], offsets[row + 1]
        if not _is_utc(letters, at, stop, is_iso):
            kinds[row] = MALFORMED
            continue
        year = _two(letters, at) * 100 + _two(letters, at + 2)
        month, day = _two(letters, at + 5), _two(letters, at + 8)
        hour, minute, second = _two(letters, at + 11), _two(letters, at + 14), _two(letters, at + 17)
        is_day = min(year, month, day, hour, minute, second) >= 0 and 1 <= month <= 12
        if not is_day or not 1 <= day <= _month_days(year, month) or hour > 23 or minute > 59 or second > 59:
            kinds[row] = MALFORMED
        else:
            values[row] = _days(year, month, day) * _SECONDS_PER_DAY + hour * 3600 + minute * 60 + second


@compiled
def _is_utc(letters: NDArray[np.uint8], at: int, stop: int, is_iso: bool) -> bool:
    """Tells whether everything but the digits of a time is as it must be."""
    if stop - at < _TIME_LETTERS + 1:
        return False
    is_dashed = letters[at + 4] == _MINUS and letters[at + 7] == _MINUS
    is_timed = letters[at + 13] == _COLON and letters[at + 16] == _COLON
    between = letters[at + _DATE_LETTERS]
    if not is_dashed or not is_timed or (between != _T and (is_iso or between != _SPACE)):
        return False
    at += _TIME_LETTERS
    if not is_iso and letters[at] == _POINT:
        first = at + 1
        at = first
        while at < stop and at < first + 9 and letters[at] == _ZERO:
            at += 1
        if stop == at or at == first:  # noqa: PLR1714  compiled: they are of two kinds of integers
            return False
    is_short: bool = stop - at == 1 and letters[at] == _Z
    is_spelled: bool = not is_iso and stop - at == 4 and letters[at] == _SPACE and letters[at + 1] == _U
    return is_short or (is_spelled and bool(letters[at + 2] == _T) and bool(letters[at + 3] == _C))


@compiled
def _two(letters: NDArray[np.uint8], at: int) -> int:
    """Reads a number of two digits; far below zero where one is none."""
    high, low = letters[at] - _ZERO, letters[at + 1] - _ZERO
    return high * 10 + low if 0 <= high <= 9 and 0 <= low <= 9 else -(1 << 20)


@compiled
def _month_days(year: int, month: int) -> int:
    is_leap = year % 4 == 0 and (year % 100 != 0 or year % 400 == 0)
    days: int = _MONTHS[month - 1]
    return days + (is_leap and month == 2)


@compiled
def _days(year: int, month: int, day: int) -> int:
    """Counts days since 1970; years are counted from March, so that a leap day is the last of its year."""
    year -= month <= 2
    months = (month + 9) % 12
    return 365 * year + year // 4 - year // 100 + year // 400 + (153 * months + 2) // 5 + day - 1 - 719_468

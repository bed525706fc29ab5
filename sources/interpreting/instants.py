"""Reads instants out of columns of text, in every way in which sources write them, by compiled code.

An instant is written as `2026-01-02T03:04:05Z`, with a space in place of the `T`, with a fraction, and with its zone as
`Z`, ` UTC` or an offset (`+00:00`, `-0800`, `+05`), a space before it or not. Or it is a number since 1970: of
seconds, milliseconds, microseconds or nanoseconds, which is told by its size, since no block of the chain has the same
time in two of them. Text without a zone states no instant; timestamps of Parquet have been written as text by then, in
UTC (`reading/parquet.py`). Nothing is rounded: what is finer than a microsecond, and
times that no block can have, are none either.
"""

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from pumploss.compiled import compiled
from pumploss.reasons import Reason
from sources.interpreting.casts import FIRST_SECOND, LAST_SECOND, MICROSECONDS, TIME, Cast
from sources.interpreting.text_values import MALFORMED, NULL, UNSURE, VALUE, decimals
from sources.reading.text_columns import Letters, letters_of

_MINUS, _PLUS, _POINT, _ZERO, _NINE, _COLON, _SPACE = (ord(letter) for letter in "-+.09: ")
_T, _Z, _U, _C = (ord(letter) for letter in "TZUC")
_DATE_LETTERS, _TIME_LETTERS, _MOST_DIGITS, _MOST_HOURS = 10, 19, 19, 14
_MONTHS = np.array([31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31])
_SECONDS_PER_DAY = 86_400
_NO_TIME = -(1 << 60)
_FIRST, _LAST = FIRST_SECOND * MICROSECONDS, (LAST_SECOND + 1) * MICROSECONDS - 1


def instants(column: pa.StringArray) -> Cast:
    """Reads the instants that texts state as UTC timestamps; fault: `bad_timestamp`."""
    letters = letters_of(column)
    values, kinds = np.zeros(len(column), np.int64), np.zeros(len(column), np.uint8)
    _instants(*letters, values, kinds)
    is_unsure = kinds == UNSURE
    if is_unsure.any():
        values[is_unsure], kinds[is_unsure] = _of_decimals(letters_of(column.filter(pa.array(is_unsure))))
    faults = [(row, Reason.BAD_TIMESTAMP) for row in np.flatnonzero(kinds == MALFORMED).tolist()]
    times = pa.array(values).cast(TIME) if (kinds == VALUE).all() else pa.array(values, mask=kinds != VALUE).cast(TIME)
    return Cast(times, faults, is_float=is_unsure if is_unsure.any() else None)


def _of_decimals(column: Letters) -> tuple[NDArray[np.int64], NDArray[np.uint8]]:
    """Reads numbers with a point or an exponent: seconds, milliseconds or microseconds with a fraction or without."""
    values, kinds = np.zeros(len(column[1]) - 1, np.int64), np.full(len(column[1]) - 1, MALFORMED, np.uint8)
    for places in (6, 3, 0):
        microseconds, read_as = decimals(column, places)
        is_time = (read_as == VALUE) & (microseconds >= _FIRST) & (microseconds <= _LAST)
        values[is_time], kinds[is_time] = microseconds[is_time], VALUE
    return values, kinds


@compiled
def _instants(
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
        at, stop = int(offsets[row]), int(offsets[row + 1])
        kinds[row] = MALFORMED
        if stop - at > _TIME_LETTERS and letters[at + 4] == _MINUS:
            time = _seconds(letters, at)
            fraction, after = _fraction(letters, at + _TIME_LETTERS, stop)
            offset, end = _zone(letters, after, stop)
            if time == _NO_TIME or end != stop:
                continue
            time = (time - offset) * MICROSECONDS + fraction
        else:
            number = _number(letters, at, stop)
            if number < 0:
                kinds[row] = UNSURE
                continue
            time = _of_unit(number)
        if _FIRST <= time <= _LAST:
            values[row], kinds[row] = time, VALUE


@compiled
def _number(letters: NDArray[np.uint8], at: int, stop: int) -> int:
    """Reads a number in digits only that surely fits; else -1."""
    is_sure = 0 < stop - at < _MOST_DIGITS or (stop - at == _MOST_DIGITS and letters[at] < _NINE)
    value = 0
    for place in range(at, stop):
        is_sure &= _ZERO <= letters[place] <= _NINE
        if is_sure:
            value = value * 10 + (letters[place] - _ZERO)
    return value if is_sure else -1


@compiled
def _of_unit(number: int) -> int:
    """Answers the microseconds that a number states: its unit is the one in which it is a time of the chain."""
    if number <= _LAST // MICROSECONDS:
        return number * MICROSECONDS
    if number <= _LAST // 1_000:
        return number * 1_000
    if number <= _LAST:
        return number
    return number // 1_000 if number % 1_000 == 0 else _NO_TIME


@compiled
def _seconds(letters: NDArray[np.uint8], at: int) -> int:
    """Reads a date and a time of day as seconds since 1970, as if they were UTC."""
    between = letters[at + _DATE_LETTERS]
    is_dashed = letters[at + 7] == _MINUS and between in (_T, _SPACE)
    if not is_dashed or letters[at + 13] != _COLON or letters[at + 16] != _COLON:
        return _NO_TIME
    year = _two(letters, at) * 100 + _two(letters, at + 2)
    month, day = _two(letters, at + 5), _two(letters, at + 8)
    hour, minute, second = _two(letters, at + 11), _two(letters, at + 14), _two(letters, at + 17)
    if min(year, month, day, hour, minute, second) < 0 or not 1 <= month <= 12:
        return _NO_TIME
    if not 1 <= day <= _month_days(year, month) or hour > 23 or minute > 59 or second > 59:
        return _NO_TIME
    return _days(year, month, day) * _SECONDS_PER_DAY + hour * 3600 + minute * 60 + second


@compiled
def _fraction(letters: NDArray[np.uint8], at: int, stop: int) -> tuple[int, int]:
    """Reads a fraction of a second, if one begins here: its microseconds, and where it ends; -1 where it is finer."""
    if letters[at] != _POINT:
        return 0, at
    value, unit, first = 0, MICROSECONDS, at + 1
    at = first
    while at < stop and _ZERO <= letters[at] <= _NINE:
        digit = letters[at] - _ZERO
        unit //= 10
        if unit == 0 and digit > 0:
            return 0, -1
        value += digit * unit
        at += 1
    return value, at if at > first else -1


@compiled
def _zone(letters: NDArray[np.uint8], at: int, stop: int) -> tuple[int, int]:
    """Reads a zone: the seconds that its clocks are ahead of UTC, and where it ends; -1 where there is none."""
    at += 0 <= at < stop and letters[at] == _SPACE
    left = stop - at
    if at < 0 or left < 1:
        return 0, -1
    if left == 1 and letters[at] == _Z:
        return 0, stop
    if left == 3 and letters[at] == _U and letters[at + 1] == _T and letters[at + 2] == _C:
        return 0, stop
    has_colon = left == 6 and letters[at + 3] == _COLON
    if letters[at] not in (_PLUS, _MINUS) or not (left in (3, 5) or has_colon):
        return 0, -1
    hours, minutes = _two(letters, at + 1), _two(letters, stop - 2) if left > 3 else 0
    if not 0 <= hours <= _MOST_HOURS or not 0 <= minutes <= 59:
        return 0, -1
    ahead = hours * 3600 + minutes * 60
    return ahead if letters[at] == _PLUS else -ahead, stop


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

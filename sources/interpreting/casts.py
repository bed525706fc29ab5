"""Turns columns of text into exact values, and tells the rows whose text does not fit."""

import re
from datetime import UTC, datetime

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from pumploss.money import INT64_MAX, NUMBER, AmountTextError, to_units
from pumploss.reasons import Reason
from sources.interpreting import text_values
from sources.reading.text_columns import letters_of

#: Row and reason of each value that is not what its column should hold; its cell is NULL.
Faults = list[tuple[int, Reason]]

MICROSECONDS = 1_000_000
#: Solana's first block (2020-03-16) and 2100: times outside are a wrong unit or a wrong field.
FIRST_SECOND = int(datetime(2020, 3, 16, tzinfo=UTC).timestamp())
LAST_SECOND = int(datetime(2100, 1, 1, tzinfo=UTC).timestamp()) - 1
TIME = pa.timestamp("us", tz="UTC")

_INTEGER = re.compile(r"-?[0-9]+", re.ASCII)
_MAX_DIGITS = 28


def integers(column: pa.StringArray) -> tuple[pa.Int64Array, Faults]:
    """Reads decimal digits with an optional minus as int64; faults: `malformed`, `overflow`."""
    values, kinds = text_values.integers(letters_of(column))
    faults = [(row, Reason.MALFORMED) for row in np.flatnonzero(kinds == text_values.MALFORMED).tolist()]
    faults += [(row, Reason.OVERFLOW) for row in np.flatnonzero(kinds == text_values.TOO_LARGE).tolist()]
    return _with_nulls(values, kinds), faults


def integer(text: str) -> int:
    """Reads one integer in decimal digits that fits 64 bits; raises AmountTextError: `malformed`, `overflow`."""
    if not _INTEGER.fullmatch(text):
        raise AmountTextError("malformed", text)
    # The length first: Python refuses to convert text of thousands of digits.
    if len(text.lstrip("-").lstrip("0")) > len(str(INT64_MAX)) or abs(int(text)) > INT64_MAX:
        raise AmountTextError("overflow", text)
    return int(text)


def units(column: pa.StringArray, decimals: int) -> tuple[pa.Int64Array, Faults]:
    """Reads decimal text as signed base units; faults: `malformed`, `precision`, `overflow`."""
    values, kinds = text_values.decimals(letters_of(column), decimals)
    faults: Faults = []
    for row in np.flatnonzero(kinds == text_values.UNSURE).tolist():
        try:
            values[row] = _units(column[row].as_py(), decimals)
            kinds[row] = text_values.VALUE
        except AmountTextError as error:
            faults.append((row, Reason[error.reason.upper()]))
    return _with_nulls(values, kinds), faults


def _units(text: str, decimals: int) -> int:
    """Reads one amount in base units; raises AmountTextError."""
    parts = NUMBER.fullmatch(text)
    if parts is None:
        raise AmountTextError("malformed", text)
    # More than a Decimal calculates with, and far more than 64 bits can hold.
    if len(parts["digits"].replace(".", "").strip("0")) > _MAX_DIGITS:
        raise AmountTextError("precision", text)
    return to_units(text, decimals)


def unix_seconds(column: pa.StringArray) -> tuple[pa.TimestampArray, Faults]:
    """Reads whole seconds since 1970 as UTC timestamps; fault: `bad_timestamp`."""
    seconds, wrong = integers(column)
    faults = [(row, Reason.BAD_TIMESTAMP) for row, _ in wrong]
    return _plausible(seconds, faults)


def iso_seconds(column: pa.StringArray) -> tuple[pa.TimestampArray, Faults]:
    """Reads text of the one form `2026-01-01T00:00:00Z` as UTC timestamps; fault: `bad_timestamp`."""
    return _written_seconds(column, is_iso=True)


def utc_seconds(column: pa.StringArray) -> tuple[pa.TimestampArray, Faults]:
    """Reads text such as `2024-07-04 15:31:10.000 UTC` or `2024-07-04T15:31:10Z`; fault: `bad_timestamp`.

    Block times are whole seconds, so a fraction is zeros.
    """
    return _written_seconds(column, is_iso=False)


def _written_seconds(column: pa.StringArray, is_iso: bool) -> tuple[pa.TimestampArray, Faults]:
    seconds, kinds = text_values.utc_seconds(letters_of(column), is_iso)
    faults = [(row, Reason.BAD_TIMESTAMP) for row in np.flatnonzero(kinds == text_values.MALFORMED).tolist()]
    return _plausible(_with_nulls(seconds, kinds), faults)


def unix_milliseconds(column: pa.StringArray) -> tuple[pa.TimestampArray, Faults]:
    """Reads whole milliseconds since 1970 as UTC timestamps, milliseconds kept; fault: `bad_timestamp`."""
    milliseconds, wrong = integers(column)
    faults: Faults = [(row, Reason.BAD_TIMESTAMP) for row, _ in wrong]
    seconds, faults = _plausible(pc.divide(milliseconds, 1000), faults)
    return pc.cast(pc.multiply(pc.if_else(seconds.is_valid(), milliseconds, None), 1000), TIME), faults


def _plausible(seconds: pa.Int64Array, faults: Faults) -> tuple[pa.TimestampArray, Faults]:
    """Makes timestamps of seconds, those that no block of the chain can have as faults."""
    fits = pc.and_(pc.greater_equal(seconds, FIRST_SECOND), pc.less_equal(seconds, LAST_SECOND))
    if pc.all(fits).as_py() is False:
        faults = faults + [(row, Reason.BAD_TIMESTAMP) for row in _where_false(fits)]
        seconds = pc.if_else(fits, seconds, None)
    return pc.cast(pc.multiply(seconds, MICROSECONDS), TIME), faults


def _where_false(mask: pa.BooleanArray) -> list[int]:
    """Lists the rows where a mask is false; NULL is not."""
    rows: list[int] = np.flatnonzero(~mask.fill_null(True).to_numpy(zero_copy_only=False)).tolist()
    return rows


def _with_nulls(values: NDArray[np.int64], kinds: NDArray[np.uint8]) -> pa.Int64Array:
    """Makes a column of values, NULL where there is none."""
    is_missing = kinds != text_values.VALUE
    return pa.array(values, mask=is_missing) if is_missing.any() else pa.array(values)

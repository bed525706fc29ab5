"""Turns columns of text into exact values, and tells the rows whose text does not fit."""

import re
from datetime import UTC, datetime

import numpy as np
import pyarrow as pa
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


def _with_nulls(values: NDArray[np.int64], kinds: NDArray[np.uint8]) -> pa.Int64Array:
    """Makes a column of values, NULL where there is none."""
    is_missing = kinds != text_values.VALUE
    return pa.array(values, mask=is_missing) if is_missing.any() else pa.array(values)

"""Turns columns of text into exact values, and tells the rows whose text does not fit."""

import re
from datetime import UTC, datetime
from decimal import ROUND_HALF_DOWN, Decimal
from typing import NamedTuple

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from pumploss.money import INT64_MAX, NUMBER, PUMP_TOKEN_DECIMALS, AmountTextError, to_units
from pumploss.reasons import Reason
from sources.interpreting import text_values
from sources.reading.text_columns import letters_of

#: Row and reason of each value that is not what its column should hold; its cell is NULL.
Faults = list[tuple[int, Reason]]
#: Which values of a column are so; None for none.
Which = NDArray[np.bool_] | None

#: With 19, a single whole token would not fit a signed 64-bit integer.
MAX_DECIMALS = 18
#: Up to here a binary float holds every whole number.
MOST_EXACT_FLOAT = 2**53


class Cast(NamedTuple):
    """A column of values, its faults, which values were rounded, and which whole ones written as floats (`2.0`)."""

    values: pa.Array
    faults: Faults
    is_rounded: Which = None
    is_float: Which = None


MICROSECONDS = 1_000_000
#: Solana's first block (2020-03-16) and 2100: times outside are a wrong unit or a wrong field.
FIRST_SECOND = int(datetime(2020, 3, 16, tzinfo=UTC).timestamp())
LAST_SECOND = int(datetime(2100, 1, 1, tzinfo=UTC).timestamp()) - 1
TIME = pa.timestamp("us", tz="UTC")

_INTEGER = re.compile(r"-?[0-9]+", re.ASCII)
_MAX_DIGITS = 28
_INTEGER_FAULTS = {
    text_values.MALFORMED: Reason.MALFORMED,
    text_values.TOO_LARGE: Reason.OVERFLOW,
    text_values.UNSURE: Reason.PRECISION,
}


def integers(column: pa.StringArray) -> Cast:
    """Reads whole numbers as int64; faults: `malformed`, `overflow`, and `precision` for floats beyond 2^53."""
    values, kinds = text_values.integers(letters_of(column))
    is_float = None
    if (odd := np.flatnonzero(kinds == text_values.MALFORMED)).size:
        of_odd, kinds_of_odd = text_values.decimals(letters_of(column.take(pa.array(odd))), 0)
        is_whole = kinds_of_odd == text_values.VALUE
        values[odd[is_whole]], kinds[odd[is_whole]] = of_odd[is_whole], text_values.VALUE
        kinds[odd[is_whole & (np.abs(of_odd) > MOST_EXACT_FLOAT)]] = text_values.UNSURE
        is_float = np.zeros(len(column), np.bool_)
        is_float[odd[is_whole]] = True
    faults = [
        (row, reason) for kind, reason in _INTEGER_FAULTS.items() for row in np.flatnonzero(kinds == kind).tolist()
    ]
    return Cast(_with_nulls(values, kinds), faults, is_float=is_float)


def integer(text: str) -> int:
    """Reads one integer in decimal digits that fits 64 bits; raises AmountTextError: `malformed`, `overflow`."""
    if not _INTEGER.fullmatch(text):
        raise AmountTextError("malformed", text)
    # The length first: Python refuses to convert text of thousands of digits.
    if len(text.lstrip("-").lstrip("0")) > len(str(INT64_MAX)) or abs(int(text)) > INT64_MAX:
        raise AmountTextError("overflow", text)
    return int(text)


def units(column: pa.StringArray, decimals: int, sure_digits: int = 0) -> Cast:
    """Reads decimal text as signed base units; faults: `malformed`, `precision`, `overflow`.

    With `sure_digits`, what is finer than a unit by no more than half a unit of so many significant digits is rounded.
    """
    values, kinds = text_values.decimals(letters_of(column), decimals, sure_digits)
    faults: Faults = []
    for row in np.flatnonzero(kinds == text_values.UNSURE).tolist():
        try:
            values[row], is_exact = _units(column[row].as_py(), decimals, sure_digits)
            kinds[row] = text_values.VALUE if is_exact else text_values.ROUNDED
        except AmountTextError as error:
            faults.append((row, Reason[error.reason.upper()]))
    is_rounded = kinds == text_values.ROUNDED
    kinds[is_rounded] = text_values.VALUE
    return Cast(_with_nulls(values, kinds), faults, is_rounded if is_rounded.any() else None)


def fitting(column: pa.StringArray, decimals: pa.Int32Array, sure_digits: int = 0) -> pa.Int32Array:
    """Decimals with which amounts fit: the given ones or, where an amount does not fit these, the nearest that it does.

    Finer amounts get as many as they have, large ones of other than the curve's coins as many as 64 bits hold. What
    fits none up to 18 keeps the given ones.
    """
    places = decimals.to_numpy(zero_copy_only=False).copy()
    for given in decimals.drop_null().unique().to_pylist():
        texts = pc.if_else(pc.equal(decimals, given), column, None)
        for row, reason in units(texts, given, sure_digits).faults:
            if reason is not Reason.MALFORMED:
                places[row] = _nearest_places(column[row].as_py(), given)
    return pa.array(places, pa.int32(), mask=decimals.is_null().to_numpy(zero_copy_only=False))


def _nearest_places(text: str, decimals: int) -> int:
    """Finds the decimals of one amount that does not fit the given ones."""
    amount = abs(Decimal(text)).normalize()
    needed = -int(amount.as_tuple().exponent)
    most = next((places for places in range(MAX_DECIMALS, -1, -1) if amount.scaleb(places) <= INT64_MAX), -1)
    places = max(decimals, needed) if decimals == PUMP_TOKEN_DECIMALS else min(max(decimals, needed), most)
    return places if max(needed, 0) <= places <= most else decimals


def _units(text: str, decimals: int, sure_digits: int) -> tuple[int, bool]:
    """Reads one amount in base units, and whether it is exact; raises AmountTextError."""
    parts = NUMBER.fullmatch(text)
    if parts is None:
        raise AmountTextError("malformed", text)
    # More than a Decimal calculates with, and far more than 64 bits can hold.
    if len(parts["digits"].replace(".", "").strip("0")) > _MAX_DIGITS:
        raise AmountTextError("precision", text)
    try:
        return to_units(text, decimals), True
    except AmountTextError as error:
        if error.reason != "precision" or not sure_digits:
            raise
    return _rounded(text, decimals, sure_digits), False


def _rounded(text: str, decimals: int, sure_digits: int) -> int:
    """Rounds an amount that is finer than a unit by no more than its noise; raises AmountTextError."""
    amount = Decimal(text)
    nearest = int(amount.scaleb(decimals).to_integral_value(ROUND_HALF_DOWN))
    noise = Decimal(5).scaleb(amount.adjusted() - sure_digits)
    if abs(amount - Decimal(nearest).scaleb(-decimals)) > noise:
        raise AmountTextError("precision", text)
    if abs(nearest) > INT64_MAX:
        raise AmountTextError("overflow", text)
    return nearest


def _with_nulls(values: NDArray[np.int64], kinds: NDArray[np.uint8]) -> pa.Int64Array:
    """Makes a column of values, NULL where there is none."""
    is_missing = kinds != text_values.VALUE
    return pa.array(values, mask=is_missing) if is_missing.any() else pa.array(values)

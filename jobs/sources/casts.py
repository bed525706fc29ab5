"""Columns of text to exact values, and the rows whose text does not fit."""

import re
from datetime import UTC, datetime

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from jobs.sources.reason import Reason
from pumploss.money import INT64_MAX, AmountTextError, to_units

#: Row and reason of each value that is not what its column should hold; its cell is NULL.
Faults = list[tuple[int, Reason]]

MICROSECONDS = 1_000_000
#: Solana's first block (2020-03-16) and 2100: times outside are a wrong unit or a wrong field.
FIRST_SECOND = int(datetime(2020, 3, 16, tzinfo=UTC).timestamp())
LAST_SECOND = int(datetime(2100, 1, 1, tzinfo=UTC).timestamp()) - 1
TIME = pa.timestamp("us", tz="UTC")

_INTEGER = re.compile(r"-?[0-9]+", re.ASCII)
_DECIMAL = re.compile(r"[+-]?(?P<digits>[0-9]+(?:\.[0-9]*)?|\.[0-9]+)(?:[eE][+-]?[0-9]{1,3})?", re.ASCII)
_MAX_DIGITS = 28
_SHORT_INTEGER = r"^-?[0-9]{1,18}$"
_ISO_SECONDS = r"^[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}Z$"
#: Date and time as warehouses write them; block times are whole seconds, so a fraction is zeros.
_UTC_SECONDS = r"^([0-9-]{10})[ T]([0-9:]{8})(?:\.0{1,9})?(?: UTC|Z)$"


def integers(column: pa.StringArray) -> tuple[pa.Int64Array, Faults]:
    """Decimal digits with an optional minus to int64; faults: `malformed`, `overflow`."""
    try:
        values = pc.cast(column, pa.int64())
        # Arrow also takes hexadecimal; text that does not come back as it was gets a closer look.
        same = pc.equal(pc.cast(values, pa.string()), column)
        if pc.all(same).as_py() is not False:
            return values, []
    except pa.ArrowInvalid:
        same = pc.match_substring_regex(column, _SHORT_INTEGER)
        values = pc.cast(pc.if_else(same, column, None), pa.int64())
    found: dict[int, int | None] = {}
    faults: Faults = []
    for row in _where_false(same):
        try:
            found[row] = integer(column[row].as_py())
        except AmountTextError as error:
            found[row] = None
            faults.append((row, Reason[error.reason.upper()]))
    return _patched(values, found), faults


def integer(text: str) -> int:
    """One integer in decimal digits that fits 64 bits; raises AmountTextError: `malformed`, `overflow`."""
    if not _INTEGER.fullmatch(text):
        raise AmountTextError("malformed", text)
    # The length first: Python refuses to convert text of thousands of digits.
    if len(text.lstrip("-").lstrip("0")) > len(str(INT64_MAX)) or abs(int(text)) > INT64_MAX:
        raise AmountTextError("overflow", text)
    return int(text)


def units(column: pa.StringArray, decimals: int) -> tuple[pa.Int64Array, Faults]:
    """Decimal text to signed base units; faults: `malformed`, `precision`, `overflow`."""
    coded = column.dictionary_encode()
    values: list[int | None] = []
    reasons: dict[int, Reason] = {}
    for code, text in enumerate(coded.dictionary.to_pylist()):
        try:
            values.append(_units(text, decimals))
        except AmountTextError as error:
            values.append(None)
            reasons[code] = Reason[error.reason.upper()]
    rows = coded.indices.to_pylist() if reasons else []
    faults = [(row, reasons[code]) for row, code in enumerate(rows) if code in reasons]
    return pa.array(values, pa.int64()).take(coded.indices), faults


def _units(text: str, decimals: int) -> int:
    """One amount in base units; raises AmountTextError."""
    found = _DECIMAL.fullmatch(text)
    if found is None:
        raise AmountTextError("malformed", text)
    # More than a Decimal calculates with, and far more than 64 bits can hold.
    if len(found["digits"].replace(".", "").strip("0")) > _MAX_DIGITS:
        raise AmountTextError("precision", text)
    return to_units(text, decimals)


def unix_seconds(column: pa.StringArray) -> tuple[pa.TimestampArray, Faults]:
    """Whole seconds since 1970 to UTC timestamps; fault: `bad_timestamp`."""
    seconds, wrong = integers(column)
    faults = [(row, Reason.BAD_TIMESTAMP) for row, _ in wrong]
    return _plausible(seconds, faults)


def iso_seconds(column: pa.StringArray) -> tuple[pa.TimestampArray, Faults]:
    """Text of the one form `2026-01-01T00:00:00Z` to UTC timestamps; fault: `bad_timestamp`."""
    well_formed = pc.match_substring_regex(column, _ISO_SECONDS)
    faults: Faults = [(row, Reason.BAD_TIMESTAMP) for row in _where_false(well_formed)]
    column = pc.if_else(well_formed, column, None) if faults else column
    try:
        times = pc.cast(column, TIME)
    except pa.ArrowInvalid:
        texts = column.to_pylist()
        parsed = [None if text is None else _time(text) for text in texts]
        faults += [
            (row, Reason.BAD_TIMESTAMP) for row, at in enumerate(parsed) if at is None and texts[row] is not None
        ]
        times = pa.array(parsed, TIME)
    return _plausible(pc.divide(pc.cast(times, pa.int64()), MICROSECONDS), faults)


def utc_seconds(column: pa.StringArray) -> tuple[pa.TimestampArray, Faults]:
    """Text such as `2024-07-04 15:31:10.000 UTC` or `2024-07-04T15:31:10Z` to timestamps; fault: `bad_timestamp`."""
    return iso_seconds(pc.replace_substring_regex(column, _UTC_SECONDS, r"\1T\2Z"))


def unix_milliseconds(column: pa.StringArray) -> tuple[pa.TimestampArray, Faults]:
    """Whole milliseconds since 1970 to UTC timestamps, milliseconds kept; fault: `bad_timestamp`."""
    milliseconds, wrong = integers(column)
    faults: Faults = [(row, Reason.BAD_TIMESTAMP) for row, _ in wrong]
    seconds, faults = _plausible(pc.divide(milliseconds, 1000), faults)
    return pc.cast(pc.multiply(pc.if_else(seconds.is_valid(), milliseconds, None), 1000), TIME), faults


def _time(text: str) -> datetime | None:
    """One time of the calendar; None for a day or an hour that does not exist."""
    try:
        return datetime.strptime(text, "%Y-%m-%dT%H:%M:%SZ").replace(tzinfo=UTC)
    except ValueError:
        return None


def _plausible(seconds: pa.Int64Array, faults: Faults) -> tuple[pa.TimestampArray, Faults]:
    """Seconds as timestamps, those that no block of the chain can have as faults."""
    fits = pc.and_(pc.greater_equal(seconds, FIRST_SECOND), pc.less_equal(seconds, LAST_SECOND))
    if pc.all(fits).as_py() is False:
        faults = faults + [(row, Reason.BAD_TIMESTAMP) for row in _where_false(fits)]
        seconds = pc.if_else(fits, seconds, None)
    return pc.cast(pc.multiply(seconds, MICROSECONDS), TIME), faults


def _where_false(mask: pa.BooleanArray) -> list[int]:
    """The rows where a mask is false; NULL is not."""
    rows: list[int] = np.flatnonzero(~mask.fill_null(True).to_numpy(zero_copy_only=False)).tolist()
    return rows


def _patched(values: pa.Int64Array, found: dict[int, int | None]) -> pa.Int64Array:
    """The values with some rows replaced."""
    if not found:
        return values
    changed = values.to_pylist()
    for row, value in found.items():
        changed[row] = value
    return pa.array(changed, pa.int64())

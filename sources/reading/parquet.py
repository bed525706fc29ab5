"""Reads rows of Parquet as fields of text. A row's number in its file, from 1, is its line number."""

import json
from collections import Counter
from collections.abc import Iterator
from typing import BinaryIO

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from pumploss.reasons import FileReason
from sources.reading.fields import Fields
from sources.reading.files import (
    FREE_INFLATION_BYTES,
    MAX_INFLATED_BYTES,
    MAX_INFLATION_RATIO,
    FileRefusedError,
    Stored,
)
from sources.reading.records import Records

ROWS_AT_ONCE = 1 << 14
#: Of nested values no part stays a reference, so fewer are read before their size is known.
NESTED_ROWS_AT_ONCE = 1 << 6
#: Rows that a file may have whatever its size; beyond them it needs a byte for each. Real trades take ten and more.
FREE_ROWS = 100_000
#: Encodings that hold every value in full.
_WRITTEN_OUT = {"PLAIN", "RLE", "BIT_PACKED"}
_BY_DICTIONARY = {"RLE_DICTIONARY", "PLAIN_DICTIONARY"}
#: What the rows of one batch may come to in a column without a look at them first.
_SURE_BYTES = 256 << 20


def records(stored: Stored, fields: Fields) -> Iterator[Records]:
    """Yields the file's rows by field; raises FileRefusedError: `empty`, `corrupt`, `drift`, `inflates`."""
    stored.sha256()
    if not stored.size:
        raise FileRefusedError(FileReason.EMPTY, "no Parquet footer; land the file again")
    try:
        file = pq.ParquetFile(stored.handle)
        # What is repeated stays a reference until its size is known: one long value can stand for gigabytes.
        file = pq.ParquetFile(stored.handle, metadata=file.metadata, read_dictionary=_repeating(file, stored.handle))
    except (pa.ArrowException, OSError) as error:
        raise FileRefusedError(FileReason.CORRUPT, f"Parquet: {error}; land the file again") from error
    _require_fits(file, stored.size)
    fields.require(file.schema_arrow.names, fields.fields)
    number, limit = 1, _Limit(stored.size)
    is_nested = any(pa.types.is_nested(field.type) for field in file.schema_arrow)
    batches = file.iter_batches(NESTED_ROWS_AT_ONCE if is_nested else ROWS_AT_ONCE, use_threads=False)
    while (batch := _next(batches)) is not None:
        batch = limit.admitted(batch)
        columns = {
            name: _any_text(batch.column(name)) if name in fields.ignored else _text(fields, name, batch.column(name))
            for name in batch.schema.names
        }
        for name in fields.all_fields:
            columns.setdefault(name, pa.nulls(batch.num_rows, pa.string()))
        yield Records(columns, np.arange(number, number + batch.num_rows, dtype=np.int64), _Raw(columns))
        number += batch.num_rows


class _Raw:
    """A row's raw form: its fields as one JSON object of texts."""

    def __init__(self, columns: dict[str, pa.StringArray]) -> None:
        self._columns = columns

    def __call__(self, row: int) -> bytes:
        values = {name: column[row].as_py() for name, column in self._columns.items()}
        return json.dumps(values, ensure_ascii=False, separators=(",", ":")).encode()


def _require_fits(file: pq.ParquetFile, stored: int) -> None:
    """Refuses a file that says of itself that it inflates too far."""
    inflated = sum(file.metadata.row_group(i).total_byte_size for i in range(file.metadata.num_row_groups))
    if inflated > MAX_INFLATED_BYTES or inflated > max(FREE_INFLATION_BYTES, MAX_INFLATION_RATIO * stored):
        raise FileRefusedError(FileReason.INFLATES, f"{stored} bytes inflate to {inflated}; land it in parts")
    rows = file.metadata.num_rows
    if rows > max(FREE_ROWS, stored):
        raise FileRefusedError(FileReason.INFLATES, f"{rows} rows in {stored} bytes; land trades, not repetitions")


def _repeating(file: pq.ParquetFile, handle: BinaryIO) -> list[str]:
    """Lists the text columns in which a few stored bytes may stand for many long values.

    Most columns have a dictionary, and its longest value is soon known: short ones are read as ever, which is quicker.
    """
    # A name that stands twice is refused once the columns are looked at.
    times = Counter(file.schema_arrow.names)
    text = {field.name for field in file.schema_arrow if _is_text(field.type) and times[field.name] == 1}
    groups = [file.metadata.row_group(number) for number in range(file.metadata.num_row_groups)]
    chunks = [group.column(number) for group in groups for number in range(file.metadata.num_columns)]
    encodings = {
        name: {e for chunk in chunks if chunk.path_in_schema == name for e in chunk.encodings} for name in text
    }
    unsure = {name for name in text if not encodings[name] <= _WRITTEN_OUT | _BY_DICTIONARY}
    listed = sorted(name for name in text - unsure if encodings[name] & _BY_DICTIONARY)
    peeked = pq.ParquetFile(handle, metadata=file.metadata, read_dictionary=listed)
    for group in range(len(groups)):
        # A group's dictionary comes whole with its first row.
        for batch in peeked.iter_batches(1, row_groups=[group], columns=listed, use_threads=False):
            unsure.update(name for name in listed if _longest(batch.column(name)) * ROWS_AT_ONCE > _SURE_BYTES)
            break
    return sorted(unsure)


def _longest(column: pa.Array) -> int:
    values = column.dictionary if pa.types.is_dictionary(column.type) else column
    return pc.max(pc.binary_length(values)).as_py() or 0


def _is_text(kind: pa.DataType) -> bool:
    return any(is_kind(kind) for is_kind in (pa.types.is_string, pa.types.is_large_string, pa.types.is_binary))


class _Limit:
    """Adds up what a file of so many stored bytes comes to, and refuses it where that is too much (`inflates`)."""

    def __init__(self, stored: int) -> None:
        self._stored = stored
        self._most = min(MAX_INFLATED_BYTES, max(FREE_INFLATION_BYTES, MAX_INFLATION_RATIO * stored))
        self._bytes = 0

    def admitted(self, batch: pa.RecordBatch) -> pa.RecordBatch:
        """Answers the batch with every value written out, once they are known to fit."""
        repeating = [
            pa.types.is_dictionary(column.type) and _is_text(column.type.value_type) for column in batch.columns
        ]
        for column, is_repeating in zip(batch.columns, repeating, strict=True):
            self._bytes += _decoded_bytes(column) if is_repeating else column.nbytes
        if self._bytes > self._most:
            detail = f"{self._stored} bytes inflate to {self._bytes} and more; land it in parts"
            raise FileRefusedError(FileReason.INFLATES, detail)
        columns = [
            column.dictionary_decode() if is_repeating else column
            for column, is_repeating in zip(batch.columns, repeating, strict=True)
        ]
        return pa.RecordBatch.from_arrays(columns, names=batch.schema.names)


def _decoded_bytes(column: pa.DictionaryArray) -> int:
    lengths = pc.take(pc.binary_length(column.dictionary), column.indices)
    return pc.sum(pc.cast(lengths, pa.int64())).as_py() or 0


def _next(batches: Iterator[pa.RecordBatch]) -> pa.RecordBatch | None:
    """Reads the next batch; None after the last."""
    try:
        return next(batches, None)
    except (pa.ArrowException, OSError) as error:
        raise FileRefusedError(FileReason.CORRUPT, f"Parquet: {error}; land the file again") from error


def _any_text(column: pa.Array) -> pa.StringArray:
    """Writes a column that nothing is read from as text for digests and raw forms, whatever its type."""
    if pa.types.is_timestamp(column.type):
        column = _in_utc(column) if column.type.tz else column
    try:
        return pc.cast(column, pa.string())
    except pa.ArrowException:
        values = column.to_pylist()
        return pa.array([None if v is None else json.dumps(v, ensure_ascii=True, default=repr) for v in values])


def _in_utc(column: pa.TimestampArray) -> pa.TimestampArray:
    """Shows the same instants in UTC: a zone says only how to show them. Without one they are in UTC already."""
    return pc.cast(column, pa.timestamp(column.type.unit, "UTC"))


def _text(fields: Fields, name: str, column: pa.Array) -> pa.StringArray:
    """Writes a column as other formats would; refuses types that are not as exact as the source says (`drift`)."""
    kind = column.type
    if pa.types.is_timestamp(kind):
        text = pc.strftime(_in_utc(column), "%Y-%m-%dT%H:%M:%SZ")
        return pc.replace_substring_regex(text, r"\.0+Z$", "Z")
    if pa.types.is_temporal(kind):
        raise FileRefusedError(FileReason.DRIFT, f"field {name!r} is {kind}, which is no instant; land a timestamp")
    if pa.types.is_dictionary(kind):
        return _text(fields, name, column.dictionary_decode())
    if pa.types.is_float64(kind) and fields.sure_digits:
        return pc.cast(pc.if_else(pc.is_nan(column), None, column), pa.string())
    exact = (
        pa.types.is_string,
        pa.types.is_large_string,
        pa.types.is_integer,
        pa.types.is_decimal,
        pa.types.is_boolean,
        pa.types.is_null,
    )
    if not any(is_kind(kind) for is_kind in exact):
        detail = f"field {name!r} is {kind}: only text, integers, booleans and timestamps are as exact as {fields.name}"
        raise FileRefusedError(FileReason.DRIFT, detail)
    return pc.cast(column, pa.string())

"""Reads rows of Parquet as fields of text. A row's number in its file, from 1, is its line number."""

import json
from collections.abc import Iterator

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


def records(stored: Stored, fields: Fields) -> Iterator[Records]:
    """Yields the file's rows by field; raises FileRefusedError: `empty`, `corrupt`, `drift`, `inflates`."""
    stored.sha256()
    if not stored.size:
        raise FileRefusedError(FileReason.EMPTY, "no Parquet footer; land the file again")
    try:
        file = pq.ParquetFile(stored.handle)
    except (pa.ArrowException, OSError) as error:
        raise FileRefusedError(FileReason.CORRUPT, f"Parquet: {error}; land the file again") from error
    _require_fits(file, stored.size)
    fields.require(file.schema_arrow.names, fields.fields)
    number = 1
    batches = file.iter_batches(ROWS_AT_ONCE, use_threads=False)
    while (batch := _next(batches)) is not None:
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

"""Turns Arrow into what `COPY` reads: exact decimals out of integers, and missing values apart from empty text.

Rows of plain numbers, times and text travel as PostgreSQL keeps them: neither side then writes or reads digits. Amounts
travel as text, since they are decimals there and integers with a place of the point here.
"""

import io
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal

import pyarrow as pa
import pyarrow.compute as pc
from pgpq import ArrowToPostgresBinaryEncoder
from pyarrow import csv

from pumploss.money import SOL_DECIMALS

_CHUNK_ROWS = 50_000

#: Types that PostgreSQL keeps in the bytes that are sent, by what it calls its columns.
_SAME = {
    "text": pa.string(),
    "bigint": pa.int64(),
    "integer": pa.int32(),
    "double precision": pa.float64(),
    "boolean": pa.bool_(),
    "timestamptz": pa.timestamp("us", "UTC"),
}


@dataclass(frozen=True)
class Slice:
    """Holds rows ready to be copied, and the exact sums of columns that the store must show for them afterwards."""

    rows: pa.Table
    sums: Mapping[str, Decimal] = field(default_factory=dict)


def amounts(units: pa.ChunkedArray, decimals: pa.ChunkedArray | int) -> pa.ChunkedArray:
    """Write integers as numbers with so many decimals, exactly: PostgreSQL reads `1500000e-6` as 1.500000."""
    exponent = pa.scalar(str(decimals)) if isinstance(decimals, int) else decimals.cast(pa.string())
    return pc.binary_join_element_wise(units.cast(pa.string()), exponent, "e-")


def lamport_amounts(lamports: pa.ChunkedArray) -> pa.ChunkedArray:
    """Write lamports as SOL."""
    return amounts(lamports, SOL_DECIMALS)


def lamport_sum(lamports: pa.ChunkedArray) -> Decimal:
    """Sum up lamports in SOL, exactly and beyond 64 bits."""
    total = pc.sum(lamports.cast(pa.decimal128(38, 0))).as_py()
    return (total or Decimal(0)).scaleb(-SOL_DECIMALS)


def binary_schema(kinds: Mapping[str, str]) -> pa.Schema | None:
    """Type columns, given by what PostgreSQL calls their types, as they travel in binary; None where one does not."""
    if not kinds or any(kind not in _SAME for kind in kinds.values()):
        return None
    return pa.schema([(name, _SAME[kind]) for name, kind in kinds.items()])


def binary_chunks(slices: Iterable[pa.Table], schema: pa.Schema) -> Iterator[bytes]:
    """Write rows of these columns, in one piece or several, for one `COPY ... (FORMAT binary)`."""
    encoder = ArrowToPostgresBinaryEncoder(schema)
    yield encoder.write_header()
    for rows in slices:
        for batch in rows.select(schema.names).cast(schema).to_batches(max_chunksize=_CHUNK_ROWS):
            yield encoder.write_batch(batch)
    yield encoder.finish()


def csv_chunks(slices: Iterable[pa.Table], names: Sequence[str]) -> Iterator[bytes]:
    """Write these columns of rows as CSV for one `COPY ... (FORMAT csv)`.

    Text is always quoted. A missing value is empty and never quoted, which is how PostgreSQL tells the two apart.
    """
    options = csv.WriteOptions(include_header=False, quoting_style="needed")
    for rows in slices:
        for batch in _without_lists(rows.select(list(names))).to_batches(max_chunksize=_CHUNK_ROWS):
            buffer = io.BytesIO()
            csv.write_csv(batch, buffer, options)
            yield buffer.getvalue()


def _without_lists(rows: pa.Table) -> pa.Table:
    """Write lists of numbers as PostgreSQL writes arrays."""
    for number, field_ in enumerate(rows.schema):
        if pa.types.is_list(field_.type):
            inner = pc.binary_join(rows.column(number).cast(pa.list_(pa.string())), ",")
            text = pc.binary_join_element_wise("{", inner, "}", "")
            rows = rows.set_column(number, field_.name, text)
    return rows

"""Turns Arrow into what `COPY` reads: exact decimals out of integers, and missing values apart from empty text."""

import io
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from decimal import Decimal

import pyarrow as pa
import pyarrow.compute as pc
from pyarrow import csv

from pumploss.money import SOL_DECIMALS

_CHUNK_ROWS = 50_000


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


def csv_chunks(rows: pa.Table) -> Iterator[bytes]:
    """Write the rows as CSV for `COPY ... (FORMAT csv)`.

    Text is always quoted. A missing value is empty and never quoted, which is how PostgreSQL tells the two apart.
    """
    options = csv.WriteOptions(include_header=False, quoting_style="needed")
    for batch in _without_lists(rows).to_batches(max_chunksize=_CHUNK_ROWS):
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

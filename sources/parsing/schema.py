"""States the one form of parsed files: trades, events of tokens, refused lines and a closing row per file."""

from dataclasses import asdict

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from pumploss.contract import Column, Table, Type
from pumploss.tables import bronze_token_events, bronze_trades, quarantine_trades
from sources.parsing.line_digests import digests
from sources.parsing.read_file import FileKey, ReadFile
from sources.reading.fields import Fields
from sources.reading.records import Records, Refused

_DERIVED_LATER = ("trade_id", "trade_date", "is_ambiguous_duplicate", "is_hop")
TRADE_COLUMNS = tuple(c.optional() for c in bronze_trades.TABLE.columns if c.name not in _DERIVED_LATER)
_TRADE_NAMES = tuple(c.name for c in TRADE_COLUMNS)
EVENT_COLUMNS = tuple(c.optional() for c in bronze_token_events.TABLE.columns if c.name not in _TRADE_NAMES)
#: What refused lines keep that trade one coin against another, which is no trade of SOL, but may be a leg of a route.
LEG_COLUMNS = (
    "event_index", "signature", "trader_address", "direction", "token_mint", "token_units", "quote_mint",
    "sol_lamports", "fee_lamports",
)  # fmt: skip
_REFUSAL_NAMES = ("reason", "detail", "raw", "raw_bytes", "raw_sha256")

TABLE = Table(
    name="parsed_lines",
    description="What the parsers hand to bronze; never stored.",
    columns=(
        Column("kind", Type.STRING, "`trade`, `event`, `refused`, or `file` for the row that closes each file"),
        *TRADE_COLUMNS,
        *EVENT_COLUMNS,
        Column(
            "line_digest",
            Type.STRING,
            "128 bits in hex over every source field of a trade's or event's line that is not volatile",
            nullable=True,
        ),
        Column(
            "occurrence",
            Type.INT,
            "Which of the equal unsigned lines of its file a row is, from 1; always 1 for a "
            "signed line, whose repetition is the same trade again",
            nullable=True,
        ),
        *(quarantine_trades.TABLE[name].optional() for name in _REFUSAL_NAMES),
        Column(
            "records",
            Type.BIGINT,
            "Records of the file as counted by the line reader; NULL if refused",
            True,
        ),
        Column("sha256", Type.STRING, "SHA-256 in hex of the file's bytes as stored", nullable=True),
        Column(
            "trailing_bytes",
            Type.BIGINT,
            "Bytes of a decoded event beyond every layout that is known; NULL where a source decodes none",
            nullable=True,
        ),
        Column("is_float", Type.BOOLEAN, "Whether a whole number of the line is written as a float, as `2.0`", True),
        Column(
            "float_count",
            Type.BIGINT,
            "Of a closing row: how many trades and events of the file have such numbers",
            nullable=True,
        ),
        Column(
            "trailing_bytes_count",
            Type.BIGINT,
            "Of a closing row: how many trades and events of the file have such bytes",
            nullable=True,
        ),
    ),
    no_key_because="it is a stream: a file that is handed in twice comes out twice",
)

#: The Arrow schema of every batch, and the same for Spark.
PARSED = TABLE.arrow_schema
PARSED_DDL = TABLE.ddl


class Occurrences:
    """Counts equal unsigned lines of one file."""

    def __init__(self) -> None:
        self._seen: dict[str, int] = {}

    def number(self, digests: pa.StringArray, is_signed: NDArray[np.bool_]) -> pa.Int32Array:
        """Answers the ordinal of each line among its equals so far; 1 for signed lines."""
        ordinals = np.ones(len(digests), np.int32)
        unsigned = np.flatnonzero(~is_signed)
        for row, digest in zip(unsigned.tolist(), digests.take(unsigned).to_pylist(), strict=True):
            ordinals[row] = self._seen[digest] = self._seen.get(digest, 0) + 1
        return pa.array(ordinals)


def line_digests(fields: Fields, records: Records, rows: NDArray[np.bool_]) -> pa.StringArray:
    """Digests a line's fields that are not volatile to 128 bits in hex: equal lines alike in every file and format.

    NULL differs from empty text.
    """
    of_all = digests((records.columns[name] for name in fields.identifying_fields), len(records))
    return of_all if rows.all() else of_all.filter(pa.array(rows))


def batch(length: int, values: dict[str, pa.Array]) -> pa.RecordBatch:
    """Makes a batch in the parsed schema; columns that are not given are NULL."""
    arrays = [values[f.name] if f.name in values else pa.nulls(length, f.type) for f in PARSED]
    return pa.RecordBatch.from_arrays(arrays, schema=PARSED)


def repeated(length: int, values: dict[str, object]) -> dict[str, pa.Array]:
    """Makes columns that hold one value in every row."""
    return {name: pa.repeat(pa.scalar(value, PARSED.field(name).type), length) for name, value in values.items()}


def of_file(key: FileKey) -> dict[str, object]:
    """Says in every row which file it is of."""
    return {"file": key.file, "dump_day": key.dump_day, "source": key.source}


def refused_batch(refused: list[Refused], key: FileKey, legs: pa.Table | None = None) -> pa.RecordBatch:
    """Makes a batch of refused lines of a file; `legs` are LEG_COLUMNS of some of them, by line."""
    names = ("line_number", *_REFUSAL_NAMES)
    values = {name: pa.array([getattr(line, name) for line in refused], PARSED.field(name).type) for name in names}
    if legs is not None:
        places = pc.index_in(values["line_number"], legs["line_number"].combine_chunks())
        values |= {name: legs[name].combine_chunks().take(places) for name in LEG_COLUMNS}
    return batch(len(refused), {**repeated(len(refused), {"kind": "refused", **of_file(key)}), **values})


def file_batch(read: ReadFile) -> pa.RecordBatch:
    """Makes the row that closes a file."""
    return batch(1, repeated(1, {"kind": "file", **asdict(read)}))

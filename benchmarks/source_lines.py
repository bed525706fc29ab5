"""Records of every source as the source itself would write them, the same for every call with the same seed.

Benchmarks read files made of them, and the fuzz tests start from them.
"""

import csv
import gzip
import io
import json
from collections.abc import Callable, Iterator
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import zstandard

from benchmarks import export_records, feed_records
from benchmarks.sample_trades import DAY, Trade, trades
from sources import source
from sources.declaration import Format

__all__ = ["DAY", "WRITERS", "contents", "csv_line", "header", "json_line", "packed", "records", "table"]

Record = dict[str, Any]
#: How a trade becomes a record, by source.
WRITERS: dict[str, Callable[[Trade], Record]] = {**feed_records.WRITERS, **export_records.WRITERS}
_GZIP_LEVEL = 1


def records(name: str, count: int, seed: int = 1) -> Iterator[Record]:
    """Records of a source by field, with the values that its JSON would hold.

    Raises LookupError for a source that nobody has described here yet.
    """
    if name not in WRITERS:
        raise LookupError(
            f"nothing writes records of {name!r}: add a function to WRITERS in benchmarks/feed_records.py"
        )
    return map(WRITERS[name], trades(count, seed))


def header(name: str) -> list[str]:
    """The columns of a source's CSV."""
    return list(source(name).all_fields)


def csv_line(name: str, record: Record) -> str:
    """A record as a line of CSV, without its end."""
    text = io.StringIO()
    csv.writer(text, lineterminator="").writerow([_csv_text(record.get(column)) for column in header(name)])
    return text.getvalue()


def json_line(record: Record) -> str:
    """A record as a line of JSON, without its end."""
    return json.dumps(record, separators=(",", ":"))


def table(name: str, found: list[Record]) -> pa.Table:
    """Records as a table for Parquet: integers and booleans as such, all else as text; every field of the source."""
    kinds = {column: {type(record.get(column)) for record in found} - {type(None)} for column in header(name)}
    columns = {}
    for column, kind in kinds.items():
        if kind <= {int} or kind <= {bool}:
            columns[column] = pa.array([record.get(column) for record in found])
        else:
            texts = (record.get(column) for record in found)
            columns[column] = pa.array([None if text is None else _csv_text(text) for text in texts], pa.string())
    return pa.table(columns)


def contents(name: str, form: Format, found: list[Record]) -> bytes:
    """Records as the bytes of an unpacked file."""
    if form is Format.PARQUET:
        sink = io.BytesIO()
        pq.write_table(table(name, found), sink, compression="zstd", row_group_size=100_000)
        return sink.getvalue()
    if form is Format.CSV:
        lines = [",".join(header(name)), *(csv_line(name, record) for record in found)]
    else:
        lines = [json_line(record) for record in found]
    return "".join(f"{line}\n" for line in lines).encode()


def packed(raw: bytes, packing: str) -> bytes:
    """The bytes as stored with the ending `gz`, `zst` or none."""
    if packing == "gz":
        return gzip.compress(raw, _GZIP_LEVEL, mtime=0)
    return zstandard.compress(raw) if packing == "zst" else raw


def _csv_text(value: object) -> str:
    if value is None:
        return ""
    return str(value).lower() if isinstance(value, bool) else str(value)

"""Which Parquet files hold a trader, and what is left of one without him."""

import json
from collections.abc import Iterable
from concurrent.futures import ThreadPoolExecutor
from functools import reduce
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from jobs.erasing.forms import Trader
from pumploss.columns import CREATOR, FILE, TRADER
from pumploss.contract import Table
from pumploss.lake.files import packing
from pumploss.whole_files import make_folder

#: Columns that hold text in which an address may stand anywhere: of a refused line, and of the ledger.
LINES = ("raw", "detail")
SAID = ("error", "inputs", "outputs")
_WATCHED = (TRADER.name, CREATOR.name, *LINES, *SAID, FILE.name)
_THREADS = 4


def holding(storage: Any, paths: Iterable[str], trader: Trader) -> list[str]:
    """Lists those of the files that hold the trader: as a trader, a creator, or in a text."""
    listed = list(paths)
    with ThreadPoolExecutor(_THREADS) as pool:
        found = list(pool.map(lambda path: _holds(storage, path, trader), listed))
    return [path for path, is_held in zip(listed, found, strict=True) if is_held]


def _holds(storage: Any, path: str, trader: Trader) -> bool:
    with storage.open(path, "rb") as stored:
        file = pq.ParquetFile(stored)
        watched = [name for name in _WATCHED if name in file.schema_arrow.names]
        for number in range(file.num_row_groups):
            names = [name for name in watched if _may_hold(file, number, name, trader)]
            if names and pc.any(_mentions(_group(file, number, names), names, trader)).as_py():
                return True
    return False


def _may_hold(file: pq.ParquetFile, group: int, name: str, trader: Trader) -> bool:
    """Whether a column of a row group may hold the trader, by the bounds that the footer has of it."""
    if name not in (TRADER.name, FILE.name):
        return True
    chunks = map(file.metadata.row_group(group).column, range(file.metadata.num_columns))
    said = next(chunk.statistics for chunk in chunks if chunk.path_in_schema == name)
    if said is None or not said.has_min_max:
        return True
    if name == FILE.name:
        return bool(said.min != said.max or trader.is_in(said.min.encode()))
    return bool(said.min <= trader.address <= said.max)


def _mentions(rows: pa.Table, names: Iterable[str], trader: Trader) -> pa.ChunkedArray:
    """Tells the rows in which one of the columns names the trader."""
    told = {name: _named if name in (TRADER.name, CREATOR.name) else _said for name in names}
    none = pa.chunked_array([pa.repeat(False, rows.num_rows)])
    return reduce(pc.or_, (tell(rows[name], trader) for name, tell in told.items()), none)


def _named(column: pa.ChunkedArray, trader: Trader) -> pa.ChunkedArray:
    return pc.fill_null(pc.equal(column.cast(pa.string()), trader.address), False)


def _said(column: pa.ChunkedArray, trader: Trader) -> pa.ChunkedArray:
    return trader.are_in(column.cast(pa.string()))


def without(rows: pa.Table, trader: Trader) -> pa.Table:
    """Leaves out the trader's rows and keeps the order; launches and the ledger's rows only lose his name."""
    dropped = [name for name in (TRADER.name, *LINES) if name in rows.column_names]
    kept = rows.filter(pc.invert(_mentions(rows, dropped, trader))) if dropped else rows
    for place, name in enumerate(kept.column_names):
        if name == CREATOR.name:
            blank = pc.if_else(_named(kept[name], trader), None, kept[name])
            kept = kept.set_column(place, kept.schema.field(name), blank)
        elif name in (*SAID, FILE.name):
            kept = kept.set_column(place, kept.schema.field(name), _said_without(kept[name], trader))
    return kept


def _said_without(column: pa.ChunkedArray, trader: Trader) -> pa.ChunkedArray:
    """Puts a word in place of the address in each text; of JSON only values change, since keys name things of ours."""
    coded = column.dictionary_encode().unify_dictionaries()
    if not coded.num_chunks:
        return column
    texts = coded.chunk(0).dictionary
    held = trader.are_in(texts).to_pylist()
    taken = [_taken(text, trader) if is_held else text for text, is_held in zip(texts.to_pylist(), held, strict=True)]
    return pa.chunked_array([pa.array(taken, pa.string()).take(chunk.indices) for chunk in coded.chunks])


def _taken(text: str, trader: Trader) -> str:
    try:
        said = json.loads(text)
    except ValueError:
        return trader.taken_from(text)
    return json.dumps(_values_taken(said, trader)) if isinstance(said, dict | list) else trader.taken_from(text)


def _values_taken(said: Any, trader: Trader) -> Any:
    if isinstance(said, dict):
        return {key: _values_taken(value, trader) for key, value in said.items()}
    if isinstance(said, list):
        return [_values_taken(value, trader) for value in said]
    return trader.taken_from(said) if isinstance(said, str) else said


def rewrite(storage: Any, table: Table, source: str, target: str, trader: Trader) -> int:
    """Writes what is left of a file of the table to another, a row group at a time; answers how many rows are left.

    Where none is left, no file is written.
    """
    with storage.open(source, "rb") as stored:
        file, rows = pq.ParquetFile(stored), 0
        groups = (without(_group(file, number), trader) for number in range(file.num_row_groups))
        if not any(_rows_left(file, number, trader) for number in range(file.num_row_groups)):
            return 0
        make_folder(target.rpartition("/")[0], storage)
        with storage.open(target, "wb") as made, _writer(table, made, _plain(file.schema_arrow)) as writer:
            for kept in groups:
                writer.write_table(kept)
                rows += kept.num_rows
    return rows


def _rows_left(file: pq.ParquetFile, group: int, trader: Trader) -> int:
    names = [name for name in (TRADER.name, *LINES) if name in file.schema_arrow.names]
    if not names:
        return int(file.metadata.row_group(group).num_rows)
    rows = _group(file, group, names)
    gone: int = pc.sum(_mentions(rows, names, trader)).as_py() or 0
    return int(rows.num_rows) - gone


def _group(file: pq.ParquetFile, number: int, names: list[str] | None = None) -> pa.Table:
    rows = file.read_row_group(number, columns=names)
    return rows.cast(_plain(rows.schema))


def _plain(schema: pa.Schema) -> pa.Schema:
    """Names plain text where the engine had views of text, which few functions take: files hold the same either way."""
    views = {place: field for place, field in enumerate(schema) if pa.types.is_string_view(field.type)}
    for place, field in views.items():
        schema = schema.set(place, field.with_type(pa.string()))
    return schema


def _writer(table: Table, made: Any, schema: pa.Schema) -> pq.ParquetWriter:
    """Writes as `pumploss.lake.files` does."""
    return pq.ParquetWriter(made, schema, store_schema=False, write_page_index=True, **packing(table))

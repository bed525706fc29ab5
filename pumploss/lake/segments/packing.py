"""Packs rows into the files of a segment and unpacks them again, slice by slice of the hashes, on the engine."""

import uuid
from collections.abc import Iterator, Sequence
from typing import Any, Final

import fsspec
import polars as pl
import pyarrow as pa
from pyspark.sql import Column, DataFrame
from pyspark.sql import functions as F

from pumploss.contract import Table
from pumploss.lake.delta import Lake
from pumploss.lake.segments.blocks import fetch, pack, unpack
from pumploss.lake.segments.dropping import dropping, load_index
from pumploss.lake.segments.manifest import Segment, State, folder
from pumploss.slots import slots

#: Rows that one file of blocks is made of at a time, about: this bounds the memory of a builder.
SLICE_ROWS: Final = 200_000
LEAST_SLICES: Final = 4

_BLOCKS_AT_ONCE: Final = 256

_HASH, _SLICE, _SPENT = "segment_hash", "segment_slice", "segment_spent"
_PACKED = (
    "slice int, file string, rows bigint, bytes bigint, hashes array<bigint>, first_key array<bigint>, "
    "offset array<bigint>, size array<bigint>, block_rows array<bigint>"
)
_ARROW_TYPES = {
    "int": pa.int32(), "string": pa.string(), "bigint": pa.int64(), "array<bigint>": pa.list_(pa.int64()),
}  # fmt: skip


def packed_files(state: State, rows: DataFrame, count: int, path: str, *, is_first: bool) -> list[tuple[Any, ...]]:
    """Write the rows to files of blocks in a folder; answers what each writer says, in the order of the hashes.

    An answer is (slice, file name, rows, bytes, and the five arrays of `Blocks`). `count` is about how many rows there
    are. A segment that `is_first` leaves spent rows out.
    """
    bits = max(LEAST_SLICES - 1, count // SLICE_ROWS).bit_length()
    spent = F.expr(state.spent) if state.spent else F.lit(False)
    # The highest bits of the hash number the slice, so slices in order are hashes in order.
    hashed = rows.withColumn(_HASH, _hash(state)).withColumns(
        {_SLICE: F.shiftright(_HASH, 64 - bits), _SPENT: F.coalesce(spent, F.lit(False))}
    )

    def write(rows: pa.Table) -> pa.Table:
        return pack_slice(rows, state, path, is_first=is_first)

    said = hashed.groupBy(_SLICE).applyInArrow(write, _PACKED).toArrow()
    return sorted((tuple(row.values()) for row in said.to_pylist()), key=lambda row: row[0])


def _hash(state: State) -> Column:
    """Hash the looked-up value.

    The embedded engine ends on the hash of a column that has one value in a whole file of two rows or more, so the
    value is cut out of a text that holds the rest of the key as well.
    """
    table = state.table
    rest = (name for name in table.key if name not in (*table.partition_by, state.looked_up))
    whole = F.concat(state.looked_up, *(F.col(name).cast("string") for name in rest))
    return F.xxhash64(F.substring(whole, F.lit(1), F.length(state.looked_up)))


def pack_slice(rows: pa.Table, state: State, path: str, *, is_first: bool) -> pa.Table:
    """Write the latest rows of one slice of the hashes to a file of blocks; answers one row that says where they lie.

    The file has a name of its own for each attempt, so an engine that tries twice does no harm.
    """
    table = state.table
    number = rows[_SLICE][0].as_py()
    frame = pl.DataFrame(pl.from_arrow(rows))
    frame = frame.filter(pl.col(table.day) == pl.col(table.day).max().over(state.key))
    if is_first:
        frame = frame.filter(~pl.col(_SPENT))
    fields = (field.split(" ") for field in _PACKED.split(", "))
    schema = pa.schema([(name, _ARROW_TYPES[kind]) for name, kind in fields])
    if frame.is_empty():
        return schema.empty_table()
    frame = frame.sort(_HASH)
    content, blocks = pack(table, frame.select(table.names).to_arrow(), frame[_HASH].to_numpy())
    file = f"{uuid.uuid4().hex}.blocks"
    storage, root = fsspec.core.url_to_fs(path)
    storage.pipe_file(f"{root}/{file}", content)
    said = [number, file, len(frame), len(content), *vars(blocks).values()]
    return pa.table([pa.array([value], kind) for value, kind in zip(said, schema.types, strict=True)], schema=schema)


def unpacked(lake: Lake, state: State, segments: Sequence[Segment]) -> DataFrame:
    """Return all rows of segments."""
    root = folder(lake, state.table)
    rows = [
        (f"{root}/{segment.name}/{file}", f"{root}/{segment.name}", number)
        for segment in segments
        for number, (file, _) in enumerate(segment.files)
    ]
    if not rows:
        return lake.spark.createDataFrame([], state.table.spark_schema)
    files = lake.spark.createDataFrame(rows, "path string, segment string, number int")
    table = state.table

    def read(batches: Iterator[pa.RecordBatch]) -> Iterator[pa.RecordBatch]:
        return unpack_files(batches, table)

    return files.repartition(slots(lake.spark), "path").mapInArrow(read, table.ddl)


def unpack_files(batches: Iterator[pa.RecordBatch], table: Table) -> Iterator[pa.RecordBatch]:
    """Yield the rows of whole files of blocks, a few thousand rows at a time."""
    for batch in batches:
        for row in batch.to_pylist():
            storage, path = fsspec.core.url_to_fs(row["path"])
            index = load_index(row["segment"])
            mine = index.file == row["number"]
            with dropping(row["segment"]):
                packed = fetch(storage, path, index.offset[mine], index.size[mine])
                for at in range(0, len(packed), _BLOCKS_AT_ONCE):
                    yield from unpack(table, packed[at : at + _BLOCKS_AT_ONCE]).combine_chunks().to_batches()

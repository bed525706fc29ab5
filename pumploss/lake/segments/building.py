"""Segments are written here: what a run of days comes to, slice by slice of the hashes, and the manifest last.

A builder that is killed leaves a folder without a manifest, which nobody reads and the next one removes.
"""

import uuid
from collections.abc import Iterator, Sequence
from datetime import date
from typing import Any, Final

import fsspec
import numpy as np
import polars as pl
import pyarrow as pa
from pyspark.sql import Column, DataFrame
from pyspark.sql import functions as F

from pumploss.contract import Table
from pumploss.errors import LockedError
from pumploss.lake.delta import Lake
from pumploss.lake.locks import table_lock
from pumploss.lake.segments.blocks import Blocks, Index, fetch, pack, unpack
from pumploss.lake.segments.manifest import (
    INDEX,
    MANIFEST,
    DayFiles,
    Segment,
    State,
    built_days,
    cover,
    folder,
    outside,
    shelf,
)
from pumploss.lake.segments.tiers import Part, plan

#: Rows that one file of blocks is made of at a time, about: this bounds the memory of a builder.
SLICE_ROWS: Final = 200_000
LEAST_SLICES: Final = 4

_BLOCKS_AT_ONCE: Final = 256

_HASH, _SLICE, _SPENT = "segment_hash", "segment_slice", "segment_spent"
_PACKED = (
    "slice int, file string, rows bigint, bytes bigint, hashes array<bigint>, first_key array<bigint>, "
    "offset array<bigint>, size array<bigint>, block_rows array<bigint>"
)


def keep(lake: Lake, state: State, before: date) -> list[Segment]:
    """Bring the table's segments up to its days before one; answers those that were built.

    A day within a segment that reaches further is left in it: who restates the past reads those days themselves.
    Another builder at work on the same table is left to it: nothing depends on segments being there.
    """
    try:
        with table_lock(lake.root, f"{state.table.name}.segments", wait_seconds=0.0):
            return _keep(lake, state, before)
    except LockedError:
        return []


def _keep(lake: Lake, state: State, before: date) -> list[Segment]:
    version = lake.version(state.table)
    built = built_days(lake, state.table, version)
    if version is None or not built:
        return []
    found = shelf(lake, state, built)
    chosen = cover(found.sound)
    beyond = [segment for segment in chosen if segment.last >= before]
    usable = [segment for segment in chosen if segment.last < before]
    parts = plan(outside([day for day in built if day < before], beyond), usable)
    if parts:
        # What a gathering replaces stays until the next one: a reader of today may have it open.
        replaced = {segment.name for segment in found.sound} - {segment.name for segment in chosen}
        for name in sorted({*found.unsound, *replaced}):
            remove(lake, state, name)
    return [
        _build(lake, state, part, [segment for segment in usable if segment.first in part.days], built, version)
        for part in parts
    ]


def remove(lake: Lake, state: State, name: str) -> None:
    """Delete a segment, its manifest first."""
    place = f"{folder(lake, state.table)}/{name}"
    if lake.storage.exists(f"{place}/{MANIFEST}"):
        lake.storage.rm_file(f"{place}/{MANIFEST}")
    lake.storage.rm(place, recursive=True)


def _build(
    lake: Lake, state: State, part: Part, sources: Sequence[Segment], built: dict[date, DayFiles], version: int
) -> Segment:
    """Gather a part's days, from segments where they have one; the manifest is written last."""
    table = state.table
    bare = outside(part.days, sources)
    frames = [_unpacked(lake, state, sources)] if sources else []
    frames += [lake.read(table, bare, version)] if bare else []
    rows = frames[0] if len(frames) == 1 else frames[0].unionByName(frames[1])
    count = sum(segment.rows for segment in sources) + sum(built[day].rows for day in bare)
    name = f"{part.days[0]}_{part.days[-1]}_{uuid.uuid4().hex[:12]}"
    place = f"{folder(lake, table)}/{name}"
    lake.storage.makedirs(place, exist_ok=True)
    is_first = part.days[0] == min(built)
    packed = _packed(state, rows, count, place, is_first=is_first)
    index = Index.of([Blocks(*(np.asarray(values, np.int64) for values in row[4:])) for row in packed]).to_bytes()
    lake.storage.pipe_file(f"{place}/{INDEX}", index)
    segment = Segment(
        name=name,
        level=part.level,
        days=tuple((day.isoformat(), built[day].digest) for day in part.days),
        is_first=is_first,
        rows=sum(row[2] for row in packed),
        files=tuple((row[1], row[3]) for row in packed),
        index_bytes=len(index),
        looked_up=state.looked_up,
        ddl=table.ddl,
    )
    lake.storage.pipe_file(f"{place}/{MANIFEST}.part", segment.to_json())
    lake.storage.mv(f"{place}/{MANIFEST}.part", f"{place}/{MANIFEST}")
    return segment


def _packed(state: State, rows: DataFrame, count: int, place: str, *, is_first: bool) -> list[tuple[Any, ...]]:
    """What the writers of all slices say, in the order of their hashes."""
    bits = max(LEAST_SLICES - 1, count // SLICE_ROWS).bit_length()
    spent = F.expr(state.spent) if state.spent else F.lit(False)
    hashed = rows.withColumn(_HASH, _hash(state)).withColumns(
        {_SLICE: F.shiftright(_HASH, 64 - bits), _SPENT: F.coalesce(spent, F.lit(False))}
    )

    def write(rows: pa.Table) -> pa.Table:
        return pack_slice(rows, state, place, is_first=is_first)

    said = hashed.groupBy(_SLICE).applyInArrow(write, _PACKED).toArrow()
    return sorted((tuple(row.values()) for row in said.to_pylist()), key=lambda row: row[0])


def _hash(state: State) -> Column:
    """The hash of the looked-up value.

    The embedded engine ends on the hash of a column that has one value in a whole file of two rows or more, so the
    value is cut out of a text that holds the rest of the key as well.
    """
    table = state.table
    rest = (name for name in table.key if name not in (*table.partition_by, state.looked_up))
    whole = F.concat(state.looked_up, *(F.col(name).cast("string") for name in rest))
    return F.xxhash64(F.substring(whole, F.lit(1), F.length(state.looked_up)))


def pack_slice(rows: pa.Table, state: State, place: str, *, is_first: bool) -> pa.Table:
    """Write the latest rows of one slice of the hashes to a file of blocks; answers one row that says where they lie.

    The file has a name of its own for each attempt, so an engine that tries twice does no harm.
    """
    table = state.table
    number = rows[_SLICE][0].as_py()
    frame = pl.DataFrame(pl.from_arrow(rows))
    frame = frame.filter(pl.col(table.day) == pl.col(table.day).max().over(state.key))
    if is_first:
        frame = frame.filter(~pl.col(_SPENT))
    schema = pa.schema([(name, _arrow(kind)) for name, kind in (item.split(" ") for item in _PACKED.split(", "))])
    if frame.is_empty():
        return schema.empty_table()
    frame = frame.sort(_HASH)
    content, blocks = pack(table, frame.select(table.names).to_arrow(), frame[_HASH].to_numpy())
    file = f"{uuid.uuid4().hex}.blocks"
    storage, root = fsspec.core.url_to_fs(place)
    storage.pipe_file(f"{root}/{file}", content)
    said = [number, file, len(frame), len(content), *vars(blocks).values()]
    return pa.table([pa.array([value], kind) for value, kind in zip(said, schema.types, strict=True)], schema=schema)


def _arrow(kind: str) -> pa.DataType:

    types = {"int": pa.int32(), "string": pa.string(), "bigint": pa.int64(), "array<bigint>": pa.list_(pa.int64())}
    return types[kind]


def _unpacked(lake: Lake, state: State, segments: Sequence[Segment]) -> DataFrame:
    """All rows of segments."""
    root = folder(lake, state.table)
    rows = [
        (f"{root}/{segment.name}/{file}", f"{root}/{segment.name}/{INDEX}", number)
        for segment in segments
        for number, (file, _) in enumerate(segment.files)
    ]
    if not rows:
        return lake.spark.createDataFrame([], state.table.spark_schema)
    files = lake.spark.createDataFrame(rows, "path string, index string, number int")
    table = state.table

    def read(batches: Iterator[pa.RecordBatch]) -> Iterator[pa.RecordBatch]:
        return unpack_files(batches, table)

    return files.repartition(2, "path").mapInArrow(read, table.ddl)


def unpack_files(batches: Iterator[pa.RecordBatch], table: Table) -> Iterator[pa.RecordBatch]:
    """The rows of whole files of blocks, a few thousand rows at a time."""
    for batch in batches:
        for row in batch.to_pylist():
            storage, path = fsspec.core.url_to_fs(row["path"])
            index = Index.from_bytes(storage.cat_file(fsspec.core.url_to_fs(row["index"])[1]))
            mine = index.file == row["number"]
            packed = fetch(storage, path, index.offset[mine], index.size[mine])
            for at in range(0, len(packed), _BLOCKS_AT_ONCE):
                yield from unpack(table, packed[at : at + _BLOCKS_AT_ONCE]).combine_chunks().to_batches()

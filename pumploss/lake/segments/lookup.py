"""Looks up the latest rows of a few keys in segments: indexes say which blocks may hold them, only those are opened."""

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from datetime import date
from typing import Any, Final

import numpy as np
import pyarrow as pa
from pyspark.sql import DataFrame

from pumploss.lake.delta import Lake
from pumploss.lake.segments.block_reads import SegmentFiles, candidates, read_chunk, reads_table
from pumploss.lake.segments.blocks import Index, Integers
from pumploss.lake.segments.dropping import load_index
from pumploss.lake.segments.manifest import DayFiles, Segment, State, cover, folder, outside, shelf

#: Bytes of blocks that one call of the engine reads, about.
CHUNK_BYTES: Final = 8_000_000
LEAST_CHUNKS: Final = 4


@dataclass
class Opened:
    """Counts what a lookup opens: of segments whole indexes and some blocks, of days that none covers everything."""

    table: str
    wanted: int
    segments: int = 0
    index_bytes: int = 0
    block_bytes: int = 0
    blocks: int = 0
    files: int = 0
    rows: int = 0
    days: int = 0
    day_bytes: int = 0
    day_rows: int = 0

    @property
    def bytes(self) -> int:
        """Add up all bytes that were read."""
        return self.index_bytes + self.block_bytes + self.day_bytes

    def as_details(self) -> dict[str, Any]:
        """Return the counts as a report has them."""
        return {**asdict(self), "bytes": self.bytes}


@dataclass(frozen=True)
class Coverage:
    """Names the segments, newest first, and the days outside them that together make up the state before a day."""

    segments: tuple[Segment, ...]
    days: tuple[date, ...]


def coverage(lake: Lake, state: State, day: date, built: dict[date, DayFiles]) -> Coverage:
    """Choose the sound segments that end before the day, and the days before it that none of them covers."""
    before = [built_day for built_day in built if built_day < day]
    usable = [segment for segment in shelf(lake, state, built).sound if segment.last < day] if before else []
    chosen = cover(usable)
    return Coverage(tuple(reversed(chosen)), tuple(outside(before, chosen)))


def look_up(
    lake: Lake, state: State, segments: Sequence[Segment], wanted: pa.Table, opened: Opened
) -> DataFrame | None:
    """Return the rows of the wanted values that segments (newest first) hold, or None where they hold none.

    `wanted` has the values, each once, as `value` and their `hash`; `opened` is told what is read. Where the looked-up
    column is the key these are the latest rows: a value is read from the newest segment that has it. Otherwise a value
    is read from all, and the latest rows of each key are among them.
    """
    files = _segment_files(lake, state, segments)
    values, hashes = wanted["value"].combine_chunks(), np.asarray(wanted["hash"].to_numpy())

    def load(age: int) -> Index:
        return load_index(files[age][0])

    def note(age: int, index: Index, block: Integers) -> None:
        _count(opened, segments[age], index, block)

    reads = candidates(hashes, np.full(len(hashes), -1), len(segments), state.is_keyed, load, note)
    if not reads.shape[1]:
        return None
    chunks = max(LEAST_CHUNKS, -(-opened.block_bytes // CHUNK_BYTES))
    # Neighbours by hash lie in the same blocks, so they belong into the same chunk.
    chunk = (np.argsort(np.argsort(hashes)) * chunks // max(len(hashes), 1))[reads[0]]
    frame = lake.spark.createDataFrame(reads_table(reads, values, hashes, chunk))

    def read(reads: pa.Table) -> pa.Table:
        return read_chunk(reads, state, files)

    return frame.groupBy("chunk").applyInArrow(read, state.table.ddl)


def _segment_files(lake: Lake, state: State, segments: Sequence[Segment]) -> tuple[SegmentFiles, ...]:
    root = folder(lake, state.table)
    return tuple((f"{root}/{segment.name}", tuple(name for name, _ in segment.files)) for segment in segments)


def _count(opened: Opened, segment: Segment, index: Index, block: Integers) -> None:
    blocks = np.unique(block)
    opened.segments += 1
    opened.index_bytes += segment.index_bytes
    opened.block_bytes += int(index.size[blocks].sum())
    opened.blocks += len(blocks)
    opened.files += len(np.unique(index.file[blocks]))
    opened.rows += int(index.rows[blocks].sum())

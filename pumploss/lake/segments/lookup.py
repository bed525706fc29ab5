"""The latest rows of a few keys from segments: indexes say which blocks may hold them, and only those are opened."""

from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass
from datetime import date
from typing import TYPE_CHECKING, Any, Final, TypeAlias

import fsspec
import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from pumploss.lake.delta import Lake
from pumploss.lake.segments.blocks import Index, Integers, fetch, unpack
from pumploss.lake.segments.manifest import INDEX, DayFiles, Segment, State, cover, folder, outside, shelf

if TYPE_CHECKING:
    from pyspark.sql import DataFrame

#: A segment's folder and the names of its files of blocks.
Place: TypeAlias = tuple[str, Sequence[str]]
Places: TypeAlias = Sequence[Place]
#: Told the number of a segment, its index and the blocks that may hold something.
Note: TypeAlias = Callable[[int, Index, Integers], None]

#: Bytes of blocks that one call of the engine reads, about.
CHUNK_BYTES: Final = 8_000_000
LEAST_CHUNKS: Final = 4


@dataclass
class Opened:
    """What a lookup opens: of segments whole indexes and some blocks, of days that no segment covers everything."""

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
        """All bytes of it."""
        return self.index_bytes + self.block_bytes + self.day_bytes

    def as_details(self) -> dict[str, Any]:
        """For a report."""
        return {**asdict(self), "bytes": self.bytes}


@dataclass(frozen=True)
class Plan:
    """Which segments and days make up the state before a day."""

    segments: tuple[Segment, ...]
    days: tuple[date, ...]


def plan(lake: Lake, state: State, day: date, built: dict[date, DayFiles]) -> Plan:
    """The sound segments that end before the day, newest first, and the days before it that none covers."""
    before = [built_day for built_day in built if built_day < day]
    usable = [segment for segment in shelf(lake, state, built).sound if segment.last < day] if before else []
    chosen = cover(usable)
    return Plan(tuple(reversed(chosen)), tuple(outside(before, chosen)))


def look_up(
    lake: Lake, state: State, segments: Sequence[Segment], wanted: pa.Table, opened: Opened
) -> "DataFrame | None":
    """Rows of the wanted values that segments (newest first) hold, or None where they hold none.

    `wanted` has the values, each once, as `value` and their `hash`; `opened` is told what is read. Where the looked-up
    column is the key these are the latest rows: a value is read from the newest segment that has it. Otherwise a value
    is read from all, and the latest rows of each key are among them.
    """
    places = _places(lake, state, segments)
    values, hashes = wanted["value"].combine_chunks(), np.asarray(wanted["hash"].to_numpy())

    def load(age: int) -> Index:
        return Index.from_bytes(lake.storage.cat_file(f"{places[age][0]}/{INDEX}"))

    def note(age: int, index: Index, block: Integers) -> None:
        _count(opened, segments[age], index, block)

    reads = candidates(hashes, np.full(len(hashes), -1), len(segments), state.is_keyed, load, note)
    if not reads.shape[1]:
        return None
    chunks = max(LEAST_CHUNKS, -(-opened.block_bytes // CHUNK_BYTES))
    # Neighbours by hash lie in the same blocks, so they belong into the same chunk.
    chunk = (np.argsort(np.argsort(hashes)) * chunks // max(len(hashes), 1))[reads[0]]
    frame = lake.spark.createDataFrame(_as_table(reads, values, hashes, chunk))

    def read(reads: pa.Table) -> pa.Table:
        return read_chunk(reads, state, places)

    return frame.groupBy("chunk").applyInArrow(read, state.table.ddl)


def _places(lake: Lake, state: State, segments: Sequence[Segment]) -> Places:
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


def candidates(
    hashes: Integers, tried: Integers, segments: int, is_keyed: bool, load: Callable[[int], Index], note: Note
) -> Integers:
    """Which blocks may hold values: columns of (number of the value, segment, file, offset, size).

    `tried` is the oldest segment that each value was looked for in, -1 for none; only older ones are looked into.
    `load` gives a segment's index, and `note` is told of each one. Where a value is the key, its newest segment is all.
    """
    left, found = np.arange(len(hashes)), [np.zeros((5, 0), np.int64)]
    for age in range(segments):
        eligible = left[tried[left] < age]
        if not len(eligible):
            continue
        index = load(age)
        which, block = index.find(hashes[eligible])
        note(age, index, block)
        place = index.file[block], index.offset[block], index.size[block]
        found.append(np.stack([eligible[which], np.full(len(which), age), *place]))
        if is_keyed:
            left = np.setdiff1d(left, eligible[which])
    return np.concatenate(found, axis=1)


def _as_table(reads: Integers, values: pa.Array, hashes: Integers, chunk: Integers) -> pa.Table:

    number, *place = reads
    columns = dict(zip(("segment", "file", "offset", "size"), place, strict=True))
    return pa.table({"value": values.take(pa.array(number)), "hash": hashes[number], "chunk": chunk, **columns})


def read_chunk(reads: pa.Table, state: State, segments: Places) -> pa.Table:
    """The rows of the values that these reads are for.

    A value that its newest segment turns out not to hold, since another one shares its bits of the hash, is looked for
    in the older ones.
    """
    found = [state.table.arrow_schema.empty_table()]
    while reads.num_rows:
        missed = [reads.slice(0, 0)]
        for age in np.unique(reads["segment"].to_numpy()).tolist():
            mine = reads.filter(pc.equal(reads["segment"], age))
            found.append(_rows(mine, state, segments[age]))
            if state.is_keyed:
                held = found[-1][state.looked_up].combine_chunks()
                missed.append(mine.filter(pc.invert(pc.is_in(mine["value"], value_set=held))))
        reads = _older_reads(pa.concat_tables(missed), segments)
    return pa.concat_tables(found)


def _rows(reads: pa.Table, state: State, segment: Place) -> pa.Table:

    place, names = segment
    file, offset, size = (np.asarray(reads[name].to_numpy()) for name in ("file", "offset", "size"))
    packed: list[bytes] = []
    for number in np.unique(file).tolist():
        storage, path = fsspec.core.url_to_fs(f"{place}/{names[number]}")
        packed += fetch(storage, path, offset[file == number], size[file == number])
    rows = unpack(state.table, packed)
    values = reads["value"].cast(rows.schema.field(state.looked_up).type).combine_chunks()
    return rows.filter(pc.is_in(rows[state.looked_up], value_set=values))


def _older_reads(missed: pa.Table, segments: Places) -> pa.Table:
    """Where else the values may be: for each its newest segment older than the one it was looked for in."""
    if not missed.num_rows:
        return missed

    def load(age: int) -> Index:
        storage, path = fsspec.core.url_to_fs(f"{segments[age][0]}/{INDEX}")
        return Index.from_bytes(storage.cat_file(path))

    hashes, tried = (np.asarray(missed[name].to_numpy()) for name in ("hash", "segment"))
    reads = candidates(hashes, tried, len(segments), True, load, lambda *_: None)
    chunk = np.asarray(missed["chunk"].to_numpy())[reads[0]]
    return _as_table(reads, missed["value"].combine_chunks(), hashes, chunk)

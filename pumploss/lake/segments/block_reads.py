"""Reads the blocks that may hold wanted values. The functions that the engine's workers run stand here.

A read says where a value may be: which segment, which of its files, and which bytes. Segments are numbered from the
newest, so a higher number is an older segment.
"""

from collections.abc import Callable, Sequence
from typing import TypeAlias

import fsspec
import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from pumploss.lake.segments.blocks import Index, Integers, fetch, unpack
from pumploss.lake.segments.dropping import dropping, load_index
from pumploss.lake.segments.manifest import State

#: A segment's folder and the names of its files of blocks.
SegmentFiles: TypeAlias = tuple[str, Sequence[str]]
#: Told the number of a segment, its index and the blocks that may hold something.
Note: TypeAlias = Callable[[int, Index, Integers], None]


def candidates(
    hashes: Integers, tried: Integers, segments: int, is_keyed: bool, load: Callable[[int], Index], note: Note
) -> Integers:
    """List the blocks that may hold values: shape (5, reads), rows are value number, segment, file, offset and size.

    `tried` is the oldest segment that each value was looked for in, -1 for none; only older ones are looked into.
    `load` gives a segment's index, and `note` is told of each one. Where a value is the key, its newest segment is all.
    """
    left, reads = np.arange(len(hashes)), [np.zeros((5, 0), np.int64)]
    for age in range(segments):
        eligible = left[tried[left] < age]
        if not len(eligible):
            continue
        index = load(age)
        which, block = index.find(hashes[eligible])
        note(age, index, block)
        extent = index.file[block], index.offset[block], index.size[block]
        reads.append(np.stack([eligible[which], np.full(len(which), age), *extent]))
        if is_keyed:
            left = np.setdiff1d(left, eligible[which])
    return np.concatenate(reads, axis=1)


def reads_table(reads: Integers, values: pa.Array, hashes: Integers, chunk: Integers) -> pa.Table:
    """Put reads into a table with the value and its hash, one row per read, for the engine to hand out by `chunk`."""
    number, *extent = reads
    columns = dict(zip(("segment", "file", "offset", "size"), extent, strict=True))
    return pa.table({"value": values.take(pa.array(number)), "hash": hashes[number], "chunk": chunk, **columns})


def read_chunk(reads: pa.Table, state: State, segments: Sequence[SegmentFiles]) -> pa.Table:
    """Return the rows of the values that these reads are for.

    The index holds only a part of each hash. So a block may turn out not to hold a value, because another value shares
    that part; the value is then looked for in older segments.
    """
    rows = [state.table.arrow_schema.empty_table()]
    while reads.num_rows:
        missed = [reads.slice(0, 0)]
        for age in np.unique(reads["segment"].to_numpy()).tolist():
            mine = reads.filter(pc.equal(reads["segment"], age))
            rows.append(_rows(mine, state, segments[age]))
            if state.is_keyed:
                held = rows[-1][state.looked_up].combine_chunks()
                missed.append(mine.filter(pc.invert(pc.is_in(mine["value"], value_set=held))))
        reads = _older_reads(pa.concat_tables(missed), segments)
    return pa.concat_tables(rows)


def _rows(reads: pa.Table, state: State, segment: SegmentFiles) -> pa.Table:
    """Fetch the blocks of these reads from one segment and keep the rows of the wanted values."""
    folder, names = segment
    file, offset, size = (np.asarray(reads[name].to_numpy()) for name in ("file", "offset", "size"))
    packed: list[bytes] = []
    with dropping(folder):
        for number in np.unique(file).tolist():
            storage, path = fsspec.core.url_to_fs(f"{folder}/{names[number]}")
            packed += fetch(storage, path, offset[file == number], size[file == number])
        rows = unpack(state.table, packed)
    values = reads["value"].cast(rows.schema.field(state.looked_up).type).combine_chunks()
    return rows.filter(pc.is_in(rows[state.looked_up], value_set=values))


def _older_reads(missed: pa.Table, segments: Sequence[SegmentFiles]) -> pa.Table:
    """Find for each missed value its newest segment that is older than the one it was looked for in."""
    if not missed.num_rows:
        return missed

    def load(age: int) -> Index:
        return load_index(segments[age][0])

    hashes, tried = (np.asarray(missed[name].to_numpy()) for name in ("hash", "segment"))
    reads = candidates(hashes, tried, len(segments), True, load, lambda *_: None)
    chunk = np.asarray(missed["chunk"].to_numpy())[reads[0]]
    return reads_table(reads, missed["value"].combine_chunks(), hashes, chunk)

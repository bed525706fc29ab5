"""Lays the rows of a segment out on disk: small blocks in the order of a hash, and an index that says where a value is.

A block is one Arrow record batch, packed and sealed by itself, with all rows of some values of the looked-up column.
The index holds 48 bits of each value's hash, so that a value that is not there opens nothing. Where two values share
these bits, a block is opened for nothing; the rows in it say what they are, so nothing else comes of it.
"""

import io
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Any, Final

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.parquet as pq
import zstandard

from pumploss.contract import Table
from pumploss.errors import DamagedError
from pumploss.lake.digests import sealed, unsealed
from pumploss.whole_files import is_local

Integers = npt.NDArray[np.int64]

#: Rows of a block, about: less wastes an index entry and a batch's header, more reads rows that nobody asked for.
BLOCK_ROWS: Final = 64
#: Bits of a hash that the index leaves out.
LEFT_OUT_BITS: Final = 16
#: Blocks of one file on S3 that lie so close are fetched by one request.
GAP_BYTES: Final = 65_536


@dataclass(frozen=True)
class Blocks:
    """Says where the blocks of a file lie: one element per block, in file order, but `hashes`: one per distinct value.

    `first_key` is the number, among the file's values, of the first one in the block.
    """

    hashes: Integers
    first_key: Integers
    offset: Integers
    size: Integers
    rows: Integers


def pack(table: Table, rows: pa.Table, hashes: Integers) -> tuple[bytes, Blocks]:
    """Pack rows, which are sorted by hash, into the content of a file; answers it and where its blocks lie."""
    # Where a value begins. The cut drops the leading True of a file without rows.
    starts = np.flatnonzero(np.append(True, hashes[1:] != hashes[:-1])[: len(hashes)])
    # A block begins with the first value that begins in a new run of BLOCK_ROWS rows: so no value is cut in two.
    _, first_key = np.unique(starts // BLOCK_ROWS, return_index=True)
    begins = np.append(starts[first_key], len(hashes)).astype(np.int64)
    # In one piece, and without the schema: a block is then one record batch that can be read by itself.
    batch = rows.select(table.names).cast(table.arrow_schema).combine_chunks().to_batches()
    packer = zstandard.ZstdCompressor(level=1)
    pieces = [
        sealed(packer.compress(batch[0].slice(begin, end - begin).serialize()))
        for begin, end in pairwise(begins.tolist())
    ]
    size = np.array([len(piece) for piece in pieces], np.int64)
    offset = np.cumsum(size) - size
    return b"".join(pieces), Blocks(hashes[starts], first_key.astype(np.int64), offset, size, np.diff(begins))


def unpack(table: Table, packed: Iterable[bytes]) -> pa.Table:
    """Unpack blocks into their rows. Raises DamagedError where one is not what was packed."""
    opener, schema = zstandard.ZstdDecompressor(), table.arrow_schema
    batches = [pa.ipc.read_record_batch(pa.py_buffer(opener.decompress(unsealed(piece))), schema) for piece in packed]
    return pa.Table.from_batches(batches, schema)


def fetch(storage: Any, path: str, offset: Integers, size: Integers) -> list[bytes]:
    """Read blocks of one file, each once and in file order, with as few requests as their distances allow.

    Raises DamagedError where the file is shorter than its index says.
    """
    offset, where = np.unique(offset, return_index=True)
    size = size[where]
    begins, ends = _spans(offset, offset + size, 0 if is_local(storage) else GAP_BYTES)
    if is_local(storage):
        spans = _read(storage, path, begins, ends)
    else:
        spans = storage.cat_ranges([path] * len(begins), begins.tolist(), ends.tolist(), on_error="raise")
    if any(len(span) != end - begin for span, begin, end in zip(spans, begins, ends, strict=True)):
        raise DamagedError("a file of blocks is shorter than its index says")
    # Each block is cut out of the last span that begins at or before it.
    span = np.searchsorted(begins, offset, "right") - 1
    cuts = zip(span.tolist(), (offset - begins[span]).tolist(), size.tolist(), strict=True)
    return [spans[n][begin : begin + length] for n, begin, length in cuts]


def _spans(begins: Integers, ends: Integers, gap: int) -> tuple[Integers, Integers]:
    """Join blocks that lie no more than `gap` bytes apart: answers where each run begins and ends."""
    # The last of a run stands before the first of the next one. The cuts keep both right where there are no blocks.
    is_first = np.append(True, begins[1:] - ends[:-1] > gap)[: len(begins)]
    is_last = np.append(is_first[1:], True)[: len(begins)]
    return begins[is_first], ends[is_last]


def _read(storage: Any, path: str, begins: Integers, ends: Integers) -> list[bytes]:
    spans = []
    with storage.open(path, "rb") as file:
        for begin, end in zip(begins.tolist(), ends.tolist(), strict=True):
            file.seek(begin)
            spans.append(file.read(end - begin))
    return spans


@dataclass(frozen=True)
class Index:
    """Says in which block each value of a segment is.

    `hashes` has 48 bits per value, ascending, and `block` the number of its block; the other arrays have an element per
    block: the number of its file, its offset and size in bytes, and its rows.
    """

    hashes: Integers
    block: Integers
    file: Integers
    offset: Integers
    size: Integers
    rows: Integers

    @classmethod
    def of(cls, files: Sequence[Blocks]) -> "Index":
        """Make the index of files whose hashes follow on one another."""
        files = files or [Blocks(*(np.zeros(0, np.int64) for _ in range(5)))]
        keys = np.cumsum([0, *(len(blocks.hashes) for blocks in files)])
        first = np.concatenate([blocks.first_key + start for blocks, start in zip(files, keys, strict=False)])
        # A 1 where a block begins: the running sum then numbers the block of every value.
        begins = np.zeros(keys[-1], np.int64)
        begins[first] = 1
        return cls(
            np.concatenate([blocks.hashes for blocks in files]) >> LEFT_OUT_BITS,
            np.cumsum(begins) - 1,
            np.repeat(np.arange(len(files)), [len(blocks.offset) for blocks in files]),
            *(np.concatenate([getattr(blocks, name) for blocks in files]) for name in ("offset", "size", "rows")),
        )

    def find(self, hashes: Integers) -> tuple[Integers, Integers]:
        """Say which of the hashes may be here, by their positions in `hashes`, and for each the block to look into."""
        short = hashes >> LEFT_OUT_BITS
        low, high = (np.searchsorted(self.hashes, short, side) for side in ("left", "right"))
        # Values that share these bits are neighbours, so each hash matches a slice of the index: none, one or more.
        counts = high - low
        asked = np.repeat(np.arange(len(hashes)), counts)
        # The slices laid end to end, without a loop: 0, 1, 2... within each of them.
        nth = np.arange(counts.sum()) - np.repeat(np.cumsum(counts) - counts, counts)
        return asked, self.block[np.repeat(low, counts) + nth]

    def to_bytes(self) -> bytes:
        """Write the index as a sealed Parquet file: about five bytes per value.

        What is said of a block stands at its first value alone and is missing at the others, which costs nearly nothing
        and says where a block begins.
        """
        is_first = np.append(True, np.diff(self.block) > 0)[: len(self.block)]
        # Any number will do where the mask hides it.
        at = np.where(is_first, self.block, 0)
        columns = {"hash": pa.array(self.hashes)}
        for name in ("file", "offset", "size", "rows"):
            columns[name] = pa.array(getattr(self, name)[at], mask=~is_first)
        encoding = dict.fromkeys(("hash", "offset", "size", "rows"), "DELTA_BINARY_PACKED")
        sink = io.BytesIO()
        pq.write_table(
            pa.table(columns), sink, compression="zstd", use_dictionary=["file"], column_encoding=encoding,
            write_statistics=False,
        )  # fmt: skip
        return sealed(sink.getvalue())

    @classmethod
    def from_bytes(cls, packed: bytes) -> "Index":
        """Read the index that `to_bytes` wrote. Raises DamagedError where it is not what was written."""
        read = pq.read_table(io.BytesIO(unsealed(packed)), use_threads=False)
        is_first = np.asarray(read["offset"].is_valid().to_numpy())
        extents = (np.asarray(read[name].drop_null().to_numpy()) for name in ("file", "offset", "size", "rows"))
        return cls(np.asarray(read["hash"].to_numpy()), np.cumsum(is_first) - 1, *extents)

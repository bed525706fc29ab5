"""Blocks of packed rows and the index that finds them."""

import fsspec
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pumploss.errors import DamagedError
from pumploss.lake.segments import blocks as segment_blocks
from pumploss.lake.segments.blocks import Index, fetch, pack, unpack
from tests.building.segments import D1, THINGS, hash_of, table_of


@given(st.lists(st.tuples(st.integers(0, 40), st.integers(1, 90)), max_size=20, unique_by=lambda item: item[0]))
@settings(max_examples=60, deadline=None)
def test_every_row_comes_back_from_the_blocks_that_the_index_names(groups):
    things = [(f"thing-{who}", n, D1) for who, count in groups for n in range(count)]
    if not things:
        return
    things.sort(key=lambda row: hash_of(row[0]))
    rows, hashes = table_of(things), np.array([hash_of(row[0]) for row in things])
    content, blocks = pack(THINGS, rows, hashes)
    index = Index.from_bytes(Index.of([blocks]).to_bytes())
    assert sum(blocks.size) == len(content)
    storage = fsspec.filesystem("memory")
    storage.pipe_file("/blocks", content)
    whole = unpack(THINGS, fetch(storage, "/blocks", index.offset, index.size))
    assert whole.equals(rows)
    for who, count in groups:
        asked, block = index.find(np.array([hash_of(f"thing-{who}")]))
        assert set(asked.tolist()) == {0}
        opened = unpack(THINGS, fetch(storage, "/blocks", index.offset[block], index.size[block]))
        assert sum(name == f"thing-{who}" for name in opened["thing"].to_pylist()) == count
        assert index.rows[block].sum() == opened.num_rows
    asked, block = index.find(np.array([hash_of(f"never-{n}") for n in range(50)]))
    assert not len(asked)
    assert not len(block)


def test_a_value_lies_in_one_block_and_blocks_are_small():
    things = sorted(
        [(f"thing-{who}", n, D1) for who in range(300) for n in range(1 if who else 500)], key=lambda r: hash_of(r[0])
    )
    _, blocks = pack(THINGS, table_of(things), np.array([hash_of(row[0]) for row in things]))
    assert max(blocks.rows) >= 500
    assert sorted(blocks.rows)[-2] <= 2 * segment_blocks.BLOCK_ROWS


def test_an_index_costs_a_few_bytes_per_value():
    hashes = np.sort(np.random.default_rng(1).integers(-(2**63), 2**63, 100_000))
    places = np.arange(0, 100_000, 50)
    blocks = segment_blocks.Blocks(hashes, places, places * 100, np.full(2000, 5000), np.full(2000, 50))
    assert len(Index.of([blocks]).to_bytes()) < 600_000


def test_an_empty_segment_has_an_index_that_finds_nothing():
    index = Index.from_bytes(Index.of([]).to_bytes())
    assert not len(index.find(np.array([1, 2]))[0])


def test_a_file_that_was_cut_is_refused():
    content, blocks = pack(THINGS, table_of([("a", 1, D1)]), np.array([1]))
    storage = fsspec.filesystem("memory")
    storage.pipe_file("/cut", content[:-1])
    with pytest.raises(DamagedError, match=r"shorter than its index says"):
        fetch(storage, "/cut", blocks.offset, blocks.size)

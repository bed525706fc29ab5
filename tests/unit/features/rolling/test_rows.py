"""Columns of text are put in order whatever they hold, and lists however many pieces they come in."""

import numpy as np
import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from features.rolling.rows import by_known_trader, by_trader, ranks

#: 100 pieces of 22 MB that lie in memory once: more than the 2 GiB that one piece of text can hold.
PIECES, LENGTH = 100, 1_000_000
NAMES = [f"{number:02d}" for number in reversed(range(22))]


@pytest.fixture(scope="module")
def large():
    return pa.chunked_array([pa.array([name * (LENGTH // 2) for name in NAMES])] * PIECES)


def test_texts_beyond_what_one_piece_holds_are_ranked(large):
    assert ranks(large).tolist() == list(reversed(range(22))) * PIECES


def test_rows_of_texts_beyond_what_one_piece_holds_are_taken(large):
    days = pa.array(np.arange(len(large)), pa.int32()).cast(pa.date32())
    rows = by_trader(pa.table({"trader_address": large, "day": days}), large.chunk(0))
    found = rows.rows(np.array([0, PIECES, len(large) - 1]), ("day", "trader_address"))
    assert found.schema == pa.schema({"day": pa.date32(), "trader_address": pa.string()})
    assert [text[:2] for text in found["trader_address"].to_pylist()] == ["21", "20", "00"]
    assert found["day"].cast(pa.int32()).to_pylist() == [0, 1, len(large) - 1]


def test_texts_in_pieces_are_ranked_and_taken_as_in_one():
    texts = ["b", "a", "c", "a", "", "b"]
    pieces = pa.chunked_array([pa.array(texts[:2]), pa.array([], pa.string()), pa.array(texts[2:])])
    assert ranks(pieces).tolist() == [2, 1, 3, 1, 0, 2]
    assert ranks(pa.chunked_array([], pa.string())).tolist() == []
    table = pa.table({"trader_address": pieces, "day": pa.array(range(6), pa.int32()).cast(pa.date32())})
    rows = by_trader(table, pa.array(["c", "b", "a", ""]))
    assert rows.array("trader_address").to_pylist() == ["c", "b", "b", "a", "a", ""]


#: Rows of a trader, of whom "x" is not asked for, and a list, in pieces; they get days in order.
PIECES_OF_LISTS = st.lists(
    st.lists(st.tuples(st.sampled_from("abx"), st.lists(st.integers(-(2**63), 2**63 - 1), max_size=9)), max_size=6),
    max_size=5,
)


@settings(deadline=None)
@given(PIECES_OF_LISTS)
def test_items_are_those_of_the_rows_in_order(pieces):
    kind = pa.list_(pa.int64())
    # What is cut out of a longer column begins inside of its items.
    lists = [pa.array([[1, 2], *(own for _, own in piece), [3]], kind).slice(1, len(piece)) for piece in pieces]
    rows = [row for piece in pieces for row in piece]
    table = pa.table({
        "trader_address": pa.array([trader for trader, _ in rows], pa.string()),
        "day": pa.array(range(len(rows)), pa.int32()).cast(pa.date32()),
        "own": pa.chunked_array(lists, kind),
    })  # fmt: skip
    found = by_known_trader(table, pa.array(["b", "a"]))
    wanted = [own for trader in "ba" for whose, own in rows if whose == trader]
    together = [item for own in wanted for item in own]
    assert found.items("own").tolist() == together
    assert found.items("own", found.room_for(("own", "own"))).tolist() == together
    assert np.diff(found.begins("own")).tolist() == [len(own) for own in wanted]

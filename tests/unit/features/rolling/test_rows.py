"""Columns of text are put in order whatever they hold."""

import numpy as np
import pyarrow as pa
import pytest

from features.rolling.rows import by_trader, ranks

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

"""Which lines are the same trade."""

from datetime import UTC, date, datetime

import pytest

from jobs.deduplication.within_source import identified
from pumploss.lake import Lake

D1, D2, D3 = (date(2026, 1, day) for day in (5, 6, 7))
NOON = datetime(2026, 1, 5, 12, tzinfo=UTC)


@pytest.fixture
def staged(tmp_path, spark):
    lake = Lake(str(tmp_path / "lake"), spark)
    yield lake.stage
    lake.unstage()


@pytest.fixture
def split(trades, rows_of, staged):
    """`(line numbers that are trades, line numbers that are copies, trade ids)` of parsed trades."""

    def split(*rows):
        kept, copies = identified(trades(*rows), staged)
        found = rows_of(kept, "file", "line_number")
        copied = [row["line_number"] for row in rows_of(copies, "file", "line_number")] if copies else []
        return [row["line_number"] for row in found], copied, [row["trade_id"] for row in found]

    return split


def test_equal_events_at_different_places_of_the_chain_are_different_trades(split):
    kept, copies, ids = split({"event_index": 2}, {"event_index": 1}, {"event_index": 4})
    assert (kept, copies) == ([1, 2, 3], [])
    assert len(set(ids)) == 3
    alone = split({"event_index": 9})
    assert alone[2] == [ids[1]], "the first in native order bears the identity that it has where it is alone"


def test_equal_events_at_one_place_are_one_trade_whatever_else_differs(split):
    kept, copies, ids = split(
        {"event_index": 1, "fee_lamports": 3}, {"event_index": 1, "fee_lamports": 4}, {"event_index": 2}
    )
    assert (kept, copies) == ([1, 3], [2])
    assert len(set(ids)) == 2


def test_equal_events_of_a_source_without_places_are_one_trade_the_earliest(split):
    later = NOON.replace(second=1)
    kept, copies, _ = split({"traded_at": later}, {"traded_at": NOON}, {"traded_at": later, "file": "b"})
    assert (kept, copies) == ([2], [1, 3])


def test_a_line_that_states_no_place_is_no_trade_of_its_own(split):
    kept, copies, ids = split({"event_index": 3}, {}, {"event_index": 4})
    assert (len(kept), len(copies), len(set(ids))) == (2, 1, 2)


@pytest.mark.parametrize(
    "other",
    [{"signature": "z"}, {"trader_address": "z"}, {"token_mint": "z"}, {"direction": "sell"}, {"token_units": 6},
     {"sol_lamports": 8}],
)  # fmt: skip
def test_events_that_differ_are_different_trades(split, other):
    kept, copies, ids = split({}, other)
    assert (kept, copies) == ([1, 2], [])
    assert len(set(ids)) == 2


def test_days_and_sources_are_told_apart_but_share_the_identity(split):
    kept, copies, ids = split({}, {"dump_day": D2}, {"source": "dune_trades"})
    assert (kept, copies) == ([1, 2, 3], [])
    assert len(set(ids)) == 1


def test_unsigned_lines_count_as_often_as_in_the_file_that_has_most_of_them(trades, rows_of, staged):
    line = {"signature": None, "line_digest": "same"}
    kept, copies = identified(
        trades(
            {**line, "occurrence": 1},
            {**line, "occurrence": 2},
            {**line, "occurrence": 1, "file": "b"},
            {"signature": None, "line_digest": "other"},
        ),
        staged,
    )
    found = rows_of(kept, "line_number")
    assert [(row["line_number"], row["is_ambiguous_duplicate"]) for row in found] == [(1, True), (2, True), (4, False)]
    assert len({row["trade_id"] for row in found}) == 3
    assert [row["line_number"] for row in rows_of(copies)] == [3]


def test_copies_change_nothing_of_the_trades_beside_them(trades, rows_of, staged):
    lone = [{"signature": f"s{n}"} for n in range(20)] + [{"signature": None, "line_digest": f"d{n}"} for n in range(9)]
    alone, none = identified(trades(*lone), staged)
    beside, copies = identified(trades(*lone, {"signature": "twice"}, {"signature": "twice", "file": "b"}), staged)
    assert none is None
    assert rows_of(beside, "line_number")[: len(lone)] == rows_of(alone, "line_number")
    assert [row["line_number"] for row in rows_of(copies)] == [len(lone) + 2]

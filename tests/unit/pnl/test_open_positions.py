"""What a trader holds as of T, what it would fetch, and how old that price is."""

from datetime import UTC, date, datetime, timedelta

import pytest

from pnl import valued
from pnl.open_positions import STALE_AFTER_SECONDS
from pumploss.tables import gold_token_day, silver_open_lots

T = date(2026, 1, 20)
MIDNIGHT = datetime(2026, 1, 20, tzinfo=UTC)
MARK = {
    "token_mint": "m",
    "mark_method": "reserves",
    "venue_close": "pumpswap",
    "reserve_sol_close_lamports": 1000,
    "reserve_token_close_units": 3000,
    "last_traded_at": MIDNIGHT - timedelta(hours=1),
}


def lot(units, cost, mint="m"):
    return {"trader_address": "t", "token_mint": mint, "open_units": units, "open_cost_lamports": cost, "lot_id": "x"}


@pytest.fixture
def held(arrow):
    def held(lots, marks):
        found = valued(arrow(silver_open_lots.TABLE, *lots), arrow(gold_token_day.TABLE, *marks), T)
        return sorted(found.to_pylist(), key=lambda row: row["token_mint"])

    return held


def test_lots_of_a_position_are_valued_together(held):
    (row,) = held([lot(400, 100), lot(600, 300)], [MARK])
    assert (row["open_units"], row["open_cost_lamports"], row["exit_value_lamports"]) == (1000, 400, 250)
    assert (row["unrealised_pnl_lamports"], row["mark_method"]) == (-150, "reserves")
    assert (row["mark_age_seconds"], row["is_mark_stale"]) == (3600, False)


@pytest.mark.parametrize(("age", "is_stale"), [(STALE_AFTER_SECONDS, False), (STALE_AFTER_SECONDS + 1, True)])
def test_a_mark_of_more_than_seven_days_is_stale(held, age, is_stale):
    (row,) = held([lot(1, 1)], [{**MARK, "last_traded_at": MIDNIGHT - timedelta(seconds=age)}])
    assert (row["mark_age_seconds"], row["is_mark_stale"]) == (age, is_stale)


def test_what_was_never_marked_is_worth_nothing_and_stale(held):
    (row,) = held([lot(10, 7)], [])
    assert (row["exit_value_lamports"], row["unrealised_pnl_lamports"]) == (0, -7)
    assert (row["mark_age_seconds"], row["is_mark_stale"]) == (None, True)


def test_the_age_of_a_mark_counts_whole_seconds(held):
    (row,) = held([lot(1, 1)], [{**MARK, "last_traded_at": MIDNIGHT - timedelta(milliseconds=1500)}])
    assert row["mark_age_seconds"] == 2


def test_an_empty_position_is_none(held):
    assert held([lot(0, 0)], [MARK]) == []
    assert [row["open_cost_lamports"] for row in held([lot(0, 9)], [MARK])] == [9]
    assert held([], []) == []

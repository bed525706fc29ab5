"""Daily facts of the whole market."""

from datetime import UTC, date, datetime

import pytest

from jobs import gold_market_day
from pumploss.tables import gold_token_day, gold_trader_day
from pumploss.tables.gold_market_day import TABLE

D1, D2 = date(2026, 1, 5), date(2026, 1, 6)
LATE = datetime(2026, 1, 9, tzinfo=UTC)


@pytest.fixture
def market_days(frame, rows_of):
    def market_days(mints, traders):
        found = gold_market_day.transform(
            frame(gold_token_day.TABLE, *({"day": D1, **row} for row in mints)),
            frame(gold_trader_day.TABLE, *({"day": D1, **row} for row in traders)),
        )
        assert set(TABLE.names) <= set(found.columns)
        return rows_of(found, "day")

    return market_days


def one(rows, *names):
    (row,) = rows
    return tuple(row[name] for name in names)


def test_mints_and_traders_add_up(market_days):
    found = market_days(
        [
            {
                "trade_count": 5,
                "buy_count": 3,
                "sell_count": 2,
                "volume_lamports": 100,
                "fees_lamports": 1,
                "is_new_mint": True,
            },
            {"trade_count": 2, "sell_count": 2, "realised_pnl_lamports": -9, "matched_sell_count": 4, "loss_count": 3},
        ],
        [{"trade_count": 7, "realised_loss_lamports": -8}, {"trade_count": 0, "realised_loss_lamports": -2}],
    )
    assert one(found, "trade_count", "buy_count", "sell_count", "mint_count", "new_mint_count") == (7, 3, 4, 2, 1)
    assert one(found, "trader_count", "trades_by_traders") == (1, 7)
    assert one(found, "volume_lamports", "fees_lamports", "realised_pnl_lamports", "realised_loss_lamports") == (
        100,
        1,
        -9,
        -10,
    )
    assert one(found, "matched_sell_count", "loss_count", "losing_sell_share") == (4, 3, 0.75)


def test_a_day_of_nothing_but_hops_has_no_traders(market_days):
    found = market_days([{"trade_count": 1, "hop_count": 1, "buy_count": 1, "volume_lamports": 7}], [])
    assert one(found, "trade_count", "hop_count", *gold_market_day.TRADER_SUMS) == (1, 1, 0, 0, 0)


def test_volume_of_complete_tapes_is_what_the_exact_sums_cover(market_days):
    whole, torn = {"volume_lamports": 70, "is_tape_complete": True}, {"volume_lamports": 30, "tape_gap_count": 2}
    found = market_days([whole, torn, {**torn, "tape_break_count": 1}], [{}])
    names = ("volume_lamports", "complete_tape_volume_lamports", "tape_gap_count", "tape_break_count")
    assert one(found, *names) == (130, 70, 4, 1)
    assert one(market_days([torn], [{}]), "complete_tape_volume_lamports") == (0,)


def test_a_day_without_matched_sells_has_no_share(market_days):
    assert one(market_days([{"trade_count": 1}], [{"trade_count": 1}]), "losing_sell_share") == (None,)


def test_days_are_apart(market_days):
    found = market_days(
        [{"trade_count": 1}, {"trade_count": 2, "day": D2}], [{"trade_count": 1}, {"trade_count": 3, "day": D2}]
    )
    assert [(row["day"], row["trade_count"], row["trades_by_traders"]) for row in found] == [(D1, 1, 1), (D2, 2, 3)]


@pytest.mark.parametrize("late", ["mint", "trader"])
def test_a_day_is_known_when_all_of_it_is(market_days, late):
    known = {"mint": {}, "trader": {}, late: {"known_at": LATE}}
    assert one(market_days([known["mint"]], [known["trader"]]), "known_at") == (LATE,)

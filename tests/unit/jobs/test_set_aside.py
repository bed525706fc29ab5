"""Mints that a break has set aside: what wallets that hold them are worth."""

from datetime import UTC, date, datetime, timedelta

from pumploss.days import shift
from tests.building.trader_days import lot

D1 = date(2026, 1, 5)
D2, D3 = shift(D1, 1), shift(D1, 2)
NOON = datetime(2026, 1, 5, 12, tzinfo=UTC)
BUY = {"direction": "buy", "sol_lamports": 100, "fee_lamports": 1, "buy_cost_lamports": 101}
LOSS = {"direction": "sell", "sol_lamports": 60, "fee_lamports": 2, "proceeds_lamports": 58, "sold_cost_lamports": 101,
        "pnl_lamports": -43, "matched_units": 5, "hold_seconds": 9.0}  # fmt: skip


def one(rows, *names):
    (row,) = rows
    return tuple(row[name] for name in names)


def several(rows, *names):
    return [tuple(row[name] for name in names) for row in rows]


def test_a_mint_that_is_set_aside_is_in_no_sum_of_equity(trader_days):
    """Its change of equity ends with the last sound close: neither its cash nor its fall to nothing is a loss."""
    aside = {"mark_method": "set_aside", "mark_price": None}
    pnl = [BUY, {**BUY, "traded_at": NOON + timedelta(days=1)}, {**LOSS, "traded_at": NOON + timedelta(days=2)}]
    found = trader_days(
        (D1, D2, D3),
        pnl=pnl,
        lots=[lot(100, 101, D1), lot(200, 202, D2), lot(100, 101, D3)],
        marks=[{"day": D1, "mark_price": 0.9}, {"day": D2, **aside}, {"day": D3, **aside}],
    )
    assert several(found, "equity_change_lamports", "equity_close_lamports") == [(90 - 101, 90), (0, 0), (0, 0)]
    assert several(found, "open_cost_close_lamports", "open_position_count_close") == [(101, 1), (0, 0), (0, 0)]
    assert several(found, "underwater_count_close", "bag_count_close") == [(1, 0), (0, 0), (0, 0)]
    # What the wallet paid and realised stays what it was.
    assert several(found, "buy_cost_lamports", "realised_pnl_lamports") == [(101, 0), (101, 0), (0, -43)]


def test_another_mint_of_the_same_wallet_stays_in(trader_days):
    marks = [{"day": D1, "mark_method": "set_aside"}, {"day": D1, "mark_price": 0.5, "token_mint": "n"}]
    lots = [lot(100, 101, D1), lot(100, 101, D1, token_mint="n")]
    found = trader_days((D1,), pnl=[BUY, {**BUY, "token_mint": "n"}], lots=lots, marks=marks)
    assert one(found, "equity_change_lamports", "equity_close_lamports") == (50 - 101, 50)
    assert one(found, "open_cost_close_lamports", "open_position_count_close") == (101, 1)

"""Flows of a trader's day, what open positions are worth, and levels carried to the close."""

import math
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal

import pytest

from pumploss.days import midnight, shift, span
from pumploss.tables.gold_trader_day import FLOWS
from tests.building.trader_days import lot

D1 = date(2026, 1, 5)
D2, D3 = shift(D1, 1), shift(D1, 2)
NOON = datetime(2026, 1, 5, 12, tzinfo=UTC)


def one(rows, *names):
    (row,) = rows
    return tuple(row[name] for name in names)


def several(rows, *names):
    return [tuple(row[name] for name in names) for row in rows]


BUY = {"direction": "buy", "sol_lamports": 100, "fee_lamports": 1, "buy_cost_lamports": 101}
LOSS = {"direction": "sell", "sol_lamports": 60, "fee_lamports": 2, "proceeds_lamports": 58, "sold_cost_lamports": 101,
        "pnl_lamports": -43, "matched_units": 5, "hold_seconds": 9.0}  # fmt: skip
WIN = {"direction": "sell", "sol_lamports": 90, "proceeds_lamports": 30, "sold_cost_lamports": 20, "pnl_lamports": 10,
       "matched_units": 1, "unmatched_units": 2, "hold_seconds": 0.0}  # fmt: skip
BLIND = {"direction": "sell", "sol_lamports": 7, "unmatched_units": 4}


def test_a_days_flows_add_up(trader_days):
    found = trader_days(
        (D1,),
        [BUY, {**BUY, "sol_lamports": 200, "buy_cost_lamports": 203}, LOSS, WIN, BLIND],
        [
            {"trade_date": D1, "first_seen_day": D1},
            {"trade_date": D1, "first_seen_day": shift(D1, -3), "token_mint": "n"},
        ],
    )
    assert one(found, "trade_count", "buy_count", "sell_count", "matched_sell_count") == (5, 2, 3, 2)
    assert one(found, "win_count", "loss_count", "unmatched_sell_count", "new_mint_count") == (1, 1, 2, 1)
    assert one(found, "volume_lamports", "fees_lamports", "buy_cost_lamports") == (457, 4, 304)
    assert one(found, "volume_squared", "buy_cost_squared") == (
        Decimal(100**2 + 200**2 + 60**2 + 90**2 + 7**2),
        Decimal(101**2 + 203**2),
    )
    assert one(found, "sell_net_lamports", "proceeds_lamports", "sold_cost_lamports") == (58 + 90 + 7, 88, 121)
    assert one(found, "realised_pnl_lamports", "realised_loss_lamports") == (-33, -43)
    assert one(found, "log_hold_sum") == (pytest.approx(math.log(10), abs=1e-6),)
    assert one(found, "equity_change_lamports") == (88 - 304,)
    assert one(found, "first_traded_at_close", "last_traded_at_close") == (NOON, NOON)


def test_trades_are_counted_by_the_hour_of_utc(trader_days):
    at = [NOON.replace(hour=hour, minute=59) for hour in (0, 12, 12, 23)]
    (row,) = trader_days((D1,), [{**BUY, "traded_at": moment} for moment in at])
    expected = [0] * 24
    expected[0], expected[12], expected[23] = 1, 2, 1
    assert row["trades_by_hour"] == row["trades_by_hour_close"] == expected


def test_squares_pass_64_bits(trader_days):
    found = trader_days((D1,), [{**BUY, "sol_lamports": 5 * 10**18, "buy_cost_lamports": 5 * 10**18}])
    assert one(found, "volume_squared", "volume_squared_close") == (Decimal(25 * 10**36),) * 2


def test_equity_changes_by_cash_and_by_the_exit_value(trader_days):
    found = trader_days(
        (D1, D2, D3),
        pnl=[BUY],
        lots=[lot(100, 101, D1)],
        marks=[{"day": D1, "mark_price": 0.9}, {"day": D2, "mark_price": 0.1}, {"day": D3, "mark_price": 2.0}],
    )
    assert several(found, "day", "trade_count", "equity_change_lamports", "equity_close_lamports") == [
        (D1, 1, 90 - 101, 90),
        (D2, 0, -80, 10),
        (D3, 0, 190, 200),
    ]
    assert several(found, "open_cost_close_lamports", "open_position_count_close") == [(101, 1)] * 3
    assert several(found, "underwater_count_close", "bag_count_close") == [(1, 0), (1, 1), (0, 0)]
    assert [row["underwater_cost_close_lamports"] for row in found] == [101, 101, 0]
    assert several(found, "trade_count_close", "active_day_count_close", "volume_close_lamports") == [(1, 1, 100)] * 3
    assert {row["equity_last_price_close_lamports"] for row in found} == {90, 10, 200}


def test_a_day_without_a_trade_of_the_mint_has_no_row(trader_days):
    found = trader_days((D1, D2, D3), pnl=[BUY], lots=[lot(100, 101, D1)], marks=[{"day": D1}, {"day": D3}])
    assert several(found, "day") == [(D1,), (D3,)]


def test_only_last_price_marks_count_as_such(trader_days):
    pool = {"mark_method": "reserves", "reserve_sol_close_lamports": 1000, "reserve_token_close_units": 900}
    found = trader_days((D1,), pnl=[BUY], lots=[lot(100, 101, D1)], marks=[{"day": D1, **pool}])
    assert one(found, "equity_close_lamports", "equity_last_price_close_lamports") == (100, 0)


def test_a_sold_position_leaves_nothing_behind(trader_days):
    found = trader_days(
        (D1, D2, D3),
        pnl=[BUY, {**LOSS, "traded_at": NOON + timedelta(days=1)}],
        lots=[lot(100, 101, D1), lot(0, 0, D2)],
        marks=[{"day": D1, "mark_price": 0.9}, {"day": D2, "mark_price": 0.5}, {"day": D3, "mark_price": 9.0}],
    )
    assert several(found, "day", "equity_change_lamports", "equity_close_lamports", "open_cost_close_lamports") == [
        (D1, -11, 90, 101),
        (D2, 58 - 90, 0, 0),
    ]
    assert several(found, "open_position_count_close", "underwater_count_close", "bag_count_close")[1] == (0, 0, 0)
    assert sum(row["equity_change_lamports"] for row in found) == LOSS["pnl_lamports"]


def test_lots_of_a_position_are_worth_what_they_fetch_together(trader_days):
    pool = {"mark_method": "reserves", "reserve_sol_close_lamports": 1000, "reserve_token_close_units": 100}
    lots = [lot(50, 10, D1), lot(50, 20, D1, lot_index=1)]
    found = trader_days((D1,), pnl=[BUY], lots=lots, marks=[{"day": D1, **pool}])
    assert one(found, "equity_close_lamports", "open_cost_close_lamports", "open_position_count_close") == (500, 30, 1)


EARLIER = {
    "trader_address": "t",
    "day": shift(D1, -4),
    "equity_close_lamports": 70,
    "equity_last_price_close_lamports": 70,
    "open_cost_close_lamports": 50,
    "open_position_count_close": 1,
    "trade_count_close": 10,
    "volume_close_lamports": 1000,
    "volume_squared_close": Decimal(10**30),
    "realised_loss_close_lamports": -5,
    "realised_pnl_close_lamports": 8,
    "loss_count_close": 2,
    "matched_sell_count_close": 4,
    "active_day_count_close": 3,
    "mint_count_close": 2,
    "trades_by_hour_close": list(range(24)),
    "trades_by_hour": [0] * 24,
    "first_traded_at_close": NOON - timedelta(days=30),
    "last_traded_at_close": NOON - timedelta(days=4),
}


def test_levels_go_on_from_the_latest_earlier_row(trader_days):
    found = trader_days((D1,), pnl=[LOSS], mint_days=[{"trade_date": D1, "first_seen_day": D1}], before=[EARLIER])
    assert one(found, "trade_count_close", "volume_close_lamports", "volume_squared_close") == (11, 1060, 10**30 + 3600)
    assert one(found, "realised_loss_close_lamports", "realised_pnl_close_lamports") == (-48, -35)
    assert one(found, "loss_count_close", "matched_sell_count_close", "mint_count_close") == (3, 5, 3)
    assert one(found, "active_day_count_close") == (4,)
    assert one(found, "trades_by_hour_close") == ([n + (n == 12) for n in range(24)],)
    assert one(found, "first_traded_at_close", "last_traded_at_close") == (NOON - timedelta(days=30), NOON)
    assert one(found, "equity_close_lamports", "open_cost_close_lamports") == (70, 50)


def test_a_held_mint_that_moves_changes_the_level_from_its_earlier_mark(trader_days):
    found = trader_days(
        (D1,),
        lots=[lot(100, 50, shift(D1, -9))],
        marks=[{"day": D1, "mark_price": 0.2}],
        marks_before=[{"day": shift(D1, -2), "mark_price": 0.7}],
        before=[EARLIER],
    )
    assert one(found, "equity_change_lamports", "equity_close_lamports", "trade_count") == (20 - 70, 20, 0)
    assert one(found, "open_cost_close_lamports", "open_position_count_close", "active_day_count_close") == (50, 1, 3)
    assert one(found, "trades_by_hour") == ([0] * 24,)
    assert one(found, "last_traded_at_close") == (NOON - timedelta(days=4),)


def test_a_row_is_known_when_everything_in_it_is(trader_days):
    late = datetime(2026, 1, 9, tzinfo=UTC)
    found = trader_days(
        (D1, D2),
        pnl=[{**BUY, "known_at": late}],
        lots=[lot(100, 101, D1)],
        marks=[{"day": D1, "mark_price": 1.0}, {"day": D2, "mark_price": 1.0}],
    )
    assert several(found, "known_at") == [(late,), (late,)]
    marked_late = [{"day": D1, "mark_price": 1.0, "known_at": late}]
    assert one(trader_days((D1,), [BUY], lots=[lot(1, 101, D1)], marks=marked_late), "known_at") == (late,)
    assert one(trader_days((D1,), [BUY], before=[{**EARLIER, "known_at": late}]), "known_at") == (late,)
    assert one(trader_days((D1,), [BUY]), "known_at") == (midnight(D2),)


def test_the_last_losing_sell_is_carried_on(trader_days):
    later = NOON + timedelta(hours=3)
    sells = [{**LOSS, "traded_at": later}, LOSS, {**WIN, "traded_at": NOON + timedelta(days=1)}]
    found = trader_days((D1, D2), pnl=[BUY, *sells])
    assert several(found, "day", "last_lost_at_close") == [(D1, later), (D2, later)]
    assert one(trader_days((D1,), [BUY, WIN]), "last_lost_at_close") == (None,)
    before = [{**EARLIER, "last_lost_at_close": NOON - timedelta(days=5)}]
    assert one(trader_days((D1,), [WIN], before=before), "last_lost_at_close") == (NOON - timedelta(days=5),)
    assert one(trader_days((D1,), [LOSS], before=before), "last_lost_at_close") == (NOON,)
    assert one(trader_days((D1,), [LOSS], before=[EARLIER]), "last_lost_at_close") == (NOON,)


def test_traders_do_not_touch_each_other(trader_days):
    found = trader_days(
        (D1,),
        pnl=[BUY, {**BUY, "trader_address": "u", "sol_lamports": 9}],
        lots=[lot(100, 101, D1), lot(10, 9, D1, trader_address="u")],
        marks=[{"day": D1, "mark_price": 1.0}],
        before=[EARLIER],
    )
    assert several(found, "trader_address", "volume_close_lamports", "trade_count_close") == [
        ("t", 1100, 11),
        ("u", 9, 1),
    ]


def test_a_range_of_days_gives_the_days_one_by_one(trader_days):
    pnl = [BUY, {**LOSS, "traded_at": NOON + timedelta(days=1)}, {**BUY, "traded_at": NOON + timedelta(days=2)}]
    lots = [lot(100, 101, D1), lot(60, 61, D2), lot(160, 162, D3)]
    marks = [{"day": day, "mark_price": price} for day, price in zip(span(D1, D3), (0.9, 0.3, 0.6), strict=True)]
    together = trader_days(span(D1, D3), pnl, lots=lots, marks=marks)
    for n, day in enumerate(span(D1, D3)[1:], 1):
        alone = trader_days(
            (day,),
            [pnl[n]],
            lots=lots[n - 1 : n + 1],
            marks=[marks[n]],
            marks_before=[marks[n - 1]],
            before=[{**together[n - 1]}],
        )
        assert alone == [together[n]]


def test_every_flow_of_a_quiet_day_is_nothing(trader_days):
    found = trader_days((D2,), lots=[lot(100, 101, D1)], marks=[{"day": D2, "mark_price": 1.0}])
    quiet = {name: one(found, name)[0] for name in (column.name for column in FLOWS)}
    assert quiet.pop("equity_change_lamports") == 100
    assert quiet.pop("trades_by_hour") == [0] * 24
    assert set(map(float, quiet.values())) == {0.0}

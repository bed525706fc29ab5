"""Profit and loss of a cohort: positions, carried lots and closes."""

from datetime import UTC, date, datetime, timedelta

import pyarrow as pa
import pytest

from pnl import walk_rows
from pumploss.columns import POSITION
from pumploss.errors import ContractError
from pumploss.tables import silver_trades
from pumploss.tables.silver_open_lots import TABLE as LOTS
from pumploss.tables.silver_trade_pnl import TABLE

NOON = datetime(2026, 1, 5, 12, tzinfo=UTC)
TODAY, TOMORROW = NOON.date(), date(2026, 1, 6)
MIDNIGHT = datetime(2026, 1, 6, tzinfo=UTC)


@pytest.fixture
def walked(arrow):
    """Rows of both tables, from trades (in order) and carried lots."""

    def walked(trades, lots=()):
        named = [
            {
                "trader_address": "t",
                "token_mint": "m",
                "trade_id": f"{n}",
                "traded_at": NOON + timedelta(seconds=n),
                "order_in_mint_day": n + 1,
                **trade,
            }
            for n, trade in enumerate(trades)
        ]
        carried = [{"trader_address": "t", "token_mint": "m", "close_day": date(2026, 1, 3), **lot} for lot in lots]
        pnl, closes = walk_rows(arrow(silver_trades.TABLE, *named), arrow(LOTS, *carried))
        return in_order(pnl, *POSITION, "trade_id"), in_order(closes, *POSITION, "close_day", "lot_index")

    return walked


def in_order(rows, *names):
    return sorted(rows.to_pylist(), key=lambda row: tuple(row[name] for name in names))


def buy(units, sol, fee=0, **given):
    return {"direction": "buy", "token_units": units, "sol_lamports": sol, "fee_lamports": fee, **given}


def sell(units, sol, fee=0, **given):
    return {**buy(units, sol, fee, **given), "direction": "sell"}


def picked(rows, *names):
    return [tuple(row[name] for name in names) for row in rows]


#: Trades of one trader in one second: mint, slot, tx_index, event_index; their places over all mints.
PLACES = {
    "slots come before mints": ([("z", 10, None, 0), ("z", 12, None, 0), ("a", 11, None, 0)], [1, 3, 2]),
    "within one slot the transaction": ([("z", 5, 1, None), ("a", 5, 2, None)], [1, 2]),
    "within one transaction the event": ([("z", 5, 1, 3), ("a", 5, 1, 4)], [1, 2]),
    "events of two transactions say nothing: mints by name": ([("z", 5, None, 1), ("a", 5, None, 2)], [2, 1]),
    "transactions of unknown slots say nothing: mints by name": ([("z", None, 1, 1), ("a", None, 2, 2)], [2, 1]),
    "who states no slot comes last": ([("a", None, None, None), ("z", 5, 1, 1)], [2, 1]),
}


@pytest.mark.parametrize("name", PLACES)
def test_places_in_a_traders_day_over_mints(walked, name):
    trades, places = PLACES[name]
    given = [
        buy(1, 1, token_mint=mint, slot=slot, tx_index=tx_index, event_index=event, traded_at=NOON, trade_id=f"{n}")
        for n, (mint, slot, tx_index, event) in enumerate(trades)
    ]
    tomorrow = buy(1, 1, traded_at=NOON + timedelta(days=1), trade_id="8")
    other = buy(1, 1, trader_address="u", trade_id="9")
    pnl, _ = walked([*given, tomorrow, other])
    by_id = {row["trade_id"]: row["order_in_trader_day"] for row in pnl}
    assert [by_id[f"{n}"] for n in range(len(trades))] == places
    assert (by_id["8"], by_id["9"]) == (1, 1)


def test_fees_belong_to_cost_and_proceeds(walked):
    pnl, _ = walked([buy(100, 1000, 10), sell(100, 900, 9)])
    assert picked(pnl, "buy_cost_lamports", "sold_cost_lamports", "proceeds_lamports", "pnl_lamports") == [
        (1010, 0, 0, None),
        (0, 1010, 891, -119),
    ]


def test_the_oldest_lot_goes_first(walked):
    pnl, lots = walked([buy(10, 100), buy(10, 300), sell(15, 600)])
    assert picked(pnl[2:], "matched_units", "sold_cost_lamports", "pnl_lamports") == [(15, 250, 350)]
    assert picked(pnl, "position_units", "position_cost_lamports") == [(10, 100), (20, 400), (5, 150)]
    assert picked(lots, "lot_index", "lot_id", "open_units", "open_cost_lamports") == [(0, "1", 5, 150)]


def test_hold_time_is_weighted_by_units(walked):
    pnl, _ = walked([buy(30, 1), buy(10, 1), sell(40, 9)])
    assert picked(pnl, "hold_seconds") == [(None,), (None,), ((30 * 2 + 10 * 1) / 40,)]


def test_a_sale_beyond_stock_is_split(walked):
    pnl, lots = walked([buy(10, 100), sell(40, 800, 8), sell(5, 50)])
    names = ("matched_units", "unmatched_units", "sold_cost_lamports", "proceeds_lamports", "pnl_lamports")
    assert picked(pnl[1:], *names) == [(10, 30, 100, 198, 98), (0, 5, 0, 0, None)]
    assert picked(lots, "lot_index", "lot_id", "opened_at", "open_units", "open_cost_lamports") == [
        (0, None, None, 0, 0)
    ]


def test_carried_lots_go_first_and_keep_their_name(walked):
    lot = {
        "lot_index": 0,
        "lot_id": "old",
        "opened_at": NOON - timedelta(days=2),
        "open_units": 8,
        "open_cost_lamports": 80,
    }
    newer = {**lot, "lot_index": 1, "lot_id": "newer", "open_units": 4, "open_cost_lamports": 400}
    pnl, lots = walked([buy(1, 5), sell(10, 500)], [newer, lot])
    assert picked(pnl[1:], "sold_cost_lamports", "pnl_lamports") == [(80 + 200, 220)]
    assert picked(lots, "lot_id", "opened_at", "open_units", "open_cost_lamports", "close_day") == [
        ("newer", NOON - timedelta(days=2), 2, 200, TODAY),
        ("0", NOON, 1, 5, TODAY),
    ]


def test_positions_do_not_touch_each_other(walked):
    pnl, _ = walked([buy(10, 100), sell(10, 90, trader_address="u"), sell(10, 90, token_mint="n")])
    assert sorted(picked(pnl, "trader_address", "token_mint", "unmatched_units")) == [
        ("t", "m", 0),
        ("t", "n", 10),
        ("u", "m", 10),
    ]


def test_each_day_closes_with_what_is_open_then(walked):
    tomorrow = {"traded_at": NOON + timedelta(days=1), "order_in_mint_day": 1}
    _, lots = walked([buy(10, 100), sell(4, 50), sell(6, 70, **tomorrow)])
    assert picked(lots, "close_day", "lot_id", "open_units", "open_cost_lamports") == [
        (TODAY, "0", 6, 60),
        (TOMORROW, None, 0, 0),
    ]


def test_places_in_the_mint_day_decide_not_the_clock(walked):
    pnl, _ = walked([sell(5, 50, traded_at=NOON, order_in_mint_day=2), buy(5, 40, traded_at=NOON, order_in_mint_day=1)])
    assert picked(pnl, "direction", "pnl_lamports") == [("sell", 10), ("buy", None)]


def test_a_position_is_known_since_its_latest_dump(walked):
    late = datetime(2026, 1, 9, tzinfo=UTC)
    tomorrow = {"traded_at": NOON + timedelta(days=1), "order_in_mint_day": 1}
    pnl, lots = walked([buy(10, 100), sell(10, 50, known_at=late), buy(1, 1, **tomorrow)])
    assert picked(pnl, "known_at") == [(MIDNIGHT,), (late,), (late,)]
    assert picked(lots, "known_at") == [(late,), (late,)]


def test_a_closed_position_is_known_since_then_as_well(walked):
    late = datetime(2026, 1, 9, tzinfo=UTC)
    pnl, lots = walked([buy(10, 100)], [{"open_units": 0, "known_at": late}])
    assert picked(pnl, "known_at", "position_units") == [(late, 10)]
    assert picked(lots, "known_at", "lot_id") == [(late, "0")]


def test_nothing_traded_gives_nothing(walked):
    assert walked([]) == ([], [])
    held = {"trader_address": "u", "lot_id": "old", "opened_at": NOON, "open_units": 5, "open_cost_lamports": 1}
    assert walked([], [held]) == ([], [])


def test_a_profit_of_unlike_amounts_is_flagged(walked):
    delta, curve = {"amount_basis": "balance_delta"}, {"amount_basis": "curve"}
    pnl, lots = walked([
        buy(10, 100, **curve), buy(10, 100, **delta), sell(5, 50, **curve), sell(5, 50, **delta), sell(4, 50, **delta),
        buy(1, 1, **curve), sell(7, 9, **delta), sell(9, 9, **curve), buy(2, 2, **delta),
    ])  # fmt: skip
    assert picked(pnl, "is_basis_mixed") == [(flag,) for flag in (0, 0, 0, 1, 0, 0, 1, 0, 0)]
    assert picked(lots, "lot_id", "amount_basis") == [("8", "balance_delta")]


def test_an_estimated_fee_is_flagged_in_all_that_it_enters(walked):
    estimated, known = {"fee_source": "estimated"}, {"fee_source": "event"}
    pnl, lots = walked([
        buy(10, 100, **known), buy(10, 100, **estimated), sell(10, 50, **known), sell(4, 50, **known),
        sell(9, 9, **estimated), sell(1, 1, **known), buy(3, 3, **estimated), buy(4, 4, **known),
    ])  # fmt: skip
    assert picked(pnl, "is_fee_estimated") == [(flag,) for flag in (0, 1, 0, 1, 1, 0, 1, 0)]
    assert picked(lots, "lot_id", "is_fee_estimated") == [("6", True), ("7", False)]


def test_flags_are_carried_with_the_lots(walked):
    lot = {
        "lot_index": 0,
        "lot_id": "old",
        "opened_at": NOON - timedelta(days=2),
        "open_units": 8,
        "open_cost_lamports": 80,
        "amount_basis": "balance_delta",
        "is_fee_estimated": True,
    }
    pnl, lots = walked([sell(1, 5, amount_basis="curve"), sell(7, 5, amount_basis="balance_delta")], [lot])
    assert picked(pnl, "is_basis_mixed", "is_fee_estimated") == [(True, True), (False, True)]
    assert picked(lots, "lot_id", "amount_basis", "is_fee_estimated") == [(None, None, None)]


def test_all_columns_but_the_cohort_are_answered(arrow):
    trades = arrow(silver_trades.TABLE, {"trade_id": "1", "trader_address": "t", "traded_at": NOON})
    for rows, table in zip(walk_rows(trades, arrow(LOTS)), (TABLE, LOTS), strict=True):
        assert rows.column_names == [name for name in table.names if name != "trader_cohort"]
        assert rows.cast(pa.schema([table.arrow_schema.field(name) for name in rows.column_names])).num_rows == 1


def test_a_missing_amount_is_refused(arrow):
    rows = arrow(silver_trades.TABLE, {"trade_id": "1", "trader_address": "t", "traded_at": NOON})
    broken = rows.set_column(rows.schema.get_field_index("sol_lamports"), "sol_lamports", [[None]])
    with pytest.raises(ContractError, match="1 of 1 values of sol_lamports are missing"):
        walk_rows(broken, arrow(LOTS))

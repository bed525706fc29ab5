"""Round trips: from the first buy of an empty position until it is empty again."""

from datetime import UTC, date, datetime, timedelta

import pyarrow as pa
import pyarrow.compute as pc
import pytest

from pnl import trace_cohort
from pnl.round_trips import EPISODE, STATE
from pumploss.errors import ConservationError
from pumploss.tables.silver_round_trips import TABLE
from tests.building.walked_trades import NOON, buy, later, picked, sell, walked

TODAY, TOMORROW = NOON.date(), date(2026, 1, 6)


def traced(trades, before=()):
    """Rows of the table, from rows of `silver_trade_pnl` and earlier rows."""
    state = pa.schema([pa.field(name, TABLE.arrow_schema.field(name).type) for name in STATE])
    carried = pa.Table.from_pylist([{name: row[name] for name in STATE} for row in before], schema=state)
    found = trace_cohort(trades, carried)
    assert found.schema == TABLE.arrow_schema
    return sorted(found.to_pylist(), key=lambda row: tuple(row[name] for name in (*EPISODE, "close_day")))


def trips(trades):
    """Rows of the table, from trades in order."""
    return traced(walked(*trades)[0])


def test_a_round_trip_from_entry_to_exit():
    (trip,) = trips([buy(10, 100, 1), buy(30, 400, 4), sell(20, 500, 5), sell(20, 50)])
    assert (trip["entered_at"], trip["exited_at"]) == (NOON, NOON + timedelta(seconds=3))
    assert (trip["episode_index"], trip["held_seconds"], trip["buy_count"], trip["sell_count"]) == (0, 3.0, 2, 2)
    assert (trip["bought_units"], trip["sold_units"], trip["left_units"], trip["oversold_units"]) == (40, 40, 0, 0)
    assert (trip["buy_cost_lamports"], trip["sold_cost_lamports"], trip["proceeds_lamports"]) == (505, 505, 545)
    assert (trip["realised_pnl_lamports"], trip["outcome"], trip["is_closed"]) == (40, "won", True)
    assert (trip["peak_units"], trip["peak_cost_lamports"], trip["left_cost_lamports"]) == (40, 505, 0)


def test_the_first_buy_is_kept_and_later_ones_below_the_mean_cost_are_counted():
    trades = [buy(10, 90, 5), buy(20, 190), buy(10, 80, 1), later(buy(10, 120)), later(sell(50, 9))]
    # 95 for 10 units, 190 for 20 more: at the mean of 9.5 nothing is averaged down, at 8.1 it is.
    names = ("entry_order_in_day", "entry_cost_lamports", "averaged_down_count", "exit_order_in_day")
    assert picked(trips(trades), *names) == [(1, 95, 1, None), (1, 95, 1, 2)]


@pytest.mark.parametrize(("brings", "outcome"), [(101, "won"), (99, "lost"), (100, "even")])
def test_the_outcome_is_what_it_made(brings, outcome):
    assert picked(trips([buy(10, 100), sell(10, brings)]), "outcome") == [(outcome,)]


def test_an_open_one_has_no_exit_however_much_it_made():
    found = trips([buy(10, 100), sell(9, 1000)])
    assert picked(found, "outcome", "exited_at", "held_seconds", "realised_pnl_lamports", "left_units") == [
        ("open", None, None, 910, 1)
    ]


def test_several_of_one_day_are_apart():
    found = trips([buy(10, 100), sell(10, 90), buy(5, 50), sell(5, 70), buy(1, 1)])
    assert picked(found, "episode_index", "outcome", "realised_pnl_lamports") == [
        (0, "lost", -10),
        (1, "won", 20),
        (2, "open", 0),
    ]


def test_a_sale_beyond_the_stock_closes_it():
    (trip,) = trips([buy(10, 100), sell(40, 800)])
    assert (trip["sold_units"], trip["oversold_units"], trip["is_closed"]) == (10, 30, True)
    assert (trip["proceeds_lamports"], trip["realised_pnl_lamports"]) == (200, 100)


def test_a_sale_of_what_was_never_bought_belongs_to_none():
    assert trips([sell(10, 100), sell(1, 1)]) == []
    found = trips([sell(10, 100), buy(10, 100), sell(10, 100), sell(7, 70), buy(1, 1)])
    assert picked(found, "episode_index", "sell_count", "oversold_units") == [(0, 1, 0), (1, 0, 0)]


def test_what_was_free_is_held_and_what_cost_but_gave_nothing_is_open():
    found = trips([buy(10, 0), sell(10, 5), buy(0, 7), sell(3, 9), buy(2, 1), sell(2, 2)])
    assert picked(found, "buy_count", "sell_count", "buy_cost_lamports", "outcome", "oversold_units") == [
        (1, 1, 0, "won", 0),
        (2, 2, 8, "lost", 3),
    ]


def test_each_day_holds_those_that_changed():
    days = [buy(10, 100), later(sell(4, 80)), later(sell(6, 10), 3), later(buy(1, 1), 3)]
    together = trips(days)
    assert picked(together, "episode_index", "close_day", "sell_count", "outcome") == [
        (0, TODAY, 0, "open"),
        (0, TOMORROW, 1, "open"),
        (0, date(2026, 1, 8), 2, "lost"),
        (1, date(2026, 1, 8), 0, "open"),
    ]
    assert {row["entered_at"] for row in together[:3]} == {NOON}
    assert together[2]["held_seconds"] == 3 * 86_400 + 2


def test_positions_do_not_touch_each_other():
    found = trips([buy(10, 100), buy(10, 100, trader_address="u"), buy(5, 50, token_mint="n"), sell(10, 90)])
    assert picked(found, "trader_address", "token_mint", "outcome") == [
        ("t", "m", "lost"),
        ("t", "n", "open"),
        ("u", "m", "open"),
    ]


def test_it_is_known_since_its_latest_dump():
    late = datetime(2026, 1, 9, tzinfo=UTC)
    found = trips([buy(10, 100, known_at=late), later(sell(10, 90)), later(buy(1, 1))])
    assert picked(found, "known_at") == [(late,), (late,), (late,)]


def test_the_next_one_counts_on_from_the_last():
    first, second = trips([buy(10, 100), sell(10, 90), buy(4, 44)])
    both, _ = walked(buy(4, 44), later(sell(4, 60)), later(buy(2, 5)))
    found = traced(both.filter(pc.equal(both["trade_date"], TOMORROW)), before=[first, second])
    assert picked(found, "episode_index", "entered_at", "outcome", "realised_pnl_lamports", "bought_units") == [
        (1, second["entered_at"], "won", 16, 4),
        (2, NOON + timedelta(days=1, seconds=2), "open", 0, 2),
    ]


def test_nothing_traded_gives_nothing():
    assert trips([]) == []


def test_a_position_that_goes_on_from_nowhere_is_refused():
    trades = walked(buy(10, 100), sell(5, 90))[0]
    with pytest.raises(ConservationError, match=r"trade 1 of t in m starts from 10 units at 100 lamports, what came"):
        traced(trades.filter(pc.equal(trades["direction"], "sell")))

"""Round trips through the engine: from the first buy of an empty position until it is empty again."""

from datetime import UTC, date, datetime, timedelta

import pyarrow as pa
import pytest

from jobs import silver_round_trips
from jobs.running.runner import run_pass, run_step, run_steps
from jobs.silver_round_trips import uneven_closes
from pnl import trace_cohort, walk_rows
from pumploss import checks
from pumploss.errors import ConservationError
from pumploss.report import RunReport
from pumploss.tables import silver_open_lots, silver_trades
from pumploss.tables.silver_round_trips import TABLE
from pumploss.tables.silver_trade_pnl import TABLE as PNL

NOON = datetime(2026, 1, 5, 12, tzinfo=UTC)
TODAY, TOMORROW = NOON.date(), date(2026, 1, 6)


def buy(units, sol, fee=0, **given):
    return {"direction": "buy", "token_units": units, "sol_lamports": sol, "fee_lamports": fee, **given}


def sell(units, sol, fee=0, **given):
    return {**buy(units, sol, fee, **given), "direction": "sell"}


def later(trade, days=1):
    """The same trade some days later."""
    return {**trade, "day": days}


@pytest.fixture
def pnl(spark, arrow):
    """What the FIFO walk makes of trades in order, as `silver_trade_pnl` of one cohort."""

    def pnl(*trades):
        named = [
            {
                "trader_address": "t",
                "token_mint": "m",
                "trade_id": f"{n}",
                "traded_at": NOON + timedelta(days=trade.get("day", 0), seconds=n),
                "order_in_mint_day": n + 1,
                **{name: value for name, value in trade.items() if name != "day"},
            }
            for n, trade in enumerate(trades)
        ]
        rows, _ = walk_rows(arrow(silver_trades.TABLE, *named), arrow(silver_open_lots.TABLE))
        whole = rows.append_column("trader_cohort", pa.repeat(pa.scalar(3, pa.int32()), len(rows)))
        return spark.createDataFrame(whole.cast(PNL.arrow_schema), PNL.spark_schema)

    return pnl


@pytest.fixture
def trips(frame, rows_of, pnl):
    """Rows of the table, from trades in order and earlier rows."""

    def trips(trades, before=()):
        found = silver_round_trips.transform(pnl(*trades), frame(TABLE, *before))
        assert found.columns == TABLE.names
        return rows_of(found, "trader_address", "token_mint", "episode_index", "close_day")

    return trips


def picked(rows, *names):
    return [tuple(row[name] for name in names) for row in rows]


def test_a_round_trip_from_entry_to_exit(trips):
    (trip,) = trips([buy(10, 100, 1), buy(30, 400, 4), sell(20, 500, 5), sell(20, 50)])
    assert (trip["entered_at"], trip["exited_at"]) == (NOON, NOON + timedelta(seconds=3))
    assert (trip["episode_index"], trip["held_seconds"], trip["buy_count"], trip["sell_count"]) == (0, 3.0, 2, 2)
    assert (trip["bought_units"], trip["sold_units"], trip["left_units"], trip["oversold_units"]) == (40, 40, 0, 0)
    assert (trip["buy_cost_lamports"], trip["sold_cost_lamports"], trip["proceeds_lamports"]) == (505, 505, 545)
    assert (trip["realised_pnl_lamports"], trip["outcome"], trip["is_closed"]) == (40, "won", True)
    assert (trip["peak_units"], trip["peak_cost_lamports"], trip["left_cost_lamports"]) == (40, 505, 0)


def test_the_first_buy_is_kept_and_later_ones_below_the_mean_cost_are_counted(trips):
    trades = [buy(10, 90, 5), buy(20, 190), buy(10, 80, 1), later(buy(10, 120)), later(sell(50, 9))]
    # 95 for 10 units, 190 for 20 more: at the mean of 9.5 nothing is averaged down, at 8.1 it is.
    names = ("entry_order_in_day", "entry_cost_lamports", "averaged_down_count", "exit_order_in_day")
    assert picked(trips(trades), *names) == [(1, 95, 1, None), (1, 95, 1, 2)]


@pytest.mark.parametrize(("brings", "outcome"), [(101, "won"), (99, "lost"), (100, "even")])
def test_the_outcome_is_what_it_made(trips, brings, outcome):
    assert picked(trips([buy(10, 100), sell(10, brings)]), "outcome") == [(outcome,)]


def test_an_open_one_has_no_exit_however_much_it_made(trips):
    found = trips([buy(10, 100), sell(9, 1000)])
    assert picked(found, "outcome", "exited_at", "held_seconds", "realised_pnl_lamports", "left_units") == [
        ("open", None, None, 910, 1)
    ]


def test_several_of_one_day_are_apart(trips):
    found = trips([buy(10, 100), sell(10, 90), buy(5, 50), sell(5, 70), buy(1, 1)])
    assert picked(found, "episode_index", "outcome", "realised_pnl_lamports") == [
        (0, "lost", -10),
        (1, "won", 20),
        (2, "open", 0),
    ]


def test_a_sale_beyond_the_stock_closes_it(trips):
    (trip,) = trips([buy(10, 100), sell(40, 800)])
    assert (trip["sold_units"], trip["oversold_units"], trip["is_closed"]) == (10, 30, True)
    assert (trip["proceeds_lamports"], trip["realised_pnl_lamports"]) == (200, 100)


def test_a_sale_of_what_was_never_bought_belongs_to_none(trips):
    assert trips([sell(10, 100), sell(1, 1)]) == []
    found = trips([sell(10, 100), buy(10, 100), sell(10, 100), sell(7, 70), buy(1, 1)])
    assert picked(found, "episode_index", "sell_count", "oversold_units") == [(0, 1, 0), (1, 0, 0)]


def test_what_was_free_is_held_and_what_cost_but_gave_nothing_is_open(trips):
    found = trips([buy(10, 0), sell(10, 5), buy(0, 7), sell(3, 9), buy(2, 1), sell(2, 2)])
    assert picked(found, "buy_count", "sell_count", "buy_cost_lamports", "outcome", "oversold_units") == [
        (1, 1, 0, "won", 0),
        (2, 2, 8, "lost", 3),
    ]


def test_each_day_holds_those_that_changed(trips):
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


def test_the_next_one_counts_on_from_the_last(trips, frame, rows_of, pnl):
    first, second = trips([buy(10, 100), sell(10, 90), buy(4, 44)])
    tomorrow = pnl(buy(4, 44), later(sell(4, 60)), later(buy(2, 5))).where(f"trade_date = '{TOMORROW}'")
    found = rows_of(silver_round_trips.transform(tomorrow, frame(TABLE, first, second)), "episode_index")
    assert picked(found, "episode_index", "entered_at", "outcome", "realised_pnl_lamports", "bought_units") == [
        (1, second["entered_at"], "won", 16, 4),
        (2, NOON + timedelta(days=1, seconds=2), "open", 0, 2),
    ]


def test_positions_do_not_touch_each_other(trips):
    found = trips([buy(10, 100), buy(10, 100, trader_address="u"), buy(5, 50, token_mint="n"), sell(10, 90)])
    assert picked(found, "trader_address", "token_mint", "outcome") == [
        ("t", "m", "lost"),
        ("t", "n", "open"),
        ("u", "m", "open"),
    ]


def test_it_is_known_since_its_latest_dump(trips):
    late = datetime(2026, 1, 9, tzinfo=UTC)
    found = trips([buy(10, 100, known_at=late), later(sell(10, 90)), later(buy(1, 1))])
    assert picked(found, "known_at") == [(late,), (late,), (late,)]


def test_nothing_traded_gives_nothing(trips):
    assert trips([]) == []


def test_a_position_that_goes_on_from_nowhere_is_refused(frame, pnl):
    rest = pnl(buy(10, 100), sell(5, 90)).where("direction = 'sell'").toArrow().to_pylist()
    schema = pa.schema({**{f.name: f.type for f in TABLE.arrow_schema}, **_pnl_types()})
    with pytest.raises(ConservationError, match=r"trade 1 of t in m starts from an open position, the row before"):
        trace_cohort(pa.Table.from_pylist(rest, schema=schema))


def _pnl_types():
    return {field.name: field.type for field in PNL.arrow_schema}


def test_lots_that_do_not_sum_to_the_position_are_found(frame, rows_of, pnl):
    trades = pnl(buy(10, 100), buy(5, 50), sell(3, 90))
    lots = [{"open_units": 7, "open_cost_lamports": 70}, {"open_units": 5, "open_cost_lamports": 50, "lot_index": 1}]
    named = [{"trader_address": "t", "token_mint": "m", "close_day": TODAY, "lot_id": "x", **lot} for lot in lots]
    assert rows_of(uneven_closes(trades, frame(silver_open_lots.TABLE, *named))) == []
    named[1]["open_cost_lamports"] = 49
    (found,) = rows_of(uneven_closes(trades, frame(silver_open_lots.TABLE, *named)))
    assert (found["units"], found["cost"], found["lot_units"], found["lot_cost"]) == (12, 120, 12, 119)
    (found,) = rows_of(uneven_closes(trades, frame(silver_open_lots.TABLE)))
    assert (found["token_mint"], found["lot_units"]) == ("m", None)


STEPS = ("bronze_trades", "silver_tokens", "silver_trades", "silver_trade_pnl", "silver_round_trips")


def test_a_night_goes_on_from_the_lake(context, land, digests, rows_of):
    """Three days: a position is entered, halved and left. Then its lots lose a lamport."""
    days = [TODAY + timedelta(days=n) for n in range(3)]
    for n, trade in enumerate([buy(10, 1000), sell(4, 500), sell(6, 300)]):
        row = {"traded_at": NOON + timedelta(days=n), "trader_address": "ann", "token_mint": "cat", **trade}
        land(context.settings.landing, days[n], [{**row, "signature": f"s{n}"}])
    run_steps(context, STEPS, days)
    whole = digests(context)
    for day in days:
        run_step(context, "silver_round_trips", [day])
    assert digests(context) == whole
    rows = rows_of(context.lake.read(TABLE), "close_day")
    assert picked(rows, "outcome", "left_units", "sell_count") == [("open", 10, 0), ("open", 6, 1), ("lost", 0, 2)]

    lots = rows_of(context.lake.read(silver_open_lots.TABLE, [TOMORROW]))
    lots[0]["open_cost_lamports"] -= 1
    staged = context.lake.stage("short", context.spark.createDataFrame(_lots(lots)))
    context.lake.replace(silver_open_lots.TABLE, staged, [TOMORROW], {TOMORROW: 1})
    # A run would have seen before that the lots are not those of the ledger.
    with pytest.raises(ConservationError, match=r"sum to 6 units at 599 lamports, its last trade left 6 at 600"):
        run_pass(context, RunReport("silver_round_trips"), (TOMORROW,))


def _lots(rows):
    return pa.Table.from_pylist(rows, schema=silver_open_lots.TABLE.arrow_schema)


WRONG = [
    ({"bought_units": 11}, "bought_units = sold_units"),
    ({"buy_cost_lamports": 101}, "buy_cost_lamports = sold_cost"),
    ({"realised_pnl_lamports": -9}, "realised_pnl_lamports = proceeds"),
    ({"is_closed": False}, "is_closed = "),
    ({"outcome": "won"}, "outcome = "),
    ({"peak_units": 11}, "peak_units >= left_units"),
    ({"peak_cost_lamports": 101}, "peak_cost_lamports >= left"),
    ({"entered_at": NOON + timedelta(days=1)}, "exited_at >= entered_at"),
    ({"exited_at": None}, "exited_at IS NOT NULL"),
    ({"sell_count": 0}, "sell_count > 0"),
    ({"buy_count": 0}, "minimum(buy_count)"),
]


def test_a_row_that_contradicts_itself_is_not_published(frame, trips):
    (trip,) = trips([buy(10, 100), sell(10, 90)])
    days = [TODAY + timedelta(days=n) for n in range(len(WRONG) + 1)]
    rows = [{**trip, **wrong, "close_day": day} for day, (wrong, _) in zip(days, [*WRONG, ({}, "")], strict=True)]
    stops = checks.stops(checks.judge(checks.measure(TABLE, frame(TABLE, *rows))))
    for day, (_, check) in zip(days, WRONG, strict=False):
        assert [str(verdict) for verdict in stops if verdict.day == day and check in str(verdict)], (day, check)
    assert {verdict.day for verdict in stops} == set(days[:-1])

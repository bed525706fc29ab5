"""Laws of round trips, against a book that is kept trade by trade in plain Python."""

from collections import defaultdict, deque
from datetime import UTC, date, datetime, timedelta
from fractions import Fraction
from itertools import pairwise
from typing import Any

import pyarrow as pa
from hypothesis import given, settings
from hypothesis import strategies as st

from pnl import trace_cohort
from pnl.round_trips import STATE, TRADE
from pumploss.tables import silver_trade_pnl
from pumploss.tables.silver_round_trips import TABLE

START = datetime(2026, 1, 5, tzinfo=UTC)
COLUMNS = {column.name: column for column in (*TABLE.columns, *silver_trade_pnl.TABLE.columns)}
GIVEN, CARRIED = (pa.schema([pa.field(name, COLUMNS[name].type.arrow) for name in names]) for names in (TRADE, STATE))

Row = dict[str, Any]


@st.composite
def books(draw: st.DrawFn) -> list[Row]:
    """Up to fifty trades of four positions over some days, with what FIFO makes of them, in order."""
    amount = st.integers(0, 6) | st.integers(0, 2**50)
    gap = st.sampled_from([0, 0, 1, 3600, 30_000, 86_400, 3 * 86_400])
    row = st.tuples(gap, st.sampled_from("ab"), st.sampled_from("mn"), st.booleans(), amount, amount, st.integers(0, 2))
    at, rows = START, []
    lots: dict[tuple[str, str], deque[list[int]]] = defaultdict(deque)
    places: dict[tuple[str, date], int] = defaultdict(int)
    orders: dict[tuple[str, date], int] = defaultdict(int)
    for number, (wait, trader, mint, is_buy, units, sol, late) in enumerate(draw(st.lists(row, max_size=50))):
        at += timedelta(seconds=wait)
        places[mint, at.date()] += 1
        orders[trader, at.date()] += 1
        rows.append(
            {
                **matched(lots[trader, mint], is_buy, units, sol),
                "trade_id": f"{number:03}",
                "traded_at": at,
                "trader_address": trader,
                "token_mint": mint,
                "order_in_mint_day": places[mint, at.date()],
                "order_in_trader_day": orders[trader, at.date()],
                "known_at": datetime(at.year, at.month, at.day, tzinfo=UTC) + timedelta(days=1 + late),
                "trade_date": at.date(),
                "trader_cohort": 3,
            }
        )
    return rows


def matched(lots: "deque[list[int]]", is_buy: bool, units: int, sol: int) -> Row:
    """What a trade does to lots of [units, cost], as the columns of `silver_trade_pnl`."""
    sold = cost = 0
    if is_buy:
        if units or sol:
            lots.append([units, sol])
    else:
        stock = sum(lot[0] for lot in lots)
        while lots and min(stock, units) > 0 and (sold < min(stock, units) or lots[0][0] == 0):
            part = min(lots[0][0], min(stock, units) - sold)
            share = lots[0][1] if part == lots[0][0] else lots[0][1] * part // lots[0][0]
            sold, cost = sold + part, cost + share
            lots[0] = [lots[0][0] - part, lots[0][1] - share]
            if lots[0][0] == 0:
                lots.popleft()
    return {
        "direction": "buy" if is_buy else "sell",
        "token_units": units,
        "matched_units": sold,
        "unmatched_units": 0 if is_buy else units - sold,
        "residue_units": 0,
        "buy_cost_lamports": sol if is_buy else 0,
        "sold_cost_lamports": cost,
        "proceeds_lamports": sol * sold // units if sold else 0,
        "position_units": sum(lot[0] for lot in lots),
        "position_cost_lamports": sum(lot[1] for lot in lots),
    }


def reckon(book: list[Row]) -> list[Row]:
    """The oracle: the rows of the table, kept trade by trade."""
    trips: dict[tuple[str, str], list[Row]] = defaultdict(list)
    closes: dict[tuple[str, str, int, date], Row] = {}
    held: dict[tuple[str, str], tuple[int, int]] = defaultdict(lambda: (0, 0))
    for trade in book:
        key = (trade["trader_address"], trade["token_mint"])
        had, held[key] = held[key], (trade["position_units"], trade["position_cost_lamports"])
        if not any(had) and not any(held[key]):
            continue
        if not any(had):
            trips[key].append({"episode_index": len(trips[key]), "entry": trade, "trades": [], "downs": 0})
        trip = trips[key][-1]
        is_added = trade["direction"] == "buy" and had[0] and trade["token_units"]
        trip["downs"] += bool(
            is_added and price(trade["buy_cost_lamports"], trade["token_units"]) < price(had[1], had[0])
        )
        trip["trades"].append(trade)
        closes[(*key, trip["episode_index"], trade["trade_date"])] = standing(trip)
    return [closes[place] for place in sorted(closes)]


def price(cost: int, units: int) -> Fraction:
    return Fraction(cost, units)


def standing(trip: Row) -> Row:
    """A round trip as it stands, from the list of its trades."""
    trades = trip["trades"]
    last, buys = trades[-1], [trade for trade in trades if trade["direction"] == "buy"]
    total = {name: sum(t[name] for t in trades) for name in ("buy_cost_lamports", "sold_cost_lamports")}
    proceeds = sum(trade["proceeds_lamports"] for trade in trades)
    pnl = proceeds - total["sold_cost_lamports"]
    is_closed = not last["position_units"] and not last["position_cost_lamports"]
    return {
        "trader_address": last["trader_address"],
        "token_mint": last["token_mint"],
        "episode_index": trip["episode_index"],
        "entered_at": trip["entry"]["traded_at"],
        "entry_order_in_day": trip["entry"]["order_in_trader_day"],
        "entry_cost_lamports": trip["entry"]["buy_cost_lamports"],
        "exit_order_in_day": last["order_in_trader_day"] if is_closed else None,
        "exited_at": last["traded_at"] if is_closed else None,
        "held_seconds": (last["traded_at"] - trip["entry"]["traded_at"]).total_seconds() if is_closed else None,
        "buy_count": len(buys),
        "sell_count": len(trades) - len(buys),
        "bought_units": sum(trade["token_units"] for trade in buys),
        "buy_cost_lamports": total["buy_cost_lamports"],
        "sold_units": sum(trade["matched_units"] for trade in trades),
        "sold_cost_lamports": total["sold_cost_lamports"],
        "proceeds_lamports": proceeds,
        "realised_pnl_lamports": pnl,
        "oversold_units": sum(trade["unmatched_units"] for trade in trades),
        "residue_units": sum(trade["residue_units"] for trade in trades),
        "left_units": last["position_units"],
        "left_cost_lamports": last["position_cost_lamports"],
        "averaged_down_count": trip["downs"],
        "peak_units": max(trade["position_units"] for trade in trades),
        "peak_cost_lamports": max(trade["position_cost_lamports"] for trade in trades),
        "is_closed": is_closed,
        "outcome": ("lost" if pnl < 0 else "won" if pnl else "even") if is_closed else "open",
        "known_at": max(trade["known_at"] for trade in trades),
        "close_day": last["trade_date"],
        "trader_cohort": 3,
    }


def traced(trades: list[Row], before: list[Row]) -> list[Row]:
    """The rows of one call, in the order of the oracle."""
    found = trace_cohort(pa.Table.from_pylist(trades, schema=GIVEN), pa.Table.from_pylist(before, schema=CARRIED))
    assert found.schema.equals(TABLE.arrow_schema)
    return in_order(found.to_pylist())


def in_order(rows: list[Row]) -> list[Row]:
    return sorted(rows, key=lambda r: (r["trader_address"], r["token_mint"], r["episode_index"], r["close_day"]))


def latest(rows: list[Row]) -> list[Row]:
    """Of each position the rows of its latest day: what a later call is handed."""
    last: dict[tuple[str, str], date] = {}
    for row in rows:
        key = (row["trader_address"], row["token_mint"])
        last[key] = max(last.get(key, row["close_day"]), row["close_day"])
    kept = [row for row in rows if row["close_day"] == last[row["trader_address"], row["token_mint"]]]
    return [{name: row[name] for name in STATE} for row in kept]


@settings(deadline=None, max_examples=300)
@given(books())
def test_round_trips_are_the_book_kept_trade_by_trade(book: list[Row]) -> None:
    assert traced(book, []) == reckon(book)


@settings(deadline=None)
@given(books(), st.sets(st.integers(0, 40)))
def test_days_traced_in_several_calls_give_the_rows_of_one(book: list[Row], cuts: set[int]) -> None:
    rows: list[Row] = []
    for first, stop in pairwise([0, *sorted(cuts - {0}), 10**4]):
        days = [trade for trade in book if first <= (trade["trade_date"] - START.date()).days < stop]
        touched = {(trade["trader_address"], trade["token_mint"]) for trade in days}
        state = [row for row in latest(rows) if (row["trader_address"], row["token_mint"]) in touched]
        rows += traced(days, state)
    assert in_order(rows) == reckon(book)


@settings(deadline=None)
@given(st.data())
def test_the_order_of_rows_decides_nothing(data: st.DataObject) -> None:
    book = data.draw(books())
    assert traced(data.draw(st.permutations(book)), []) == reckon(book)


@settings(deadline=None)
@given(books())
def test_round_trips_sum_to_the_trades(book: list[Row]) -> None:
    rows = traced(book, [])
    whole = {(r["trader_address"], r["token_mint"], r["episode_index"]): r for r in rows}.values()  # the last day's row
    for name, source in (
        ("buy_cost_lamports", "buy_cost_lamports"),
        ("sold_cost_lamports", "sold_cost_lamports"),
        ("proceeds_lamports", "proceeds_lamports"),
        ("sold_units", "matched_units"),
    ):
        assert sum(row[name] for row in whole) == sum(trade[source] for trade in book)
    bought = sum(trade["token_units"] for trade in book if trade["direction"] == "buy")
    assert sum(row["bought_units"] for row in whole) == bought
    assert all(row["bought_units"] == row["sold_units"] + row["left_units"] for row in rows)
    assert all(row["buy_cost_lamports"] == row["sold_cost_lamports"] + row["left_cost_lamports"] for row in rows)
    open_now = [row for row in whole if not row["is_closed"]]
    assert len({(row["trader_address"], row["token_mint"]) for row in open_now}) == len(open_now)

"""Lots at a day's close against what the day's last trade left."""

from collections import defaultdict
from datetime import date, timedelta
from random import Random

import pyarrow as pa
import pytest

from pnl import uneven_closes
from pnl.uneven_closes import LOT, TRADE
from pumploss.tables import silver_open_lots, silver_trade_pnl

TODAY = date(2026, 1, 5)
MOST = 2**63 - 1


def table(of, names, rows):
    return pa.Table.from_pylist(rows, schema=pa.schema([of.arrow_schema.field(name) for name in names]))


def uneven(trades, lots):
    found = uneven_closes(table(silver_trade_pnl.TABLE, TRADE, trades), table(silver_open_lots.TABLE, LOT, lots))
    return found.to_pylist()


def trade(units, cost, order=1, **given):
    who = {"trader_address": "t", "token_mint": "m", "trade_date": TODAY}
    return {**who, "position_units": units, "position_cost_lamports": cost, "order_in_mint_day": order, **given}


def lot(units, cost, **given):
    who = {"trader_address": "t", "token_mint": "m", "close_day": TODAY}
    return {**who, "open_units": units, "open_cost_lamports": cost, **given}


def test_the_last_trade_of_the_day_counts_wherever_it_stands():
    assert uneven([trade(12, 120, order=9), trade(10, 100, order=2)], [lot(7, 70), lot(5, 50)]) == []
    (row,) = uneven([trade(12, 120, order=9), trade(10, 100, order=2)], [lot(7, 70), lot(5, 49)])
    assert row == {
        "close_day": TODAY, "trader_address": "t", "token_mint": "m",
        "units": 12, "cost": 120, "lot_units": 12, "lot_cost": 119,
    }  # fmt: skip


def test_a_side_without_a_row_is_missing():
    (row,) = uneven([trade(0, 0)], [])
    assert (row["units"], row["lot_units"], row["lot_cost"]) == (0, None, None)
    (row,) = uneven([], [lot(0, 0)])
    assert (row["units"], row["cost"], row["lot_units"]) == (None, None, 0)
    assert uneven([], []) == []


def test_sums_beyond_64_bits_do_not_come_round():
    lots = [lot(MOST, 0), lot(MOST, 0), lot(2, 0), lot(5, 0)]
    assert (sum(row["open_units"] for row in lots)) % 2**64 == 5
    (row,) = uneven([trade(5, 0)], lots)
    assert row["lot_units"] == 2 * MOST + 7


@pytest.mark.parametrize("seed", range(8))
def test_found_is_what_plain_sums_find(seed):
    """One trader has most positions and one mint most lots; a tenth of all is changed, lost or added."""
    rng = Random(seed)
    who = [
        ("whale" if rng.random() < 0.5 else f"t{n % 9}", "busy" if rng.random() < 0.5 else f"m{n}") for n in range(60)
    ]
    trades, lots = [], []
    for trader, mint in dict.fromkeys(who):
        for day in (TODAY, TODAY + timedelta(days=1)):
            parts = [(rng.randrange(9), rng.randrange(99)) for _ in range(rng.choice([1, 1, 2, 40]))]
            key = {"trader_address": trader, "token_mint": mint}
            trades += [trade(rng.randrange(99), 3, n, trade_date=day, **key) for n in range(rng.randrange(4))]
            trades.append(trade(sum(u for u, _ in parts), sum(c for _, c in parts), 9, trade_date=day, **key))
            lots += [lot(units, cost, close_day=day, **key) for units, cost in parts]
    for rows, names in ((trades, ("position_units",)), (lots, ("open_units", "open_cost_lamports"))):
        for row in rng.sample(rows, len(rows) // 20):
            row[rng.choice(names)] += rng.choice([-1, 1])
        for row in rng.sample(rows, len(rows) // 20):
            rows.remove(row)
    rng.shuffle(trades)
    rng.shuffle(lots)

    left, held = {}, defaultdict(lambda: (0, 0))
    for row in sorted(trades, key=lambda row: row["order_in_mint_day"]):
        key = row["trade_date"], row["trader_address"], row["token_mint"]
        left[key] = row["position_units"], row["position_cost_lamports"]
    for row in lots:
        key = row["close_day"], row["trader_address"], row["token_mint"]
        held[key] = held[key][0] + row["open_units"], held[key][1] + row["open_cost_lamports"]
    expected = [
        (key, left.get(key, (None, None)), held.get(key, (None, None)))
        for key in sorted(left.keys() | held.keys())
        if left.get(key) != held.get(key)
    ]
    found = [
        (tuple(row[n] for n in ("close_day", "trader_address", "token_mint")), (row["units"], row["cost"]),
         (row["lot_units"], row["lot_cost"]))
        for row in uneven(trades, lots)
    ]  # fmt: skip
    assert found == expected
    assert expected

"""The highest running sum of buys minus matched proceeds, against the same in plain Python."""

from datetime import date
from random import Random

import pyarrow as pa

from pnl import outlays_of
from pnl.outlays import OUTLAYS, TRADES
from pumploss.tables.silver_trade_pnl import TABLE

DAYS = (date(2026, 1, 5), date(2026, 1, 6))
SCHEMA = pa.schema([pa.field(name, TABLE[name].type.arrow) for name in TRADES])


def found(rows):
    answer = outlays_of(pa.Table.from_pylist(rows, schema=SCHEMA))
    assert answer.schema.equals(OUTLAYS.arrow_schema)
    return {(row["trader_address"], row["day"]): (row["outlay_lamports"], row["outlay_peak_lamports"])
            for row in answer.to_pylist()}  # fmt: skip


def trade(order, buy=0, proceeds=0, who="t", day=DAYS[0]):
    return {
        "trader_address": who, "trade_date": day, "trader_cohort": 3, "order_in_trader_day": order,
        "buy_cost_lamports": buy, "proceeds_lamports": proceeds,
    }  # fmt: skip


def test_one_coin_that_is_turned_over_risks_itself_alone():
    bought = [trade(2 * n - 1, buy=100) for n in range(1, 50)]
    sold = [trade(2 * n, proceeds=90) for n in range(1, 50)]
    assert found(bought + sold) == {("t", DAYS[0]): (490, 100 + 48 * 10)}


def test_what_is_only_sold_was_never_out():
    assert found([trade(1, proceeds=7), trade(2, buy=3)]) == {("t", DAYS[0]): (-4, 0)}


def test_random_days_equal_plain_python_in_any_order_of_rows():
    draw = Random(5)
    rows = [
        trade(order, who=who, day=day, **{draw.choice(("buy", "proceeds")): draw.randint(1, 10**12)})
        for who in "abc"
        for day in DAYS
        for order in range(1, draw.randint(2, 30))
    ]
    expected = {}
    for row in rows:
        total, peak = expected.get(key := (row["trader_address"], row["trade_date"]), (0, 0))
        total += row["buy_cost_lamports"] - row["proceeds_lamports"]
        expected[key] = (total, max(peak, total))
    assert found(rows) == found(draw.sample(rows, len(rows))) == expected

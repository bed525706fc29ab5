"""By how much open positions change from mark to mark; the values themselves are those of `exit_value`."""

from datetime import date

import pyarrow as pa
import pytest

from pnl import changes_of
from pnl.exit_value import MARK
from pnl.value_changes import CHANGES, MEASURES
from pumploss.days import midnight, shift
from pumploss.tables import gold_token_day, silver_open_lots

D1 = date(2026, 1, 5)
D0, D2 = shift(D1, -1), shift(D1, 1)


def mark(day, price, mint="m"):
    return {
        "token_mint": mint, "day": day, "venue_close": "pumpswap", "mark_method": "last_price", "mark_price": price,
        "fee_close_share": 0.0, "known_at": midnight(shift(day, 1)),
    }  # fmt: skip


def lot(day, units, cost, who="t", mint="m"):
    return {"trader_address": who, "token_mint": mint, "day": day, "open_units": units, "open_cost_lamports": cost}


@pytest.fixture
def changes():
    """Rows of CHANGES by trader and day from D1 on: the changes that are not zero."""
    kinds = {name: gold_token_day.TABLE[name].type.arrow for name in ("token_mint", "day", *MARK, "known_at")}
    kinds |= {
        name: silver_open_lots.TABLE[name].type.arrow
        for name in ("trader_address", "open_units", "open_cost_lamports", "trader_cohort")
    }

    def changes(*rows):
        cohort = pa.Table.from_pylist([{**row, "trader_cohort": 3} for row in rows], schema=pa.schema(kinds))
        found = changes_of(cohort, D1)
        assert found.schema.equals(CHANGES.arrow_schema)
        told = {(row["trader_address"], row["day"]): row for row in found.to_pylist()}
        return {
            key: {name: row[f"{name}_change"] for name in MEASURES if row[f"{name}_change"]}
            for key, row in sorted(told.items())
        }

    return changes


def under(count, cost):
    return {"underwater": count, "underwater_cost": cost}


def test_a_position_is_opened_marked_down_and_sold(changes):
    lots = [lot(D1, 60, 50), lot(D1, 40, 50), lot(D2, 0, 0)]
    assert changes(*lots, mark(D1, 0.9), mark(D2, 0.5)) == {
        ("t", D1): {"value": 90, "last_price_value": 90, "cost": 100, "open": 1, **under(1, 100)},
        ("t", D2): {"value": -90, "last_price_value": -90, "cost": -100, "open": -1, **under(-1, -100)},
    }


def test_what_stood_before_changes_from_its_earlier_mark(changes):
    assert changes(lot(D0, 100, 100), mark(D0, 2.0), mark(D2, 0.05)) == {
        ("t", D2): {"value": -195, "last_price_value": -195, "bag": 1, **under(1, 100)},
    }


def test_positions_of_a_trader_are_summed_and_others_are_apart(changes):
    rows = [lot(D1, 10, 5), lot(D1, 20, 5, mint="n"), lot(D1, 1, 1, who="u")]
    assert changes(*rows, mark(D1, 1.0), mark(D1, 1.0, "n")) == {
        ("t", D1): {"value": 30, "last_price_value": 30, "cost": 10, "open": 2},
        ("u", D1): {"value": 1, "last_price_value": 1, "cost": 1, "open": 1},
    }


def test_nothing_held_or_nothing_marked_changes_nothing(changes):
    assert changes(mark(D1, 1.0)) == {}
    assert changes(lot(D1, 10, 5)) == {}

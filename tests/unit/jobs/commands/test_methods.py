"""Costing methods side by side, from a lake to the printed table."""

import json
from datetime import date

import pytest

from jobs.commands import main
from jobs.commands.methods import compare
from pumploss.errors import LakeError, StaleError
from pumploss.tables.silver_trade_pnl import TABLE

DAY, NEXT = date(2026, 1, 5), date(2026, 1, 6)


def row(number, **given):
    """A row of the profit table; two lots of 100 units at 1000 and 3000 come before the sells."""
    return {
        "trade_id": f"{number}",
        "trader_address": "t",
        "token_mint": "m",
        "trade_date": DAY,
        "order_in_mint_day": number,
        "trader_cohort": 3,
        **given,
    }


@pytest.fixture
def lake(context, frame):
    """A lake with one wallet's trades over two days; under FIFO it gains 500, then loses 500."""
    rows = [
        row(1, direction="buy", token_units=100, buy_cost_lamports=1000, pnl_lamports=None),
        row(2, direction="buy", token_units=100, buy_cost_lamports=3000, pnl_lamports=None),
        row(3, direction="sell", token_units=50, matched_units=50, sold_cost_lamports=500, proceeds_lamports=1000,
            pnl_lamports=500),
        row(4, direction="sell", token_units=9, unmatched_units=9, token_mint="other", pnl_lamports=None),
        row(5, direction="sell", token_units=150, matched_units=150, sold_cost_lamports=3500, proceeds_lamports=3000,
            pnl_lamports=-500, trade_date=NEXT),
    ]  # fmt: skip
    context.lake.replace(TABLE, frame(TABLE, *rows), [DAY, NEXT], {DAY: 4, NEXT: 1})
    return context


def test_methods_differ_in_when_a_position_gains_and_agree_when_it_is_empty(lake):
    found = {row["method"]: row for row in compare(lake).to_dicts()}
    assert {name: row["realised_pnl_lamports"] for name, row in found.items()} == {"fifo": 0, "average": 0, "lifo": 0}
    assert {name: row["realised_loss_lamports"] for name, row in found.items()} == {
        "fifo": -500,
        "average": 0,
        "lifo": -500,
    }
    assert {name: row["differs_count"] for name, row in found.items()} == {"fifo": 0, "average": 2, "lifo": 2}
    assert {row["matched_sell_count"] for row in found.values()} == {2}, "an unmatched sell has no profit"


def test_a_day_in_between_is_where_they_part(lake):
    found = {row["method"]: row for row in compare(lake, until=DAY).to_dicts()}
    assert {name: row["realised_pnl_lamports"] for name, row in found.items()} == {
        "fifo": 500,
        "average": 0,
        "lifo": -500,
    }
    assert {name: row["losing_trader_count"] for name, row in found.items()} == {"fifo": 0, "average": 0, "lifo": 1}


def test_one_wallet_or_none(lake):
    assert compare(lake, trader="nobody")["trader_count"].to_list() == [0, 0, 0]


def test_nothing_to_compare_is_said(context):
    with pytest.raises(LakeError, match="pumploss nightly"):
        compare(context)


def test_stale_profit_is_not_compared(lake, monkeypatch):
    def stale(step, days):
        raise StaleError(f"{step} {days}")

    monkeypatch.setattr(lake.ledger, "refuse_stale", stale)
    with pytest.raises(StaleError, match="silver_trade_pnl"):
        compare(lake)


def test_the_command_prints_a_row_for_each_method(lake, monkeypatch, capsys):
    monkeypatch.setenv("PUMPLOSS_HOME", str(lake.settings.home))
    assert main(["methods", "--json"]) == 0
    assert [row["method"] for row in json.loads(capsys.readouterr().out)] == ["fifo", "average", "lifo"]
    assert main(["methods"]) == 0
    shown = capsys.readouterr().out
    assert "average" in shown
    assert "1 (50.0%)" in shown

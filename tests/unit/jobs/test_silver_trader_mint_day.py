"""What each trader did in each mint on each day."""

from datetime import UTC, date, datetime

import pytest

from jobs import silver_trader_mint_day
from pumploss.tables import silver_trade_pnl
from pumploss.tables.silver_trader_mint_day import TABLE

DAYS = [date(2026, 1, n) for n in (5, 6, 7)]


@pytest.fixture
def pairs(frame, spark, rows_of):
    """Rows from trades with profit and, per pair, an earlier first day."""

    def pairs(trades, seen=()):
        before = spark.createDataFrame(list(seen), "trader_address string, token_mint string, first_before date")
        named = [{"trader_address": "t", "token_mint": "m", "direction": "buy", **trade} for trade in trades]
        found = silver_trader_mint_day.transform(frame(silver_trade_pnl.TABLE, *named), before)
        assert found.columns == TABLE.names
        return rows_of(found, "trader_address", "token_mint", "trade_date")

    return pairs


def test_a_days_trades_add_up(pairs):
    known = datetime(2026, 1, 9, tzinfo=UTC)
    (row,) = pairs(
        [
            {"trade_date": DAYS[0], "sol_lamports": 100, "buy_cost_lamports": 110},
            {"trade_date": DAYS[0], "sol_lamports": 50, "buy_cost_lamports": 55, "known_at": known},
            {"trade_date": DAYS[0], "sol_lamports": 70, "direction": "sell", "pnl_lamports": -20},
            {"trade_date": DAYS[0], "sol_lamports": 7, "direction": "sell"},
        ]
    )
    names = ("buy_count", "sell_count", "volume_lamports", "buy_cost_lamports", "realised_pnl_lamports", "known_at")
    assert tuple(row[name] for name in names) == (2, 2, 227, 165, -20, known)


def test_only_buys_realise_nothing(pairs):
    assert [row["realised_pnl_lamports"] for row in pairs([{"trade_date": DAYS[0]}])] == [0]


def test_the_first_day_is_the_earliest_of_these_and_earlier_days(pairs):
    trades = [{"trade_date": day, "token_mint": mint} for mint in "mn" for day in (DAYS[1], DAYS[2])]
    found = pairs([*trades, {"trade_date": DAYS[2], "trader_address": "u"}], [("t", "n", DAYS[0]), ("x", "m", DAYS[0])])
    assert [(row["trader_address"], row["token_mint"], row["trade_date"], row["first_seen_day"]) for row in found] == [
        ("t", "m", DAYS[1], DAYS[1]),
        ("t", "m", DAYS[2], DAYS[1]),
        ("t", "n", DAYS[1], DAYS[0]),
        ("t", "n", DAYS[2], DAYS[0]),
        ("u", "m", DAYS[2], DAYS[2]),
    ]

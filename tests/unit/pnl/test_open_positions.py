"""What a trader holds as of T, what it would fetch, and how old that price is."""

from datetime import UTC, date, datetime, timedelta

import pytest

from jobs.commands import trader_results
from jobs.positions import STALE_AFTER_SECONDS, of_trader, valued
from jobs.running.runner import run_steps
from pumploss.cohort import trader_cohort
from pumploss.tables import gold_token_day, gold_trader_day, silver_open_lots

T = date(2026, 1, 20)
MIDNIGHT = datetime(2026, 1, 20, tzinfo=UTC)
MARK = {
    "token_mint": "m",
    "mark_method": "reserves",
    "venue_close": "pumpswap",
    "reserve_sol_close_lamports": 1000,
    "reserve_token_close_units": 3000,
    "last_traded_at": MIDNIGHT - timedelta(hours=1),
}


def lot(units, cost, mint="m"):
    return {"trader_address": "t", "token_mint": mint, "open_units": units, "open_cost_lamports": cost, "lot_id": "x"}


@pytest.fixture
def held(frame, rows_of):
    def held(lots, marks):
        found = valued(frame(silver_open_lots.TABLE, *lots), frame(gold_token_day.TABLE, *marks), T)
        return rows_of(found, "token_mint")

    return held


def test_lots_of_a_position_are_valued_together(held):
    (row,) = held([lot(400, 100), lot(600, 300)], [MARK])
    assert (row["open_units"], row["open_cost_lamports"], row["exit_value_lamports"]) == (1000, 400, 250)
    assert (row["unrealised_pnl_lamports"], row["mark_method"]) == (-150, "reserves")
    assert (row["mark_age_seconds"], row["is_mark_stale"]) == (3600, False)


@pytest.mark.parametrize(("age", "is_stale"), [(STALE_AFTER_SECONDS, False), (STALE_AFTER_SECONDS + 1, True)])
def test_a_mark_of_more_than_seven_days_is_stale(held, age, is_stale):
    (row,) = held([lot(1, 1)], [{**MARK, "last_traded_at": MIDNIGHT - timedelta(seconds=age)}])
    assert (row["mark_age_seconds"], row["is_mark_stale"]) == (age, is_stale)


def test_what_was_never_marked_is_worth_nothing_and_stale(held):
    (row,) = held([lot(10, 7)], [])
    assert (row["exit_value_lamports"], row["unrealised_pnl_lamports"]) == (0, -7)
    assert (row["mark_age_seconds"], row["is_mark_stale"]) == (None, True)


def test_an_empty_position_is_none(held):
    assert held([lot(0, 0)], [MARK]) == []
    assert [row["open_cost_lamports"] for row in held([lot(0, 9)], [MARK])] == [9]


DAYS = [date(2026, 1, 5) + timedelta(days=n) for n in (0, 1, 10)]
STEPS = (
    "bronze_trades", "silver_trades", "silver_trade_pnl", "silver_round_trips", "silver_trader_mint_day",
    "gold_token_day", "gold_trader_day",
)  # fmt: skip


def test_a_wallet_of_the_lake(context, land, base58, capsys):
    book = [
        (0, "cat", "buy", 1000, 5000, 50), (0, "dog", "buy", 1000, 9000, 90), (1, "cat", "sell", 400, 4000, 40),
        (2, "cat", "sell", 600, 1000, 10), (2, "fox", "buy", 10, 100, 1),
    ]  # fmt: skip
    for place, day in enumerate(DAYS):
        rows = [
            {"token_mint": mint, "direction": direction, "token_units": units, "sol_lamports": sol, "fee_lamports": fee}
            for at, mint, direction, units, sol, fee in book
            if at == place
        ]
        at_nine = datetime(day.year, day.month, day.day, 9, tzinfo=UTC)
        common = {"trader_address": "ann", "venue": "pumpswap", "traded_at": at_nine}
        common |= {"virtual_sol_lamports": 10**6, "virtual_token_units": 10**6}
        trades = [{**common, **row, "signature": f"{place}{n}"} for n, row in enumerate(rows)]
        land(context.settings.landing, day, trades)
    run_steps(context, STEPS, DAYS)
    ann, as_of = base58("ann"), DAYS[-1] + timedelta(days=1)

    found = trader_results.results(context, ann, as_of)
    rows = {row["token_mint"]: row for row in found["positions"]}
    assert rows.keys() == {base58("dog"), base58("fox")}
    assert [rows[base58(mint)]["is_mark_stale"] for mint in ("dog", "fox")] == [True, False]
    last = max(context.lake.read(gold_trader_day.TABLE).collect(), key=lambda row: row["day"])
    worth = sum(row["exit_value_lamports"] for row in rows.values())
    assert found["account"] == {
        "realised_pnl_lamports": 4000 - 40 + 1000 - 10 - 5050,
        "unrealised_pnl_lamports": worth - 9090 - 101,
        "equity_change_lamports": worth - 9090 - 101 + 4000 - 40 + 1000 - 10 - 5050,
        "fees_lamports": 191,
        "open_cost_lamports": 9090 + 101,
        "exit_value_lamports": worth,
        "stale_exit_value_lamports": rows[base58("dog")]["exit_value_lamports"],
        "stale_position_count": 1,
    }
    assert worth == last["equity_close_lamports"] > 0
    assert found["round_trips"] == {"won": 0, "lost": 1, "even": 0, "open": 2, "median_held_seconds": 10 * 86_400.0}

    early = trader_results.results(context, ann, DAYS[1])
    assert (early["account"]["fees_lamports"], early["round_trips"]["open"]) == (140, 2)
    assert of_trader(context, ann, trader_cohort(ann), DAYS[0]).count() == 0
    assert trader_results.results(context, base58("bob"), as_of)["account"] is None
    trader_results.show_results(found)
    shown = capsys.readouterr().out
    assert "10.6 (stale)" in shown
    assert "realised_pnl_sol" in shown

"""Tapes of mints through the steps of a night: what is covered, and what is not published."""

from datetime import UTC, datetime, timedelta

import pytest

from jobs.commands import trader_results
from jobs.running.runner import run_step, run_steps
from pumploss.days import shift
from pumploss.errors import CheckError
from pumploss.tables import gold_market_day, gold_token_day, gold_trader_day
from tests.building.tapes import D1, D2, D3, SOL, TRUE

COPIED = [*TRUE[:4], TRUE[3], *TRUE[4:]]
STEPS = (
    "bronze_trades",
    "silver_tokens",
    "silver_trades",
    "silver_trade_pnl",
    "silver_trader_mint_day",
)
GOLD = ("gold_token_day", "gold_trader_day", "gold_market_day")


def landed(context, land, trades, mint="cat", others=()):
    """Dumps of one mint's trades, one per day, and of others', run up to profit and loss."""
    named = [(mint, trades), *others]
    for day in sorted({row["day"] for row in trades}):
        rows = [
            {
                **{name: value for name, value in row.items() if name != "day"},
                "traded_at": datetime(day.year, day.month, day.day, 1, tzinfo=UTC) + timedelta(seconds=n),
                "slot": n,
                "tx_index": 1,
                "signature": f"{coin}{n}",
                "trader_address": f"t{n % 2}",
                "token_mint": coin,
            }
            for coin, tape in named
            for n, row in enumerate(tape)
            if row["day"] == day
        ]
        land(context.settings.landing, day, rows)
    run_steps(context, STEPS, [D1, D2, D3])


def test_every_night_says_how_much_is_covered(context, land, rows_of):
    landed(context, land, [*TRUE[:4], *TRUE[5:]])
    run_steps(context, GOLD[:2], [D1, D2, D3])
    report = run_step(context, "gold_market_day", [D1, D2, D3])
    covered, volume = (sum(row["sol_lamports"] for row in rows) / SOL for rows in (TRUE[:4], [*TRUE[:4], TRUE[5]]))
    (note,) = report.notes
    assert note.startswith(
        f"complete tapes cover {covered / volume:.1%} of the volume ({covered:,.1f} of {volume:,.1f}"
    )
    assert note.endswith("elsewhere 1 gaps and 0 breaks")
    days = rows_of(context.lake.read(gold_market_day.TABLE), "day")
    whole = [row["complete_tape_volume_lamports"] == row["volume_lamports"] for row in days]
    assert (whole, days[2]["complete_tape_volume_lamports"]) == ([True, True, False], 0)
    assert [row["tape_gap_count"] for row in days] == [0, 0, 1]


def test_a_copy_under_a_new_signature_is_not_published(context, land):
    landed(context, land, COPIED)
    with pytest.raises(CheckError, match=r"gold_token_day was not published(.|\n)*2026-01-06.*is_tape_broken"):
        run_step(context, "gold_token_day", [D1, D2, D3])


def test_a_broken_tape_is_set_aside_and_stops_no_other(context, land, rows_of, base58):
    """A copy in one coin of three: the night goes on, that coin is in no sum of equity, and the ledger names it."""
    landed(context, land, COPIED, others=[("dog", TRUE), ("fox", TRUE)])
    report = run_step(context, "gold_token_day", [D1, D2, D3])
    run_steps(context, GOLD[1:], [D1, D2, D3])
    tokens = rows_of(context.lake.read(gold_token_day.TABLE), "token_mint", "day")
    marked = {(row["token_mint"], row["day"]): row["mark_method"] for row in tokens}
    for coin, methods in {"cat": ["reserves", "set_aside", "set_aside"], "dog": ["reserves"] * 3}.items():
        assert [marked[base58(coin), day] for day in (D1, D2, D3)] == methods
    (warning,) = (text for text in report.warnings if "set aside from" in text)
    assert warning.startswith(f"1 mints are set aside from {D2} on")
    assert base58("cat") in warning
    noted = report.day(D2).outputs["gold_token_day"]["set_aside"]
    assert noted == {"mints": [base58("cat")], "volume_lamports": sum(row["sol_lamports"] for row in COPIED[2:5])}
    assert "set_aside" not in report.day(D3).outputs["gold_token_day"]
    equity = _equity(context, rows_of)
    positions = trader_results.open_positions(context, base58("t0"), shift(D3, 1)).to_pylist()
    values = {row["token_mint"]: row["exit_value_lamports"] for row in positions}
    assert values[base58("cat")] == 0
    assert equity[base58("t0"), D3] == sum(values.values())


def _equity(context, rows_of):
    rows = rows_of(context.lake.read(gold_trader_day.TABLE), "trader_address", "day")
    return {(row["trader_address"], row["day"]): row["equity_close_lamports"] for row in rows}

"""Tapes of mints through the steps of a night: what is covered, and what is not published."""

from datetime import UTC, datetime, timedelta

import pytest

from jobs.running.runner import run_step, run_steps
from pumploss.errors import CheckError
from pumploss.tables import gold_market_day
from tests.building.tapes import D1, D2, D3, SOL, TRUE

COPIED = [*TRUE[:4], TRUE[3], *TRUE[4:]]
STEPS = ("bronze_trades", "silver_trades", "silver_trade_pnl", "silver_round_trips", "silver_trader_mint_day")
GOLD = ("gold_token_day", "gold_trader_day", "gold_market_day")


def landed(context, land, trades):
    """Dumps of one mint's trades, one per day, run up to profit and loss."""
    for day in sorted({row["day"] for row in trades}):
        rows = [
            {
                **{name: value for name, value in row.items() if name != "day"},
                "traded_at": datetime(day.year, day.month, day.day, 1, tzinfo=UTC) + timedelta(seconds=n),
                "slot": n,
                "tx_index": 1,
                "signature": f"s{n}",
                "trader_address": f"t{n % 2}",
                "token_mint": "cat",
            }
            for n, row in enumerate(trades)
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

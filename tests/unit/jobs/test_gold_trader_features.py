"""The step on a lake: which partitions it writes, and what it says about them."""

from datetime import UTC, date, datetime
from typing import Any

from features.registry import TABLE
from jobs.running.runner import run_pass
from pumploss.days import midnight, shift, span
from pumploss.report import RunReport
from pumploss.tables import gold_trader_day

DAYS = span(date(2026, 3, 30), date(2026, 4, 1))


def day_row(trader: str, day: date, trades: int) -> dict[str, Any]:
    return {
        "trader_address": trader,
        "day": day,
        "known_at": midnight(shift(day, 1)),
        "trades_by_hour": [0] * 24,
        "trades_by_hour_close": [0] * 23 + [trades],
        "trade_count": 1,
        "buy_count": 1,
        "buy_cost_lamports": 10**9,
        "trade_count_close": trades,
        "mint_count_close": 2,
        "volume_close_lamports": trades * 10**9,
        "first_traded_at_close": datetime(2026, 3, 1, tzinfo=UTC),
        "last_traded_at_close": midnight(day),
    }


def fill(context: Any, frame: Any) -> None:
    rows = [day_row("ann", day, 5 + one) for one, day in enumerate(DAYS)] + [day_row("ben", DAYS[-1], 5)]
    counts = {DAYS[0]: 1, DAYS[1]: 1, DAYS[2]: 2}
    context.lake.replace(gold_trader_day.TABLE, frame(gold_trader_day.TABLE, *rows), DAYS, counts)


def test_a_dump_day_writes_the_day_after(context, frame, rows_of):
    fill(context, frame)
    report = run_pass(context, RunReport("gold_trader_features"), DAYS)
    assert {day: (counts.rows_read, counts.rows_written) for day, counts in report.days.items()} == {
        DAYS[0]: (1, 1),
        DAYS[1]: (2, 1),
        DAYS[2]: (4, 2),
    }
    stored = rows_of(context.lake.read(TABLE), "feature_day", "trader_address")
    assert [(row["feature_day"], row["trader_address"], row["total_trades"]) for row in stored] == [
        (shift(DAYS[0], 1), "ann", 5),
        (shift(DAYS[1], 1), "ann", 6),
        (shift(DAYS[2], 1), "ann", 7),
        (shift(DAYS[2], 1), "ben", 5),
    ]
    assert all(row["as_of"] == row["known_at"] == midnight(row["feature_day"]) for row in stored)
    assert {row["preferred_hour"] for row in stored} == {23}


def test_running_again_or_one_day_changes_nothing(context, frame, rows_of):
    fill(context, frame)
    run_pass(context, RunReport("gold_trader_features"), DAYS)
    before = rows_of(context.lake.read(TABLE), "feature_day", "trader_address")
    run_pass(context, RunReport("gold_trader_features"), DAYS[1:2])
    assert rows_of(context.lake.read(TABLE), "feature_day", "trader_address") == before

"""Who is carried on from day to day, on a lake of a few traders."""

from datetime import UTC, date, datetime
from typing import Any

import pytest

from jobs import gold_lifetime_losers
from jobs.publishing.reserve import HIGHEST, Size
from jobs.running.runner import run_pass
from jobs.running.step_context import StepContext
from pumploss.days import midnight, shift, span
from pumploss.report import RunReport
from pumploss.tables import gold_trader_day
from pumploss.tables.gold_lifetime_losers import TABLE

DAYS = D1, D2, D3, D4 = span(date(2026, 3, 1), date(2026, 3, 4))
AT = datetime(2026, 3, 1, 9, tzinfo=UTC)


def life(trader: str, day: date, loss: int, net: int) -> dict[str, Any]:
    """A trader's day, with a net result that is made of all that makes one."""
    lost = {"loss_count_close": 2, "last_lost_at_close": AT} if loss else {"loss_count_close": 0}
    made = {"realised_pnl_close_lamports": net + 30, "equity_close_lamports": 20, "open_cost_close_lamports": 50}
    row = {"trader_address": trader, "day": day, "known_at": midnight(shift(day, 1)), **lost, **made}
    return {**row, "realised_loss_close_lamports": loss}


@pytest.fixture
def built(context, frame, rows_of):
    """`built(rows, days)`: puts rows of traders, runs the step over days, answers rows and what the step reported."""

    def built(rows, days):
        for day in sorted({row["day"] for row in rows}):
            own = [row for row in rows if row["day"] == day]
            context.lake.replace(gold_trader_day.TABLE, frame(gold_trader_day.TABLE, *own), [day], {day: len(own)})
        report = run_pass(context, RunReport(TABLE.name), days)
        return rows_of(context.lake.read(TABLE), "day", "trader_address"), report

    return built


def several(rows, *names):
    return [tuple(row[name] for name in names) for row in rows]


def test_whoever_has_lost_is_carried_on_with_what_a_board_says_of_him(built):
    rows = [life("ann", D1, -5, -7), life("ben", D1, 0, -1), life("cid", D1, 0, 4), life("ann", D3, -6, 3)]
    found, report = built([*rows, life("ben", D4, 0, 2)], DAYS)
    assert several(found, "day", "trader_address", "realised_loss_close_lamports", "net_close_lamports") == [
        (D1, "ann", -5, -7),
        (D1, "ben", 0, -1),
        (D2, "ann", -5, -7),
        (D2, "ben", 0, -1),
        (D3, "ann", -6, 3),
        (D3, "ben", 0, -1),
        (D4, "ann", -6, 3),
    ]
    assert several(found[:2], "loss_count_close", "last_lost_at_close", "known_at") == [
        (2, AT, midnight(D2)),
        (0, None, midnight(D2)),
    ]
    assert {(row["loss_threshold_lamports"], row["net_threshold_lamports"]) for row in found} == {(HIGHEST, HIGHEST)}
    assert [report.day(day).rows_read for day in DAYS] == [3, 0, 1, 1]


def test_a_day_on_which_nobody_has_lost_yet_has_no_row(built):
    found, _ = built([life("ann", D1, 0, 3), life("ann", D3, -1, 2)], DAYS[:3])
    assert several(found, "day", "trader_address") == [(D3, "ann")]


def test_a_night_reads_nothing_of_the_days_before_until_too_few_are_left(built, monkeypatch):
    monkeypatch.setattr(gold_lifetime_losers, "SIZE", Size(least=2, chosen=3, most=4))
    looked, read = [], StepContext.read_before
    monkeypatch.setattr(StepContext, "read_before", lambda *given: looked.append(given[2]) or read(*given))
    first = [life(f"t{n}", D1, 0, -1 - n) for n in range(9)]
    found, _ = built(first, (D1,))
    assert several(found, "trader_address", "net_threshold_lamports") == [("t6", -7), ("t7", -7), ("t8", -7)]
    built([life("t8", D2, 0, 1), life("t9", D2, 0, -20)], (D2,))
    assert looked == []
    later = [life("t9", D3, 0, 1), life("t7", D3, 0, 1), life("t6", D4, 0, -99)]
    found, _ = built(later, (D3,))
    assert looked == [D4], "as of the end of the day, whatever lies there of the next"
    assert several(found[-3:], "day", "trader_address", "net_close_lamports", "net_threshold_lamports") == [
        (D3, "t4", -5, -5),
        (D3, "t5", -6, -5),
        (D3, "t6", -7, -5),
    ]

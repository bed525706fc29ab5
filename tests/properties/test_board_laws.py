"""Laws of boards: out of 30 days and of lifetimes that are carried on, they are what a look at all days says."""

from datetime import date
from decimal import Decimal
from typing import Any

import polars as pl
import pytest

from benchmarks.lives import Lives
from jobs import gold_lifetime_losers
from jobs.publishing.leaderboards import leaderboards
from jobs.publishing.reserve import HIGHEST, Size
from jobs.running.runner import run_step
from jobs.running.step_context import StepContext
from pumploss.days import midnight, shift
from pumploss.lake.files import write_partition
from pumploss.report import RunReport
from pumploss.tables.gold_lifetime_losers import TABLE
from pumploss.tables.gold_trader_day import TABLE as TRADER_DAYS
from pumploss.warm import BOARD_ROWS, PERIODS
from pumploss.warm.tables import LEADERBOARDS, NET_LOSERS

STEP = TABLE.name
TRADERS, ACTIVE, GRAIN = 6_000, 2_400, 10**7
DAYS, RALLIES = 40, (3, 33, 37)
RESTATED = 34
SUMS = {"loss": "realised_loss_lamports", "trades": "loss_count", "net": "equity_change_lamports"}


def drawn(*rallies: int) -> dict[date, Any]:
    """Forty days of traders: ties, days on which most recover, and traders who never come back."""
    lives = Lives(TRADERS, seed=4, grain=GRAIN)
    return dict(lives.next_day(ACTIVE, number in rallies) for number in range(DAYS))


@pytest.fixture(scope="module")
def history() -> dict[date, Any]:
    """The days as they were first said to be."""
    return drawn(*RALLIES)


@pytest.fixture(autouse=True)
def looked(monkeypatch):
    """Days of which everybody was looked through, with reserves hardly larger than a board."""
    days = []
    look = gold_lifetime_losers.lowest

    def lowest(context, day, *what):
        days.append(day)
        return look(context, day, *what)

    monkeypatch.setattr(gold_lifetime_losers, "SIZE", Size(BOARD_ROWS + 50, BOARD_ROWS + 200, BOARD_ROWS + 500))
    monkeypatch.setattr(gold_lifetime_losers, "lowest", lowest)
    return days


def put(context, rows, days):
    folder = context.lake.laying(TRADER_DAYS)
    for day in days:
        write_partition(TRADER_DAYS, folder, {"day": day}, rows[day].drop_columns("day"))
    counts = {day: len(rows[day]) for day in days}
    context.lake.replace(TRADER_DAYS, context.lake.laid(TRADER_DAYS, folder), list(days), counts)
    said(context, TRADER_DAYS.name, days, "ok")


def said(context, step, days, status):
    rows = [{"run_id": "r", "step": step, "day": day, "status": status, "outputs": "{}", "error": "w"} for day in days]
    context.ledger.append(rows)


def boards(context, day):
    made = leaderboards(StepContext(context, (day,), RunReport("publish_warm")), day)
    names = [
        "period", "rank", "trader", "loss_amount", "loss_trades", "net_amount", "loss_amount_24h", "net_amount_24h",
        "loss_trades_24h", "loss_amount_all_time", "net_amount_all_time", "last_loss_time", "as_of",
    ]  # fmt: skip
    return {table: [tuple(row[name] for name in names) for row in rows] for table, rows in made.items()}


def scanned(history, day):
    """The boards by a look at every row of every day up to one."""
    rows = pl.concat([pl.DataFrame(pl.from_arrow(of_day)) for built, of_day in history.items() if built <= day])
    net = pl.col("realised_pnl_close_lamports") + pl.col("equity_close_lamports") - pl.col("open_cost_close_lamports")
    within = {period: pl.col("day") > shift(day, -length) for period, length in PERIODS.items() if length}
    latest = rows.sort("day").group_by("trader_address").agg(
        *(
            pl.col(column).filter(inside).sum().alias(f"{name}_{period}")
            for period, inside in within.items()
            for name, column in SUMS.items()
        ),
        pl.col("realised_loss_close_lamports").last().alias("loss_all"),
        pl.col("loss_count_close").last().alias("trades_all"),
        net.last().alias("net_all"),
        pl.col("last_lost_at_close").filter(pl.col("loss_count") > 0).last().alias("at"),
    )  # fmt: skip
    made = {}
    for name, table in (("loss", LEADERBOARDS), ("net", NET_LOSERS)):
        made[table] = []
        for period in PERIODS:
            by = f"{name}_{period}"
            best = latest.filter(pl.col(by) < 0).sort(by, "trader_address").head(BOARD_ROWS)
            made[table] += [
                (
                    period, rank, row["trader_address"], sol(row[f"loss_{period}"]), row[f"trades_{period}"],
                    sol(row[f"net_{period}"]), sol(row["loss_24h"]), sol(row["net_24h"]), row["trades_24h"],
                    sol(row["loss_all"]), sol(row["net_all"]), row["at"], midnight(shift(day, 1)),
                )
                for rank, row in enumerate(best.iter_rows(named=True), 1)
            ]  # fmt: skip
    return made


def sol(lamports):
    return Decimal(lamports) / 10**9


def test_boards_are_those_of_all_days_whatever_came_before_and_however_days_were_run(opened, history, looked, digests):
    days = list(history)
    with opened() as nightly, opened() as whole:
        for context in (nightly, whole):
            put(context, history, days)  # days that follow lie there from the start, and show nowhere
        run_step(nightly, STEP, days[:30])
        for day in days[30:34]:
            run_step(nightly, STEP, [day])
            assert boards(nightly, day) == scanned(history, day)
        run_step(nightly, STEP, [days[36]])  # two days are left out
        assert boards(nightly, days[36]) == scanned(history, days[36])
        run_step(nightly, STEP, days[34:36])
        assert nightly.ledger.stale(STEP) == {days[36]}
        run_step(nightly, STEP, days[36:])
        by_nights = list(looked)
        assert 2 <= len(set(by_nights)) < len(days) / 2, "few days needed a look at everybody"
        looked.clear()
        run_step(whole, STEP, days)
        assert digests(whole) == digests(nightly)
        thresholds = whole.lake.read(TABLE).select("net_threshold_lamports").distinct().toArrow()[0].to_pylist()
        assert max(thresholds) == HIGHEST, "on some days all who lost are kept"
        assert len(thresholds) > 2, "and on others those who lost most"
        for day in (days[0], days[3], days[-1]):
            assert boards(whole, day) == scanned(history, day)


def test_a_day_that_says_something_else_now_changes_the_boards_that_follow(opened, history, digests):
    days = list(history)
    now = drawn(*RALLIES, RESTATED)
    assert [day for day in days if now[day] != history[day]] == days[RESTATED:], "levels of later days follow"
    with opened() as restated, opened() as fresh:
        put(restated, history, days)
        run_step(restated, STEP, days)
        before = digests(restated)
        put(restated, now, days[RESTATED:])
        said(restated, STEP, days[RESTATED:], "stale")
        run_step(restated, STEP, [days[-1]])
        put(fresh, now, days)
        run_step(fresh, STEP, days)
        after = digests(restated)
        assert after == digests(fresh)
        changed = {day for (table, day), digest in after.items() if table == STEP and digest != before[table, day]}
        assert {days[RESTATED], days[-1]} <= changed <= set(days[RESTATED:])
        assert boards(restated, days[-1]) == scanned(now, days[-1])

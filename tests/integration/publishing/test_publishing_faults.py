"""What is not published, and what a publisher leaves that is cut off or killed."""

import os
import signal
import subprocess
import sys
from dataclasses import replace
from datetime import date
from pathlib import Path
from shutil import copytree, rmtree
from typing import Any

import psycopg
import pytest

from jobs.running.context import Context
from jobs.running.runner import run_pass
from pumploss.errors import CheckError, LakeError, StaleError, StoreError
from pumploss.lake import Ledger
from pumploss.report import RunReport
from pumploss.settings import ROOT, as_environment
from pumploss.tables import gold_trader_day, silver_trades
from pumploss.warm import swapping
from tests.building.town import DAY, Town, everything


@pytest.mark.parametrize("is_committed", [True, False])
def test_a_lost_answer_to_the_commit_is_looked_up(
    town: Town, monkeypatch: pytest.MonkeyPatch, is_committed: bool
) -> None:
    before, swap = everything(town.settings), swapping.swap

    def lose(connection: psycopg.Connection, *rest: Any) -> None:
        if is_committed:
            swap(connection, *rest)
        connection.execute("SELECT pg_terminate_backend(pg_backend_pid())")

    monkeypatch.setattr(swapping, "swap", lose)
    if is_committed:
        report = run_pass(town.context, RunReport("publish_warm"), (DAY,))
        assert "lost after everything was committed" in report.notes[-1]
        assert report.day(DAY).outputs["trades_timeseries"]["rows"] == 12
    else:
        with pytest.raises(StoreError, match="gave up"):
            run_pass(town.context, RunReport("publish_warm"), (DAY,))
    assert everything(town.settings) == before


def test_another_lake_is_refused(town: Town, tmp_path: Path) -> None:
    """It holds the same rows, but it was built by itself, in another place."""
    lake = Path(copytree(town.settings.lake, tmp_path / "lake"))
    foreign = Context(replace(town.settings, lake=str(lake)))
    rows = foreign.ledger.frame().to_dicts()
    rmtree(lake / "run_ledger")
    kept = ({name: row[name] for name in row if name not in ("written_at", "run_day")} for row in rows)
    Ledger(foreign.lake).append(kept)
    foreign = Context(foreign.settings)
    before = everything(town.settings)
    with pytest.raises(StoreError, match="never mix"):
        run_pass(foreign, RunReport("publish_warm"), (DAY,))
    with pytest.raises(StoreError, match="never mix"):
        run_pass(foreign, RunReport("publish_hot"), (DAY,))
    assert everything(town.settings) == before


def test_what_cannot_be_trusted_is_not_published(town: Town) -> None:
    before = everything(town.settings)
    with pytest.raises(LakeError, match="never been built"):
        run_pass(town.context, RunReport("publish_warm"), (date(2026, 1, 30),))
    digest = town.context.recorded_digest(gold_trader_day.TABLE, DAY) or ""
    town.ledger_row(gold_trader_day.TABLE, DAY, "stale", digest)
    try:
        with pytest.raises(StaleError, match="gold_trader_day of 2026-01-31 is stale"):
            run_pass(town.context, RunReport("publish_warm"), (DAY,))
    finally:
        town.ledger_row(gold_trader_day.TABLE, DAY, "ok", digest)
    assert everything(town.settings) == before


def test_profit_of_a_trade_that_is_missing_stops(town: Town) -> None:
    day = date(2026, 1, 26)
    kept = town.context.lake.read(silver_trades.TABLE, [day]).toArrow().to_pylist()
    digest = town.context.recorded_digest(silver_trades.TABLE, day) or ""
    before = everything(town.settings)
    town.write(silver_trades.TABLE, day, kept[:1])
    try:
        with pytest.raises(CheckError, match="trades_timeseries of 2026-01-26 was not published"):
            run_pass(town.context, RunReport("publish_warm"), (DAY,))
    finally:
        town.write(silver_trades.TABLE, day, kept)
    assert town.context.recorded_digest(silver_trades.TABLE, day) == digest
    assert everything(town.settings) == before


KILLED = """
import sys
from datetime import date
from pumploss.settings import from_environment
from pumploss.warm import open_warm, publishing, slices, swapping
from pumploss.warm.tables import LEADERBOARDS

empty = slices.board_slice(LEADERBOARDS, [])

def wait(moment):
    if sys.argv[1] == moment:
        print("here", flush=True)
        sys.stdin.readline()

def pieces():
    yield empty
    wait("copying")

with open_warm(from_environment()) as warm, publishing.exclusive(warm) as staging:
    staging.load(LEADERBOARDS, pieces())
    wait("loaded")
    entry = publishing.Published("killed", "run", date(2026, 1, 31), "landing", "lake")
    with warm.transaction():
        nothing = {"trades_timeseries": [], "daily_losses": [], "score_days": []}
        swapping._swap(warm, staging.loaded, nothing, entry)
        wait("swapped")
"""


@pytest.mark.parametrize("moment", ["copying", "loaded", "swapped"])
def test_a_killed_publisher_leaves_the_live_tables_whole(town: Town, moment: str) -> None:
    before = everything(town.settings)
    publisher = subprocess.Popen(
        [sys.executable, "-c", KILLED, moment],
        cwd=ROOT,
        env={**os.environ, **as_environment(town.settings)},
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )
    with publisher:
        assert publisher.stdout is not None
        assert publisher.stdout.readline() == "here\n"
        publisher.send_signal(signal.SIGKILL)
    assert everything(town.settings) == before
    run_pass(town.context, RunReport("publish_warm"), (DAY,))
    assert everything(town.settings) == before

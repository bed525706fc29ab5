"""What the ledger says of a pass: each day's row, and which days are stale because of it."""

import json

import pytest

from jobs.running.runner import run_step, run_steps
from pumploss import checks
from pumploss.errors import StaleError
from pumploss.tables import silver_trades
from tests.building.three_days import ABOVE_BRONZE, D1, D2, D3, DAYS, each, last_rows, more, stale


def test_every_run_leaves_a_row_per_step_and_day(built):
    rows = last_rows(built, "silver_trades")
    assert rows.keys() == set(DAYS)
    assert {row["status"] for row in rows.values()} == {"ok"}
    for day, row in rows.items():
        outputs = json.loads(row["outputs"])["silver_trades"]
        assert row["rows_read"] == row["rows_written"] + row["rows_duplicate"]
        assert outputs["rows"] == row["rows_written"] == built.lake.rows_by_day(silver_trades.TABLE)[day]
        assert outputs["version"] == row["output_version"]
    assert checks.measure(silver_trades.TABLE, built.lake.read(silver_trades.TABLE)).digests == {
        day: json.loads(row["outputs"])["silver_trades"]["digest"] for day, row in rows.items()
    }


def test_a_changed_day_makes_every_later_day_above_it_stale(built, changed, dumps, land, digests):
    land(built.settings.landing, D2, [*dumps[D2], more(D2)])
    run_step(built, "bronze_trades", [D2])
    assert stale(built) == each(ABOVE_BRONZE, D2, D3)
    why = last_rows(built, "gold_market_day")[D3]["error"]
    assert why == f"bronze_trades of 2026-01-06 changed in run {built.run_id}"
    with pytest.raises(
        StaleError, match="silver_trades of 2026-01-06 and 1 more days is stale: bronze_trades of 2026-01-06"
    ):
        built.read(silver_trades.TABLE, [D1, D2, D3])
    built.read(silver_trades.TABLE, [D1])
    with pytest.raises(StaleError):
        run_step(built, "silver_trade_pnl", [D3])
    run_steps(built, ABOVE_BRONZE, [D3])
    assert stale(built) == {}
    assert digests(built) == changed


def test_a_stale_day_whose_rebuild_failed_stays_stale(built, dumps, land, monkeypatch):
    land(built.settings.landing, D2, [*dumps[D2], more(D2)])
    run_step(built, "bronze_trades", [D2])
    with monkeypatch.context() as broken:
        broken.setattr("jobs.silver_trades.transform", lambda *_: 1 / 0)
        with pytest.raises(ZeroDivisionError):
            run_steps(built, ["silver_tokens", "silver_trades"], [D2])
    assert last_rows(built, "silver_trades")[D2]["error"] == "ZeroDivisionError: division by zero"
    with pytest.raises(StaleError):
        built.read(silver_trades.TABLE, [D2])
    run_steps(built, ["silver_tokens", "silver_trades"], [D3])
    assert stale(built) == each(ABOVE_BRONZE[2:], D2, D3)

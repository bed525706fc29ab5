"""How everything stands."""

import json

import polars as pl

from jobs import commands
from jobs.commands.status import champion_ages
from jobs.pipeline import STEPS
from pumploss.tables.gold_monitoring import TABLE as MONITORING
from tests.building import lakes
from tests.building.dumps import land_day
from tests.building.said_rows import said
from tests.building.three_days import D1, D2, D3, more


def test_status_of_nothing_starts_and_makes_nothing(home, capsys):
    assert commands.main(["status", "--json"]) == 1
    found = json.loads(capsys.readouterr().out)
    assert not home.exists()
    (need,) = found["needs"]
    assert need["text"].startswith(f"Nothing is there, neither a lake in {home}/lake nor a dump that can be used")
    assert f"PUMPLOSS_HOME={home}" in need["runbook"]
    assert set(found["steps"]) == {step.name for step in STEPS}
    assert found["steps"]["bronze_trades"]["status"] is None
    assert found["stores"]["lake"]["address"] == str(home / "lake")
    assert found["stores"]["warm"]["is_running"] is False
    assert "cannot be listed" in found["landing"]["error"]


def test_a_stale_day_is_a_reason_to_end_with_1(home, monkeypatch, capsys):
    monkeypatch.setenv("PUMPLOSS_LANDING", str(home / "landing"))
    land_day(home / "landing", D1, [more(D1)])
    with lakes.opened(home, home / "landing") as context:
        said(context, "bronze_trades", "ok", D1)
        for step in [step for step in STEPS if step.writes and not step.waits_for][1:]:
            said(context, step.name, "ok", D1)
        assert commands.main(["status"]) == 0
        said(context, "silver_trades", "stale", D1, error="bronze_trades changed")
    capsys.readouterr()
    assert commands.main(["status"]) == 1
    assert f"1 day of 1 step is stale, from {D1}" in capsys.readouterr().out


def test_a_champion_says_up_to_which_day_it_learned(home):
    with lakes.opened(home) as context:
        rows = [
            {"monitor_day": D3, "model": "risk-score", "model_version": "3", "measure": measure, "value": value}
            for measure, value in (("age_days", 1.0), ("score_psi", 0.5))
        ]
        pl.DataFrame(rows).write_delta(context.lake.path(MONITORING))
        said(context, "gold_monitoring", "ok", D2)
        # As of the close of D2, an outcome that is a day old ended with D1.
        assert champion_ages(context)["risk-score"]["learned_until"] == D1

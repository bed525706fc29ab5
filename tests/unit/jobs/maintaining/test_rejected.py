"""Models that the gate refused go after a while, and none that anybody names."""

import json
from datetime import timedelta
from pathlib import Path

import pytest

from jobs.maintaining.rejected import REJECTED_DAYS, rejected_models
from jobs.maintaining.upkeep import maintain
from models.registry import CHALLENGER, Registry
from pumploss import clock
from tests.building.three_days import D1

LOSS, RISK = "loss-prediction", "risk-score"
PASSED, REFUSED = "passed", "captured_over_volume is +0.0037: not clear of 0; bands must rise"


@pytest.fixture
def registry(context, monkeypatch):
    """Four trainings of both models, of which the gate passed the first, as they are 91 days later.

    The risk of a training keeps its rows with the run of the loss model.
    """
    registry = Registry(context.settings)
    client = registry.client
    experiment = registry._experiment
    for name in (LOSS, RISK):
        client.create_registered_model(name)
    for said in (PASSED, REFUSED, REFUSED, REFUSED):
        frame = None
        for name in (LOSS, RISK):
            run = client.create_run(experiment).info
            if frame is None:
                rows = context.settings.home / "rows.parquet"
                rows.write_bytes(b"rows")
                client.log_artifact(run.run_id, str(rows), "training_frame")
                frame = f"runs:/{run.run_id}/training_frame/rows.parquet"
            model = client.create_logged_model(experiment, source_run_id=run.run_id)
            folder = Path(model.artifact_location.removeprefix("file://"))
            folder.mkdir(parents=True)
            (folder / "model.lgb").write_bytes(b"trees")
            tags = {"gate": said, "frame_file": frame}
            made = client.create_model_version(
                name, model.model_uri, run.run_id, tags=tags, model_id=model.model_id
            ).version
            client.set_registered_model_alias(name, CHALLENGER, made)
            if said == PASSED:
                registry.promote(name, str(made))
    later = clock.now() + timedelta(days=REJECTED_DAYS + 1)
    monkeypatch.setattr(clock, "now", lambda: later)
    return registry


def versions(registry):
    return {name: [str(one.version) for one in registry.versions(name)] for name in (LOSS, RISK)}


def on_disk(registry):
    found = (path for path in (registry.settings.home / "mlflow" / "artifacts").rglob("*") if path.is_file())
    return sorted(path.name for path in found)


def test_refused_ones_go_with_their_files_and_the_newest_and_who_served_stay(context, registry):
    listed = list(rejected_models(context))
    assert [chore.where for chore in listed] == [f"{name} version {n}" for name in (LOSS, RISK) for n in (2, 3)]
    assert [chore.files for chore in listed] == [1, 1, 2, 2], "rows that two share go with the later one"
    assert listed[0].more == "the gate refused it: captured_over_volume is +0.0037: not clear of 0"
    assert versions(registry) == {name: ["1", "2", "3", "4"] for name in (LOSS, RISK)}, "to list is not to drop"
    done = [chore.carried_out() for chore in listed]
    assert sum(chore.files for chore in done) == 6
    assert versions(registry) == {name: ["1", "4"] for name in (LOSS, RISK)}
    assert on_disk(registry) == sorted(["model.lgb"] * 4 + ["rows.parquet"] * 2)
    assert list(rejected_models(context)) == []


def test_who_scored_a_day_or_was_promoted_by_hand_stays(context, registry):
    row = {"run_id": "r", "step": "gold_scores", "status": "ok", "seconds": 0.5, "peak_memory_bytes": 1}
    outputs = json.dumps({"gold_scores": {"models": ["2", "1"]}})
    more = {"inputs": "[]", "code_version": "0", "landing": "/l", "day": D1, "outputs": outputs}
    context.ledger.append([{**row, **more}])
    registry.promote(RISK, "3", why="by hand")
    registry.roll_back(RISK)
    assert [chore.where for chore in rejected_models(context)] == [f"{LOSS} version 3", f"{RISK} version 2"]


def test_young_ones_stay(context, registry, monkeypatch):
    young = clock.now() - timedelta(days=2)
    monkeypatch.setattr(clock, "now", lambda: young)
    assert list(rejected_models(context)) == []


def test_upkeep_drops_them_and_notes_it(context, registry):
    done = maintain(context, [], timedelta(days=7))
    assert [chore.where for chore in done if chore.what == "refused models"] == [
        f"{name} version {n}" for name in (LOSS, RISK) for n in (2, 3)
    ]
    assert versions(registry) == {name: ["1", "4"] for name in (LOSS, RISK)}

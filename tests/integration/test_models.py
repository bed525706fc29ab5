"""Training, registry, gate, rollback and scoring on a small lake with a planted signal, nothing replaced."""

import json
import os
from dataclasses import replace

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pytest

from jobs.running.context import open_context
from jobs.running.runner import run_pass, run_step
from models.registry import CHALLENGER, CHAMPION, PREVIOUS, Registry
from pumploss.days import midnight, shift, span
from pumploss.errors import ModelError
from pumploss.report import RunReport
from tests.building import lakes
from tests.building.planted_lake import FIRST, LAST, LEAVING, TRADERS, build, features_table, restate, scored

pytestmark = pytest.mark.filterwarnings("ignore::ResourceWarning")


@pytest.fixture(scope="module")
def settings(tmp_path_factory):
    home = tmp_path_factory.mktemp("models") / "home"
    found = lakes.settings_of(home)
    build(found.lake)
    return found


@pytest.fixture(scope="module")
def context(settings, spark):
    with open_context(settings) as opened:
        yield opened


@pytest.fixture(scope="module")
def registry(settings):
    return Registry(settings)


@pytest.fixture(scope="module")
def first(context):
    """The reports of the first trainings, by model."""
    reports = {}
    assert "cannot be trained yet" in run_pass(context, RunReport("train_loss_model"), (shift(LAST, -1),)).skipped
    before = run_pass(context, RunReport("gold_scores"), (LAST,))
    assert "there is no champion" in before.skipped
    for name in ("train_loss_model", "train_risk_model"):
        report = run_pass(context, RunReport(name), (LAST,))
        reports[report.step] = report
    return reports


def test_the_first_models_find_the_signal_and_become_champions(first, registry):
    for step, name in (("train_loss_model", "loss-prediction"), ("train_risk_model", "risk-score")):
        report = first[step]
        assert report.skipped is None
        assert report.details["model"] == name
        assert report.details["short_history"] is True
        assert report.details["metrics"]["auc_exposed"] > 0.66
        assert report.details["metrics"]["logloss"] < report.details["baselines"]["base_rate"]["logloss"]
        assert report.day(LAST).rows_read == 40 * TRADERS
        assert registry.version(name) == registry.version(name, CHALLENGER) == "1"
        assert report.details["gate"] == {"is_promoted": True, "reasons": []}
        assert registry.tags(name, "1")["gate"] == "passed"
        assert report.day(LAST).outputs[name]["gate"] == report.details["gate"]
        assert report.details["comparisons"] == registry.load(name, "1").metrics["comparisons"]
        json.dumps(report.details, allow_nan=False)


def test_both_trainings_use_the_same_frame(first, registry):
    tags = [registry.tags(name, "1") for name in ("loss-prediction", "risk-score")]
    assert tags[0]["frame_sha256"] == tags[1]["frame_sha256"]
    assert tags[0]["params_hash"] != tags[1]["params_hash"]


def test_a_version_says_what_it_was_made_from(first, registry):
    tags = registry.tags("risk-score", "1")
    assert tags["data_gold_labels"].startswith("version 0, days ")
    assert tags["data_gold_trader_features"].startswith("version 0, days ")
    assert tags["range_train"] == f"{shift(FIRST, 30)}..{shift(FIRST, 56)} (27 days)"
    assert tags["range_calibrate"] == f"{shift(FIRST, 50)}..{shift(FIRST, 56)} (7 days)"
    assert tags["range_test"] == f"{shift(LAST, -12)}..{shift(LAST, -6)} (7 days)"
    assert tags["range_refit"] == f"{shift(FIRST, 30)}..{shift(LAST, -6)} (40 days)"
    assert tags["folds"] == "1 of 4"
    named = {"code_version", "label_version", "horizon_days", "feature_set_version", "seed", "score_version", "gate"}
    assert named <= tags.keys()
    assert tags["short_history"] == "true"


def test_no_process_that_is_started_later_inherits_the_address(first, settings):
    assert os.environ.get("MLFLOW_TRACKING_URI") != settings.tracking_uri


def test_training_again_on_the_same_data_registers_nothing(first, context, registry):
    report = run_pass(context, RunReport("train_risk_model"), (LAST,))
    assert report.details["is_new"] is False
    assert report.details["version"] == "1"
    assert report.details["metrics"] == first["train_risk_model"].details["metrics"]
    assert registry.version("risk-score", CHALLENGER) == "1"


def test_if_missing_leaves_a_champion_alone(first, context):
    report = run_pass(context, RunReport("train_loss_model"), (LAST,), if_missing=True)
    assert "is the champion already" in report.skipped


@pytest.fixture(scope="module")
def scores(first, context):
    report = run_pass(context, RunReport("gold_scores"), span(shift(LAST, -1), LAST))
    assert report.skipped is None
    assert report.day(LAST).rows_written == TRADERS
    return report


def test_every_trader_has_one_score_with_its_models_and_reasons(scores, context):
    rows = scored(context, LAST)
    assert len(rows) == TRADERS
    assert {(row["loss_model_version"], row["risk_model_version"], row["score_version"]) for row in rows} == {
        ("1", "1", "2")
    }
    assert all(row["scored_at"] == row["as_of"] == midnight(shift(LAST, 1)) for row in rows)
    assert all(row["p_severe"] <= row["p_loss"] for row in rows)
    assert all(0 <= row["loss_p50_sol"] <= row["loss_p90_sol"] for row in rows)
    by_risk = sorted(rows, key=lambda row: row["p_severe"])
    shares = [row["risk_percentile"] for row in by_risk]
    assert shares[0] == 0
    assert shares == sorted(shares)
    assert [row["risk_score"] for row in by_risk] == sorted(row["risk_score"] for row in rows)
    assert json.loads(by_risk[-1]["reasons"])[0]["group"] == "losses"


def test_published_probabilities_are_those_of_the_registered_model(scores, context, registry):
    from models.dataset import matrix
    from models.scoring.answers import both
    from models.serving import hashes

    served, risk = registry.load("loss-prediction", "1"), registry.load("risk-score", "1")
    frame = context.lake.read(features_table(), [shift(LAST, 1)]).orderBy("trader_address")
    import polars as pl

    x = matrix(pl.DataFrame(pl.from_arrow(frame.toArrow())), served.names)
    assert risk.names == served.names
    expected = vars(both(served.predictor.losses(x), served, risk, x)[0])
    rows = scored(context, LAST)
    for name, values in expected.items():
        np.testing.assert_allclose([row[name] for row in rows], values, rtol=1e-12, atol=1e-12, err_msg=name)
    assert [row["features_hash"] for row in rows] == hashes(x)


def test_scoring_again_gives_the_same_bytes_of_truth(scores, context):
    again = run_pass(context, RunReport("gold_scores"), span(shift(LAST, -1), LAST))
    outputs = [report.day(LAST).outputs["gold_scores"]["digest"] for report in (scores, again)]
    assert outputs[0] == outputs[1]


@pytest.fixture(scope="module")
def second(scores, context, settings, registry):
    """A second risk model, on other data."""
    build(settings.lake, seed=2)
    report = run_pass(context, RunReport("train_risk_model"), (LAST,))
    assert report.details["is_new"]
    return report


def test_a_better_challenger_follows_and_the_old_champion_stays_reachable(second, registry):
    assert second.details["version"] == "2"
    assert second.details["is_champion"]
    assert registry.version("risk-score", CHAMPION) == "2"
    assert registry.version("risk-score", PREVIOUS) == "1"


def test_the_score_keeps_the_reference_of_its_version(second, registry):
    maps = [registry.load("risk-score", version).score_map for version in ("1", "2")]
    assert maps[0] == maps[1]


def test_a_scored_day_keeps_its_versions_unless_asked(second, context):
    run_pass(context, RunReport("gold_scores"), (LAST,))
    assert {row["risk_model_version"] for row in scored(context, LAST)} == {"1"}
    mixed = run_pass(context, RunReport("gold_scores"), span(shift(LAST, -2), LAST))
    assert {row["risk_model_version"] for row in scored(context, shift(LAST, -2))} == {"2"}
    assert {row["risk_model_version"] for row in scored(context, LAST)} == {"1"}
    assert len(mixed.details["versions"]) == 2
    run_pass(context, RunReport("gold_scores"), (LAST,), rescore=True)
    assert {row["risk_model_version"] for row in scored(context, LAST)} == {"2"}


def test_a_challenger_that_is_worse_on_the_same_days_stays_one(second, context, registry, monkeypatch):
    from models.risk_model import SPEC

    weak = replace(SPEC, rounds=3)
    monkeypatch.setattr("jobs.train_risk_model.SPEC", weak)
    report = run_pass(context, RunReport("train_risk_model"), (LAST,))
    assert report.details["is_champion"] is False
    assert "worse than the champion's" in report.warnings[0]
    assert registry.version("risk-score", CHALLENGER) == "3"
    assert registry.version("risk-score", CHAMPION) == "2"
    assert run_pass(context, RunReport("train_risk_model"), (LAST,)).details["is_new"] is False


def test_a_tampered_booster_is_neither_scored_with_nor_replaced_silently(
    second, context, settings, registry, monkeypatch
):
    from models.risk_model import SPEC

    original = registry.load("risk-score", "2").booster_text
    places = [path for path in (settings.home / "mlflow").rglob("model.lgb") if path.read_text() == original]
    places[0].write_text(original.replace("leaf_value=", "leaf_value=9", 1))
    try:
        with pytest.raises(ModelError, match=r"model\.lgb is not what was registered"):
            run_pass(context, RunReport("gold_scores"), (LAST,), rescore=True)
        monkeypatch.setattr("jobs.train_risk_model.SPEC", replace(SPEC, seed=7))
        report = run_pass(context, RunReport("train_risk_model"), (LAST,))
        assert report.details["is_champion"] is False
        assert "the champion cannot be compared" in report.warnings[0]
    finally:
        places[0].write_text(original)


@pytest.mark.parametrize(("leaving", "why"), LEAVING)
def test_who_leaves_the_features_of_a_scored_t_leaves_its_scores(second, context, settings, leaving, why):
    earlier = shift(LAST, -1)
    whole = context.lake.read(features_table(), [LAST]).toArrow()
    restate(context, settings, whole, "whole")
    run_step(context, "gold_scores", (earlier,))
    versions = {row["risk_model_version"] for row in scored(context, earlier)}
    kept = whole.filter(pc.invert(pc.is_in(whole["trader_address"], pa.array(leaving, pa.string()))))
    restate(context, settings, kept, f"without {why}")
    try:
        run_step(context, "gold_scores", (LAST,))
        rows = scored(context, earlier)
    finally:
        restate(context, settings, whole, "whole")
    assert [row["trader_address"] for row in rows] == sorted(kept["trader_address"].to_pylist()), why
    assert {row["risk_model_version"] for row in rows} == (versions if kept.num_rows else set()), why


def test_a_training_that_searches_says_what_came_of_it_and_is_another_version(second, settings, registry):
    with open_context(replace(settings, search_minutes=0.01)) as searching:
        report = run_pass(searching, RunReport("train_risk_model"), (LAST,))
        assert run_pass(searching, RunReport("train_risk_model"), (LAST,)).details["is_new"] is False
    assert report.details["is_new"] is True
    tags = registry.tags("risk-score", report.details["version"])
    assert f"risk-score: {tags['search']}" in report.notes
    assert bool(json.loads(tags["searched_parameters"])) is ("one was better in every fold" in tags["search"])

"""What a consumer of the registry gets in an environment that has MLflow and LightGBM alone."""

import hashlib
import json
import os
import re
import subprocess
import sys
from pathlib import Path

import numpy as np
import polars as pl
import pytest

from jobs.running.context import open_context
from jobs.running.runner import run_pass
from models.artifacts import scoring_code
from models.registry import Registry
from models.scoring.answers import TOLD_FROM_SOL
from models.scoring.coherent import Losses, coherent
from models.serving import Pair
from pumploss.days import shift
from pumploss.report import RunReport
from pumploss.settings import ROOT
from tests.building import lakes, planted_models
from tests.building.planted_lake import LAST, features_table, scored
from tests.building.shared import shared

pytestmark = pytest.mark.filterwarnings("ignore::ResourceWarning")

SIDE = ROOT / "tests" / "building" / "consumer_side.py"
LOSSES = ("p_trade", "p_loss_if_exposed", "p_loss", "expected_loss_sol", "loss_p50_sol", "loss_p90_sol")
RISKS = ("p_severe", "risk_score")
SAID = ("risk_band", "reasons", "loss_model_version")


@pytest.fixture(scope="module")
def settings(tmp_path_factory):
    home = planted_models.trained(tmp_path_factory, tmp_path_factory.mktemp("consumed") / "home")
    return lakes.settings_of(home)


@pytest.fixture(scope="module")
def published(settings, spark):
    """The features of a T, and the scores that were published of them."""
    with open_context(settings) as context:
        assert run_pass(context, RunReport("gold_scores"), (LAST,)).skipped is None
        features = context.lake.read(features_table(), [shift(LAST, 1)]).orderBy("trader_address").toArrow()
        return pl.DataFrame(pl.from_arrow(features)), pl.DataFrame(scored(context, LAST), infer_schema_length=None)


@pytest.fixture(scope="module")
def python(tmp_path_factory):
    """The interpreter of an environment with MLflow and LightGBM in the locked versions, and what these bring."""

    def made(folder: Path) -> None:
        uv = Path(sys.executable).with_name("uv")
        subprocess.run([uv, "venv", "--quiet", "--python", sys.executable, folder / "venv"], check=True)
        install = [uv, "pip", "install", "--quiet", "--python", folder / "venv/bin/python", "mlflow", "lightgbm"]
        subprocess.run([*install, "--constraint", ROOT / "requirements.lock"], check=True)

    return shared(tmp_path_factory, "consumer", made) / "venv" / "bin" / "python"


@pytest.fixture(scope="module")
def folder(settings, published, python, tmp_path_factory):
    """Where the consumer worked: with the snippet of the docs, a frame of features, and a package of its own."""
    place = tmp_path_factory.mktemp("consumer")
    section = (ROOT / "docs" / "models.md").read_text().partition("## As a consumer")[2]
    (place / "snippet.py").write_text(re.search(r"```python\n(.*?)```", section, re.DOTALL)[1])
    (place / "side.py").write_text(SIDE.read_text())
    (place / "models").mkdir()
    (place / "models" / "__init__.py").write_text("raise ImportError('a package of the consumer')")
    published[0].write_parquet(place / "features.parquet")
    kept = {name: value for name, value in os.environ.items() if not name.startswith(("PYTHON", "PUMPLOSS"))}
    quiet = {"MLFLOW_TRACKING_URI": settings.tracking_uri, "MLFLOW_DISABLE_TELEMETRY": "true", "DO_NOT_TRACK": "true"}
    done = subprocess.run(
        [python, "side.py"], cwd=place, env=kept | quiet, capture_output=True, text=True, check=False, timeout=600
    )
    assert done.returncode == 0, done.stderr
    return place


@pytest.mark.parametrize("frame", ["snippet", "turned", "numeric", "indexed", "loss"])
def test_a_consumer_gets_what_was_published(folder, published, settings, frame):
    answers, scores = pl.read_parquet(folder / "answers" / f"{frame}.parquet"), published[1]
    figures, said = (LOSSES, ()) if frame == "loss" else ((*LOSSES, *RISKS), SAID)
    assert len(answers) == len(scores)
    assert set(answers.columns) == {*figures, *said}
    if frame == "loss":
        # The loss model alone does not know what the risk model says; with that it answers what was published.
        own = Losses(*(answers[name].to_numpy() for name in LOSSES))
        amount = Registry(settings).load("loss-prediction", "1").amount
        answers = pl.DataFrame(vars(coherent(own, amount, scores["p_severe"].to_numpy())))
    for name in figures:
        np.testing.assert_allclose(answers[name], scores[name], rtol=0, atol=1e-9, err_msg=name)
    for name in said:
        assert answers[name].to_list() == scores[name].to_list(), name


def test_a_published_row_is_replayed_by_the_versions_that_it_names(published, settings):
    features, scores = published
    (loss,), (risk,) = (scores[name].unique() for name in ("loss_model_version", "risk_model_version"))
    registry = Registry(settings)
    again = Pair(registry.load("loss-prediction", loss), registry.load("risk-score", risk)).score(features)
    for name in (*LOSSES, *RISKS, "baseline_score"):
        np.testing.assert_allclose(getattr(again, name), scores[name], rtol=0, atol=1e-9, err_msg=name)
    for name in ("risk_band", "reasons", "features_hash"):
        assert getattr(again, name) == scores[name].to_list(), name


def test_who_is_at_risk_has_reasons_that_say_what_is_usual(published):
    for row in published[1].iter_rows(named=True):
        told = json.loads(row["reasons"])
        most = max(row["expected_loss_sol"], row["loss_p90_sol"])
        assert bool(told) == (row["risk_band"] not in ("very low", "low") or most >= TOLD_FROM_SOL)
        held = [reason for reason in told if reason["group"] == "p_loss"]
        raised = [reason for reason in told if reason["group"] in ("loss_p90_sol", "loss_p50_sol")]
        assert len(held) + len(raised) <= 1
        for reason in raised:
            assert reason is told[-1]
            assert reason["value"] == row[reason["group"]] >= 5
            told.remove(reason)
        # What holds the risk back is no reason for it, and stands last.
        assert held == [reason for reason in told[-1:] if reason["contribution"] < 0]
        for reason in held:
            assert reason["value"] == row["p_loss"] == pytest.approx(row["p_severe"], abs=1e-9)
        for reason in told[: len(told) - len(held)]:
            assert (" the usual " in reason["text"]) == (reason["value"] is not None)
            assert reason["peer_median"] is not None


def test_no_rows_give_no_answers(folder):
    assert pl.read_parquet(folder / "answers" / "none.parquet").is_empty()


def test_what_cannot_be_answered_is_named(folder):
    refused = json.loads((folder / "refused.json").read_text())
    assert "missing inputs ['buy_sol_7d', 'win_rate_30d']" in refused["absent"]
    assert "The model asks for numbers: buy_sol_7d of the frame are none" in refused["text"]


def test_what_is_not_what_was_registered_does_not_score(folder):
    turned = json.loads((folder / "refused.json").read_text())["turned"]
    assert turned.pop("as it was") == "nothing"
    named = {
        "tree": "artifacts/model/model.lgb",
        "tree of the loss": "artifacts/model/loss/p90.lgb",
        "code": "/score.py",
        "missing": "artifacts/model/peers.json",
        "added": "/more.py",
        "linked": "/arrays",
    }
    assert turned.keys() == named.keys()
    for name, file in named.items():
        assert f"{file} in " in turned[name], name
        assert "not what was registered" in turned[name]


def test_a_version_that_a_consumer_ran_is_still_what_was_registered(folder, settings):
    registry = Registry(settings)
    for name in ("loss-prediction", "risk-score"):
        assert registry.load(name, "1").name == name


def test_no_pickle_and_no_other_code_lies_among_the_artifacts(folder, settings):
    paths = [path for path in (settings.home / "mlflow").rglob("*") if path.is_file()]
    code = [path for path in paths if path.suffix == ".py"]
    assert {path.read_text() for path in code} == set(scoring_code().values())
    found = {path.name for path in paths if path not in code and path.name != "rows.parquet"}
    assert {"model.lgb", "calibrator.json", "score_map.json", "features.json", "metrics.json", "model_card.md"} <= found
    pages = [path for path in paths if path.suffix == ".html"]
    assert {path.name for path in pages} == {"report.html"}
    assert not [path for path in pages if "<script" in path.read_text()], "a page runs nothing, either"
    kinds = {"lgb", "json", "md", "txt", "yaml", "db", "html", "MLmodel", "registered_model_meta"}
    assert {name.rpartition(".")[2] for name in found} <= kinds


def test_a_run_keeps_what_it_learned_from(published, settings, tmp_path_factory):
    import mlflow

    registry = Registry(settings)
    tags = [registry.tags(name, "1") for name in ("loss-prediction", "risk-score")]
    assert tags[0]["frame_file"] == tags[1]["frame_file"]
    client = mlflow.MlflowClient(settings.tracking_uri)
    for version in (*registry.versions("loss-prediction"), *registry.versions("risk-score")):
        inputs = client.get_run(version.run_id).inputs.dataset_inputs
        paths = {given.dataset.name: json.loads(given.dataset.source)["path"] for given in inputs}
        lake = planted_models.made(tmp_path_factory) / "lake"
        assert paths == {name: f"{lake}/{name}" for name in ("gold_labels", "gold_trader_features")}
        marks = [{tag.key: tag.value for tag in given.tags} for given in inputs]
        assert marks == [{"mlflow.data.context": "training", "delta_table_version": "0"}] * 2
    run = tags[0]["frame_file"].removeprefix("runs:/").partition("/")
    content = Path(client.download_artifacts(run[0], run[2])).read_bytes()
    assert hashlib.sha256(content).hexdigest() == tags[0]["frame_file_sha256"]
    assert len(content) == int(tags[0]["frame_file_bytes"])
    rows = pl.read_parquet(content)
    assert {rows.schema[name] for name in registry.load("risk-score", "1").names} == {pl.Float32}
    assert len(rows) == 40 * rows["trader_address"].n_unique()

"""What people do with registered models by hand, on a small lake with a planted signal."""

import json
from pathlib import Path

import mlflow
import numpy as np
import pandas as pd
import pytest

from jobs import commands
from jobs.commands import terminal
from jobs.running.runner import run_pass
from jobs.scoring import carrying
from models.pairing import CARRIED, NONE, carried
from models.registry import CHALLENGER, CHAMPION, Registry
from pumploss.report import RunReport
from tests.building import lakes, nights
from tests.building.planted_lake import LAST, build

pytestmark = pytest.mark.filterwarnings("ignore::ResourceWarning")

NAME = "risk-score"


@pytest.fixture(scope="module")
def registry(tmp_path_factory, spark):
    """A registry in which both models were trained on noise: the amounts lost are those of nobody in particular."""
    home = tmp_path_factory.mktemp("by_hand") / "home"
    with nights.environment_of(home), lakes.opened(home) as context:
        build(context.settings.lake, skill=0.0)
        for step in ("train_loss_model", "train_risk_model"):
            report = run_pass(context, RunReport(step), (LAST,))
            assert report.details["gate"]["is_promoted"] is False
            assert "stays a challenger" in report.warnings[0]
        skipped = run_pass(context, RunReport("gold_scores"), (LAST,)).skipped
        assert "the gate kept version 1 back" in skipped
        yield Registry(context.settings)


def said(capsys, *words):
    assert commands.main(["model", *words]) == 0
    return capsys.readouterr().out


def test_a_first_model_that_beats_nobody_is_kept_back_and_the_registry_says_why(registry):
    assert registry.version(NAME, CHAMPION) is None
    assert registry.version(NAME, CHALLENGER) == "1"
    assert "not clear of 0" in registry.tags(NAME, "1")["gate"]


def test_the_list_says_who_serves_and_what_the_gate_said(registry, capsys):
    listed = json.loads(said(capsys, "list", "--json"))
    assert list(listed) == ["loss-prediction", NAME]
    (row,) = listed[NAME]
    assert (row["version"], row["alias"], row["promoted"], row["label_version"]) == ("1", "challenger", None, "2")
    assert row["gate"] == registry.tags(NAME, "1")["gate"]


def test_the_list_fits_a_terminal(registry, capsys, monkeypatch):
    monkeypatch.setattr(terminal, "PLAIN_WIDTH", 80)
    lines = said(capsys, "list").splitlines()
    assert max(map(len, lines)) <= 80
    assert [line.split()[:2] for line in lines if line.split()[:1] == ["1"]] == [["1", "challenger"]] * 2


def test_what_is_shown_is_the_evidence_of_the_gate(registry, capsys):
    shown = json.loads(said(capsys, "show", NAME, "--json"))
    assert shown["comparisons"] == registry.load(NAME, "1").metrics["comparisons"]
    assert [band["name"] for band in shown["bands"]] == ["very low", "low", "medium", "high", "very high"]
    assert "captured_over_volume" in said(capsys, "show", NAME)


def test_a_report_is_a_page_of_the_version(registry, capsys, tmp_path):
    path = said(capsys, "report", NAME).strip()
    assert path.endswith(f"reports/{NAME}-1.html")
    text = Path(path).read_text()
    assert f"<h1>{NAME} version 1</h1>" in text
    assert "The gate kept it back" in text
    assert "Which inputs weigh most" in text
    assert said(capsys, "report", NAME, "1", "--to", str(tmp_path / "deep" / "page.html")).strip().endswith("page.html")
    assert (tmp_path / "deep" / "page.html").read_text() == text


def test_a_person_may_promote_what_the_gate_refused_and_take_it_back(registry, capsys):
    assert "The gate said of it" in said(capsys, "promote", NAME)
    assert registry.version(NAME) == "1"
    assert registry.tags(NAME, "1")["promoted"] == "by hand"
    assert commands.main(["model", "rollback", NAME]) != 0
    assert "no version that served before" in capsys.readouterr().err
    assert registry.version(NAME) == "1"


def test_a_risk_trained_beside_no_loss_model_that_serves_carries_none_and_says_so(registry, capsys):
    assert registry.version("loss-prediction") is None
    assert carried(registry, NAME, "1") is None
    assert not any("loss/" in file for file in json.loads(registry.tags(NAME, "1")["artifacts_sha256"]))
    registry._client.delete_registered_model_alias(NAME, CHAMPION)
    out = said(capsys, "promote", NAME)
    assert "carries no loss-prediction, since none served when it was trained" in out
    frame = pd.DataFrame(np.zeros((2, len(registry.load(NAME, "1").names))), columns=registry.load(NAME, "1").names)
    mlflow.set_tracking_uri(registry.settings.tracking_uri)
    answers = mlflow.pyfunc.load_model(f"models:/{NAME}@champion").predict(frame)
    assert list(answers.columns) == ["p_severe", "risk_score", "risk_band", "reasons"]
    assert answers["p_severe"].between(0, 1).all()


def test_a_risk_that_carries_a_loss_model_which_nobody_promoted_is_not_promoted(registry, capsys):
    registry._client.delete_registered_model_alias(NAME, CHAMPION)
    registry._client.set_model_version_tag(NAME, "1", CARRIED, "1")
    try:
        assert commands.main(["model", "promote", NAME, "1"]) != 0
        assert "carries loss-prediction version 1, which was never promoted" in capsys.readouterr().err
        assert registry.version(NAME) is None
        said(capsys, "promote", "loss-prediction")
        said(capsys, "promote", NAME, "1")
        assert registry.version(NAME) == "1"
    finally:
        registry._client.set_model_version_tag(NAME, "1", CARRIED, NONE)


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (["promote", NAME, "9"], "has no version 9"),
        (["promote"], "Say which model"),
        (["show", "churn"], "Say which model"),
        (["rollback", "loss-prediction"], "no version that served before"),
    ],
)
def test_what_cannot_be_done_is_refused_by_name(registry, capsys, words, message):
    assert commands.main(["model", *words]) != 0
    assert message in capsys.readouterr().err


def test_who_serves_beside_another_loss_model_than_the_risk_carries_is_named(registry, capsys):
    registry._client.set_model_version_tag(NAME, "1", CARRIED, "1")
    try:
        registry.promote("loss-prediction", "1")
        registry.promote(NAME, "1")
        assert carrying.notes(registry) == []
        registry._client.delete_registered_model_alias("loss-prediction", CHAMPION)
        (said_of_it,) = carrying.notes(registry)
        assert "carries loss-prediction version 1, and none serves" in said_of_it
    finally:
        registry._client.set_model_version_tag(NAME, "1", CARRIED, NONE)

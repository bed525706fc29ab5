"""Who serves: what a person, a training and a night may make of the champion, on a small lake with a planted signal."""

from contextlib import contextmanager

import pytest

from features.registry import FEATURE_SET_VERSION
from jobs import commands
from jobs.running import horizon
from jobs.running.runner import run_pass, run_step
from jobs.scoring import versions
from jobs.training import run as training
from models.loss_model import SPEC
from models.registry import CHALLENGER, CHAMPION, Registry
from models.time_split import split_by_time
from models.training import train
from pumploss.errors import ModelError, SettingsError
from pumploss.report import RunReport
from pumploss.tables.gold_scores import TABLE
from tests.building import lakes, nights, planted_models
from tests.building.planted_frame import INPUTS, frame_of
from tests.building.planted_lake import LAST

pytestmark = pytest.mark.filterwarnings("ignore::ResourceWarning")

NAME = "loss-prediction"


@pytest.fixture(scope="module")
def context(tmp_path_factory, spark):
    """A lake with a champion of each model, which scored the last day."""
    home = planted_models.trained(tmp_path_factory, tmp_path_factory.mktemp("serving") / "home")
    with nights.environment_of(home), lakes.opened(home) as context:
        run_step(context, "gold_scores", (LAST,))
        yield context


@pytest.fixture
def registry(context):
    return Registry(context.settings)


def of(context):
    """The versions of scores and ledger."""
    return context.lake.version(TABLE), context.ledger.standing("gold_scores"), context.ledger.stale("gold_scores")


@pytest.mark.parametrize("options", [{}, {"rescore": True}])
def test_models_of_one_horizon_give_no_scores_of_another(context, monkeypatch, options):
    monkeypatch.setattr(versions, "HORIZON_DAYS", 1)
    before = of(context)
    with pytest.raises(ModelError, match=r"loss-prediction version 1 .* over 7 days, .* are of 1 .*Unset PUMPLOSS_HOR"):
        run_pass(context, RunReport("gold_scores"), (LAST,), **options)
    assert of(context) == before


def test_a_night_says_that_who_serves_learned_features_of_another_set(context, monkeypatch):
    assert run_pass(context, RunReport("gold_scores"), (LAST,)).warnings == []
    monkeypatch.setattr(versions, "FEATURE_SET_VERSION", FEATURE_SET_VERSION + 1)
    said = run_pass(context, RunReport("gold_scores"), (LAST,)).warnings
    assert [one.split(" learned")[0] for one in said] == ["loss-prediction version 1", "risk-score version 1"]
    assert f"of set {FEATURE_SET_VERSION}, and answers for those of set {FEATURE_SET_VERSION + 1}" in said[0]
    assert said[1].endswith(f"train it anew, `pumploss run train_risk_model --day {LAST}`")


@pytest.mark.parametrize("step", ["gold_labels", "gold_scores", "publish_warm"])
def test_a_lake_of_another_horizon_is_left_as_it_is(context, monkeypatch, step):
    monkeypatch.setattr(horizon, "HORIZON_DAYS", 30)
    before = of(context), context.lake.storage.find(f"{context.settings.lake}/run_ledger")
    with pytest.raises(
        SettingsError, match=r"are over 7 days, .* watches 30 .*\. Unset PUMPLOSS_HORIZON_DAYS to go on"
    ):
        run_step(context, step, (LAST,))
    assert (of(context), context.lake.storage.find(f"{context.settings.lake}/run_ledger")) == before
    assert commands.main(["verify", "--quick", "--repair"]) == 1
    assert (of(context), context.lake.storage.find(f"{context.settings.lake}/run_ledger")) == before


def test_promoting_who_serves_changes_nothing_and_says_so(registry, capsys):
    before = registry.tags(NAME, "1")
    assert commands.main(["model", "promote", NAME, "1"]) == 0
    assert "is the champion already: nothing was changed" in capsys.readouterr().out
    assert registry.tags(NAME, "1") == before


def test_without_the_alias_the_night_says_that_there_is_no_champion_and_not_that_the_gate_refused_one(
    context, registry
):
    registry._client.delete_registered_model_alias(NAME, CHAMPION)
    try:
        said = run_pass(context, RunReport("gold_scores"), (LAST,), rescore=True).skipped
        assert said.startswith("there is no champion of loss-prediction: version 1 passed the gate, but the alias")
        assert "`pumploss model promote loss-prediction 1` lets it serve" in said
        assert "kept" not in said
        registry._client.delete_registered_model_alias(NAME, CHALLENGER)
        assert run_pass(context, RunReport("gold_scores"), (LAST,), rescore=True).skipped == said
    finally:
        registry.promote(NAME, "1")
        registry._client.set_registered_model_alias(NAME, CHALLENGER, "1")


@pytest.fixture(scope="module")
def trainings(tmp_path_factory, spark):
    """A registry with a champion, version 1, and what a training as of the day before made, version 2."""
    home = tmp_path_factory.mktemp("trainings") / "home"
    frames = [frame_of(days=days) for days in (42, 41)]
    later, older = (train(SPEC, frame, split_by_time(frame.days, 7), INPUTS) for frame in frames)
    registry = Registry(lakes.settings_of(home))
    registry.promote(NAME, registry.log(later, training.version_tags(later), frames[0]))
    decided = training._decide(registry, older, frames[1])
    again = training._decide(registry, later, frames[0])
    registry.log(older, training.version_tags(older), frames[1])
    with nights.environment_of(home):
        yield registry, decided, again


def test_a_training_as_of_an_older_day_replaces_nobody_who_knows_later_days(trainings):
    _, (decision, champion), (again, _) = trainings
    assert champion == "1"
    assert decision.reasons[0] == (
        "the champion, version 1, learned from days up to 2026-02-11, this training from days up to 2026-02-10 only: "
        "train as of a later day"
    )
    assert not any("learned from days" in reason for reason in again.reasons)


@contextmanager
def changed(registry, version):
    """The trees of a version, changed on the disk meanwhile."""
    original = registry.load(NAME, version).booster_text
    path = next(p for p in registry.settings.home.rglob("model.lgb") if p.read_text() == original)
    path.write_text(original.replace("leaf_value=", "leaf_value=9", 1))
    try:
        yield
    finally:
        path.write_text(original)


def test_a_version_that_was_changed_is_not_promoted(trainings, capsys):
    registry = trainings[0]
    registry.promote(NAME, "2")
    registry.promote(NAME, "1")
    with changed(registry, "2"):
        for words in (["promote", NAME, "2"], ["promote", NAME], ["rollback", NAME]):
            assert commands.main(["model", *words]) != 0
            assert "model.lgb is not what was registered" in capsys.readouterr().err
    assert registry.version(NAME) == "1"
    assert "promoted" not in registry.tags(NAME, "2")
    assert commands.main(["model", "promote", NAME, "2"]) == 0
    assert commands.main(["model", "rollback", NAME]) == 0
    assert registry.version(NAME) == "1"


def test_a_champion_that_was_changed_names_the_way_back(trainings, capsys):
    registry = trainings[0]
    with (
        changed(registry, "1"),
        pytest.raises(ModelError, match=f"`pumploss model rollback {NAME}` lets the one before"),
    ):
        registry.load(NAME, "1")

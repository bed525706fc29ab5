"""A registry that was deleted counts from 1 again: a scored day is never rewritten under a number of another model."""

from dataclasses import replace
from importlib import import_module

import pytest

from jobs.running.context import open_context
from jobs.running.runner import run_pass, run_step
from models.registry import CHALLENGER, Registry
from pumploss.days import shift
from pumploss.errors import ModelError
from pumploss.report import RunReport
from tests.building import lakes
from tests.building.planted_lake import LAST, build, scored

pytestmark = pytest.mark.filterwarnings("ignore::ResourceWarning")


def train(context, rounds):
    for name in ("train_loss_model", "train_risk_model"):
        with pytest.MonkeyPatch.context() as patched:
            module = import_module(f"jobs.{name}")
            patched.setattr(module, "SPEC", replace(module.SPEC, rounds=rounds))
            run_pass(context, RunReport(name), (LAST,))
        # So few trees are kept back by the gate; a person decides otherwise.
        registry = Registry(context.settings)
        registry.promote(module.SPEC.name, registry.version(module.SPEC.name, CHALLENGER))


def test_a_scored_day_is_refused_to_other_models_of_the_same_number(spark, tmp_path):
    settings = lakes.settings_of(tmp_path / "home")
    build(settings.lake)
    with open_context(settings) as context:
        train(context, 5)
        run_step(context, "gold_scores", (LAST,))
        before = scored(context, LAST)
    fresh = tmp_path / "fresh"
    with open_context(replace(settings, home=fresh, tracking_uri=f"sqlite:///{fresh}/mlflow/mlflow.db")) as context:
        train(context, 7)
        assert Registry(context.settings).version("loss-prediction") == "1"
        with pytest.raises(ModelError, match=r"another loss-prediction version 1, .*Put the registry back from its"):
            run_step(context, "gold_scores", (LAST,))
        assert scored(context, LAST) == before
        earlier = run_step(context, "gold_scores", (shift(LAST, -1),))
        assert [line[:46] for line in earlier.warnings] == [
            "loss-prediction version 1 is another model tha",
            "risk-score version 1 is another model than the",
        ]
    with open_context(settings) as context:
        run_step(context, "gold_scores", (LAST,))
        assert scored(context, LAST) == before, "the registry is back"
        with pytest.raises(ModelError, match="--rescore"):
            run_step(context, "gold_scores", (shift(LAST, -1),))
        run_step(context, "gold_scores", (shift(LAST, -1),), rescore=True)


def test_a_damaged_registry_is_named_with_its_repair(tmp_path):
    settings = lakes.settings_of(tmp_path / "home")
    (settings.home / "mlflow").mkdir(parents=True)
    (settings.home / "mlflow" / "mlflow.db").write_bytes(b"SQLite format 3\0" + bytes(range(256)) * 40)
    with pytest.raises(ModelError, match=r"registry .*mlflow\.db cannot be opened[\s\S]*back from its backup"):
        Registry(settings).version("loss-prediction")

"""A training from the lake to the registry."""

from datetime import date

import pytest

from jobs.running.step_context import StepContext
from jobs.training import rows, run
from models.loss_model import SPEC
from models.time_split import NotEnoughDaysError
from pumploss.report import RunReport

DAY = date(2026, 3, 1)


def test_an_empty_lake_is_skipped_with_counts_and_advice(context):
    report = RunReport("train_loss_model")
    run.train_model(StepContext(context, (DAY,), report), (DAY,), SPEC)
    assert report.skipped is not None
    assert "loss-prediction cannot be trained yet: 0 as-of days" in report.skipped
    assert list(report.days) == [DAY]
    with pytest.raises(NotEnoughDaysError):
        rows.retrieve(context, DAY)


def test_the_params_hash_covers_definitions_of_features_and_labels(monkeypatch):
    before = run.params_hash(SPEC)
    assert run.params_hash(SPEC) == before
    monkeypatch.setattr(run, "LABEL_VERSION", 99)
    assert run.params_hash(SPEC) != before

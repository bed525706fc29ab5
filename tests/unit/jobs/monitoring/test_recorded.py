"""What the ledger says of watched nights."""

import json
from datetime import date

import pytest

from jobs.monitoring.recorded import due, latest, of_day
from pumploss.days import shift

DAY = date(2026, 3, 1)


@pytest.fixture
def noted(context):
    """`noted(step, day, **facts)`: a row of the ledger that says a step ended well."""

    def noted(step, day, **facts):
        row = {"run_id": "r", "step": step, "status": "ok", "seconds": 0.0, "inputs": "[]", "landing": "l"}
        row |= {"outputs": json.dumps({step: facts}), "peak_memory_bytes": 1, "code_version": "0"}
        context.ledger.append([{**row, "day": day}])

    return noted


def test_the_newest_watched_night_counts(context, noted):
    assert latest(context) is None
    noted("gold_monitoring", shift(DAY, -1), warns=["a"], stops=["b"], stopped=["risk-score"])
    noted("gold_monitoring", DAY, warns=["c"])
    found = latest(context)
    assert found is not None
    assert (found.day, found.warns, found.stops, found.stopped) == (DAY, ("c",), (), ())
    assert of_day(context, shift(DAY, -1)).stops == ("b",)
    assert of_day(context, shift(DAY, -9)).stopped == ()


def test_a_stopped_model_is_due_unless_it_was_trained_just_before(context, noted):
    noted("gold_monitoring", DAY, stopped=["loss-prediction", "risk-score"])
    noted("train_loss_model", shift(DAY, -3))
    assert due(context, DAY) == ["loss-prediction", "risk-score"]
    noted("train_loss_model", shift(DAY, -2))
    assert due(context, DAY) == ["risk-score"]
    assert due(context, shift(DAY, 1)) == []

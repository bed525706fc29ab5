"""When a night starts the training before its time."""

import json
from typing import Any

import pytest

from jobs.running.context import open_context
from pumploss.settings import Settings
from tests.building.tasks import DAY, running


@pytest.fixture
def stopped(places: Settings) -> None:
    """The ledger of a night that broke a `stop` bound of one model."""
    row = {"run_id": "r", "step": "gold_monitoring", "status": "ok", "seconds": 0.0, "inputs": "[]", "landing": "l"}
    outputs = {"gold_monitoring": {"stops": ["it drifted"], "stopped": ["risk-score"]}}
    with open_context(places) as context:
        rest = {"outputs": json.dumps(outputs), "day": DAY, "peak_memory_bytes": 1, "code_version": "0"}
        context.ledger.append([{**row, **rest}])


def test_a_night_without_a_broken_bound_starts_nothing(load: Any) -> None:
    task = load("retraining").RetrainTask(task_id="retrain")
    context = {**running(), "params": {"day": "2025-01-01"}}
    with pytest.raises(load("airflow.sdk.exceptions").AirflowSkipException, match="no model"):
        task.execute(context)


def test_a_broken_bound_starts_one_training_of_the_day_that_was_watched(load: Any, stopped: None) -> None:
    task = load("retraining").RetrainTask(task_id="retrain")
    with pytest.raises(load("airflow.sdk.exceptions").DagRunTriggerException) as started:
        task.execute(running())
    asked = started.value
    assert (asked.trigger_dag_id, asked.dag_run_id) == ("pumploss_weekly_training", f"monitoring__{DAY}")
    assert asked.conf == {"day": DAY.isoformat()}
    assert asked.logical_date is None
    assert asked.skip_when_already_exists, "a task that is tried again starts no second one"


def test_a_run_that_is_watched_by_a_person_only_says_so(load: Any, stopped: None) -> None:
    task = load("retraining").RetrainTask(task_id="retrain")
    with pytest.raises(load("airflow.sdk.exceptions").AirflowSkipException, match="risk-score should be trained"):
        task.execute(running(retrain=False))

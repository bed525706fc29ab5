"""The wait of a task for a lake that another run holds."""

import asyncio
import json
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from pumploss.lake.locks import lake_hold
from pumploss.settings import Settings
from tests.building.tasks import running


def fire(load: Any, root: str, run: str, seconds: float, after_first_look: Any = None) -> Any:
    """What the trigger says, made again from what it serialises, as the triggerer does."""
    wait, serde = load("lake_wait"), load("airflow.sdk.serde")
    deadline = datetime.now(UTC) + timedelta(seconds=seconds)
    path, arguments = wait.LakeTrigger(root, run, deadline.isoformat(), 0.01).serialize()
    module, _, name = path.rpartition(".")
    again = getattr(load(module), name)(**serde.deserialize(json.loads(json.dumps(serde.serialize(arguments)))))
    assert again.serialize() == (path, arguments)

    async def first() -> Any:
        if after_first_look:
            asyncio.get_running_loop().call_later(0.05, after_first_look)
        return await anext(again.run())

    return asyncio.run(first()).payload["holders"]


def test_trigger_fires_when_the_other_run_lets_go(load: Any, tmp_path: Any) -> None:
    other = lake_hold(str(tmp_path), "another", 0)
    other.__enter__()
    assert fire(load, str(tmp_path), "ours", 60, lambda: other.__exit__(None, None, None)) is None


def test_trigger_names_who_holds_the_lake_when_time_is_up(load: Any, tmp_path: Any) -> None:
    with lake_hold(str(tmp_path), "another", 0):
        assert "process" in fire(load, str(tmp_path), "ours", 0.05)
        assert fire(load, str(tmp_path), "another", 0.05) is None, "tasks of one run do not wait for each other"


def test_a_task_defers_while_the_lake_is_held_and_fails_when_its_minutes_are_over(load: Any, places: Settings) -> None:
    task = load("building").StepTask(step="silver_trades", task_id="silver_trades")
    with lake_hold(places.lake, "another", 0):
        with pytest.raises(load("airflow.sdk.exceptions").TaskDeferred) as deferred:
            task.execute(running(lake_minutes=5))
        trigger = deferred.value.trigger
        assert trigger.serialize()[1] | {"deadline": None} == {
            "root": places.lake, "run": "pumploss_daily manual", "deadline": None, "poll_seconds": 10.0
        }  # fmt: skip
        context = running(lake_minutes=0)
        with pytest.raises(load("airflow.sdk.exceptions").AirflowFailException, match=r"Waited 0 minutes\. The lake"):
            task.execute(context)
        assert "is in use by" in context["ti"].pushed["failure"]
        with pytest.raises(load("airflow.sdk.exceptions").AirflowFailException, match="is in use by"):
            task.go_on(running(lake_minutes=5), {"holders": None}, datetime.now(UTC).isoformat())


def test_a_task_of_the_run_that_holds_the_lake_goes_on(load: Any, places: Settings) -> None:
    task = load("building").StepTask(step="silver_trades", task_id="silver_trades")
    with (
        lake_hold(places.lake, "pumploss_daily manual", 0),
        pytest.raises(load("airflow.sdk.exceptions").AirflowFailException, match="which was never built"),
    ):
        task.execute(running())

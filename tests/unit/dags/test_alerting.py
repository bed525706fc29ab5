"""A task that fails for good tells people, once."""

from types import SimpleNamespace
from typing import Any

import pytest

from pumploss.errors import LandingError
from tests.building.receivers import receiver
from tests.building.tasks import DAY, running


def test_a_failed_task_tells_once_and_a_look_tells_nothing_again(load: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    alerting = load("alerting")
    task = SimpleNamespace(task_id="wait_for_dump")
    context = {**running(), "task": task, "exception": LandingError("No dump of any source came.")}
    alerting.tell_failure(context)  # nobody is named to be told
    with receiver() as told:
        monkeypatch.setenv("PUMPLOSS_ALERT_URLS", told.address)
        alerting.tell_failure(context)
        alerting.tell_failure(context)
        about_it = [message for message in told.messages if "wait_for_dump" in message["title"]]
        assert [message["title"] for message in about_it] == [f"Pump Loss: failed, wait_for_dump, {DAY}"]
        assert "No dump of any source came. Runbook" in about_it[0]["message"]
        assert alerting.LookTask(task_id="look").execute(running())["sent"] == 0


def test_a_step_and_its_task_are_one_cause(load: Any) -> None:
    task = SimpleNamespace(task_id="first_loss_model", step="train_loss_model")
    need = load("alerting").failed_task({"task": task, "exception": OSError("disk full")}, DAY)
    assert need.cause == f"failed train_loss_model {DAY}"
    assert "OSError: disk full" in need.text

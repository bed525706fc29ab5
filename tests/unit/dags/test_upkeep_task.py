"""The weekly task of upkeep."""

import os
import time
from typing import Any

from pumploss.settings import Settings
from tests.building.tasks import running


def test_upkeep_does_what_the_command_does_and_says_how_much_it_freed(load: Any, places: Settings) -> None:
    old = places.airflow_home / "logs" / "old.log"
    old.parent.mkdir(parents=True, exist_ok=True)
    old.write_text("1234567")
    os.utime(old, (time.time() - 40 * 86_400,) * 2)
    task = load("upkeep_task").MaintainTask(task_id="maintain", step="maintain")
    params = {"retention_days": 7, "dry_run": True}
    assert task.execute(running(**params)) == {"is_dry_run": True, "chores": 1, "freed_bytes": 7}
    assert old.exists()
    params["dry_run"] = False
    assert task.execute(running(**params)) == {"is_dry_run": False, "chores": 1, "freed_bytes": 7}
    assert not old.exists()
    assert task.execute(running(**params))["freed_bytes"] == 0

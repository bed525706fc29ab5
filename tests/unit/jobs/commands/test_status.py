"""How everything stands."""

import json

from jobs import commands
from jobs.commands import status
from jobs.pipeline import STEPS
from pumploss.settings import from_environment


def test_status_of_nothing_starts_and_makes_nothing(home, capsys):
    assert commands.main(["status", "--json"]) == 0
    found = json.loads(capsys.readouterr().out)
    assert not home.exists()
    assert set(found["steps"]) == {step.name for step in STEPS}
    assert found["steps"]["bronze_trades"]["status"] is None
    assert found["stores"]["lake"]["address"] == str(home / "lake")
    assert found["stores"]["warm"]["is_running"] is False
    assert "cannot be listed" in found["landing"]["error"]


def test_status_keeps_passwords_to_itself(tmp_path):
    settings = from_environment(
        {
            "PUMPLOSS_HOME": str(tmp_path),
            "PUMPLOSS_WARM_DSN": "host=db password=hunter2 user=me",
            "PUMPLOSS_HOT_URL": "redis://me:hunter2@cache:6379/0",
            "MLFLOW_TRACKING_URI": "https://me:hunter2@models",
        }
    )
    found = status.stores(settings)
    assert "hunter2" not in json.dumps(found)
    assert found["warm"]["address"] == "host=db password=*** user=me"
    assert found["hot"]["address"] == "redis://me:***@cache:6379/0"

"""How everything stands."""

import json

from jobs import commands
from jobs.pipeline import STEPS


def test_status_of_nothing_starts_and_makes_nothing(home, capsys):
    assert commands.main(["status", "--json"]) == 0
    found = json.loads(capsys.readouterr().out)
    assert not home.exists()
    assert set(found["steps"]) == {step.name for step in STEPS}
    assert found["steps"]["bronze_trades"]["status"] is None
    assert found["stores"]["lake"]["address"] == str(home / "lake")
    assert found["stores"]["warm"]["is_running"] is False
    assert "cannot be listed" in found["landing"]["error"]

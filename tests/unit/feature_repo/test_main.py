"""Feast's own commands see the project's stores."""

import os
import subprocess
import sys

from pumploss.settings import ROOT, as_environment


def test_feasts_own_commands_and_pages_work_as_they_stand(settings):
    environment = {**os.environ, **as_environment(settings)}
    asked = [sys.executable, "-m", "feature_repo", "feature-views", "list"]
    answer = subprocess.run(asked, cwd=ROOT, env=environment, capture_output=True, text=True, check=False)
    assert answer.returncode == 0, answer.stderr
    assert {"trader_features", "trader_losses", "trader_at_request"} <= set(answer.stdout.split())
    changes = subprocess.run(
        [*asked[:3], "plan"], cwd=ROOT, env=environment, capture_output=True, text=True, check=False
    )
    assert changes.returncode == 0, changes.stderr
    assert "Deleted" not in changes.stdout + changes.stderr
    # What the pages of `feast ui` are served by: Feast does not name all that it imports.
    served = subprocess.run(
        [sys.executable, "-c", "import feast.ui_server"], capture_output=True, text=True, check=False
    )
    assert served.returncode == 0, served.stderr

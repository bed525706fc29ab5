"""Commands as people start them: in a process of their own, on the stores below a home."""

import os
import subprocess
from pathlib import Path

from pumploss.settings import ROOT
from tests.building import forks

_NAMED_BY_HOME = ("PUMPLOSS_LAKE", "PUMPLOSS_LANDING", "PUMPLOSS_WARM_DSN", "PUMPLOSS_HOT_URL", "MLFLOW_TRACKING_URI")


def environment_below(home: Path, **more: str) -> dict[str, str]:
    """The environment of a process whose stores lie below a home."""
    kept = {name: value for name, value in os.environ.items() if name not in _NAMED_BY_HOME}
    return {**kept, "PUMPLOSS_HOME": str(home), "PYTHONPATH": str(ROOT), "SPARK_REMOTE": "", **more}


def run_command(home: Path, *arguments: str, **more: str) -> subprocess.CompletedProcess[str]:
    """Runs `pumploss` with arguments to its end; `more` are further variables of its environment."""
    return forks.run(["-m", "jobs", *arguments], environment_below(home, **more))


def run_code(home: Path, code: str, *arguments: str, **more: str) -> subprocess.CompletedProcess[str]:
    """Runs Python code to its end, for faults that only the process itself can bring about."""
    return forks.run(["-c", code, *arguments], environment_below(home, **more))

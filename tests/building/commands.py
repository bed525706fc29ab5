"""Commands as people start them: in a process of their own, on the stores below a home."""

import os
import subprocess
import sys
import textwrap
from pathlib import Path

from pumploss.settings import ROOT

_NAMED_BY_HOME = ("PUMPLOSS_LAKE", "PUMPLOSS_LANDING", "PUMPLOSS_WARM_DSN", "PUMPLOSS_HOT_URL", "MLFLOW_TRACKING_URI")


def environment_below(home: Path, **more: str) -> dict[str, str]:
    """The environment of a process whose stores lie below a home."""
    kept = {name: value for name, value in os.environ.items() if name not in _NAMED_BY_HOME}
    return {**kept, "PUMPLOSS_HOME": str(home), "PYTHONPATH": str(ROOT), "SPARK_REMOTE": "", **more}


def run_command(home: Path, *arguments: str, **more: str) -> subprocess.CompletedProcess[str]:
    """Runs `pumploss` with arguments to its end; `more` are further variables of its environment."""
    return _run(["-m", "jobs", *arguments], home, more)


def run_code(home: Path, code: str, *arguments: str, **more: str) -> subprocess.CompletedProcess[str]:
    """Runs Python code to its end, for faults that only the process itself can bring about."""
    return _run(["-c", textwrap.dedent(code), *arguments], home, more)


def _run(arguments: list[str], home: Path, more: dict[str, str]) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, *arguments],
        env=environment_below(home, **more),
        cwd=ROOT,
        capture_output=True,
        text=True,
        timeout=300,
        check=False,
    )

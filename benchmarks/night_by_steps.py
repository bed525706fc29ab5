"""A night by our own steps, up to the features: from a day's dumps to a lake.

`python -m benchmarks.night_by_steps DUMPS TARGET` takes the dumps of one day, `<landing>/canonical/<day>`, and makes
`TARGET` a home.
"""

import sys
from datetime import date
from pathlib import Path

from jobs.pipeline import STEPS
from jobs.running.context import open_context
from jobs.running.runner import run_steps
from pumploss.garbage import look_seldom
from pumploss.settings import from_environment

LAST = "gold_trader_features"


def night(dumps: Path, target: Path) -> None:
    """Run the steps over the day."""
    names = [step.name for step in STEPS]
    settings = from_environment({"PUMPLOSS_HOME": str(target), "PUMPLOSS_LANDING": str(dumps.parents[1])})
    with open_context(settings) as context:
        run_steps(context, names[: names.index(LAST) + 1], [date.fromisoformat(dumps.name)])


if __name__ == "__main__":
    look_seldom()  # as every command does
    night(*map(Path, sys.argv[1:]))

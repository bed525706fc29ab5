"""What fault tests share: how many rounds, a small built lake that every trial copies, and what its tables hold.

Each trial draws its fault from `Random(seed)`, with a seed that a failure prints. The suite runs a few trials of each
kind; `make faults ROUNDS=200` runs as many as asked. What was run, and how it ended, stands in `docs/reliability.md`.
"""

from random import Random

import pytest

from jobs.running.nightly import DATA_STEPS
from jobs.running.runner import run_steps
from tests.building import lakes, markets
from tests.building.dumps import land_day
from tests.building.three_days import DAYS


@pytest.fixture(scope="session")
def rounds(request):
    """`rounds(3)`: as many seeds as the command line asks for, or three."""
    asked, first = request.config.getoption("--rounds"), request.config.getoption("--first-seed")
    return lambda short: range(first, first + (asked or short))


@pytest.fixture(scope="session")
def template(spark, tmp_path_factory):
    """A home with three landed days, built by every step that needs no model. Trials copy it: `lakes.copied`."""
    home = tmp_path_factory.mktemp("template") / "home"
    with lakes.opened(home) as context:
        for day, trades in markets.random_dumps(Random(11), list(DAYS), 120).items():
            land_day(context.settings.landing, day, trades)
        run_steps(context, [step.name for step in DATA_STEPS], DAYS)
    return home


@pytest.fixture(scope="session")
def golden(template):
    """The content digest of every day of every table of the template."""
    with lakes.opened(template) as context:
        return lakes.contents(context)


@pytest.fixture
def trial(template, tmp_path):
    """`trial(seed)`: the home of a copy of the built lake."""
    return lambda seed: lakes.copied(template, tmp_path / f"trial-{seed}")

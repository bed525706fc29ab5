"""What fault tests share: how many rounds, a small built lake that every trial copies, and what its tables hold.

Each trial draws its fault from `Random(seed)`, with a seed that a failure prints. The suite runs a few trials of each
kind; `make faults ROUNDS=200` runs as many as asked. What was run, and how it ended, stands in `docs/reliability.md`.
"""

import pytest

from tests.building import built_days, lakes


@pytest.fixture(scope="session")
def rounds(request):
    """`rounds(3)`: as many seeds as the command line asks for, or three."""
    asked, first = request.config.getoption("--rounds"), request.config.getoption("--first-seed")
    return lambda short: range(first, first + (asked or short))


@pytest.fixture(scope="session")
def template(spark, tmp_path_factory):
    """A home with three landed days, built by every step that needs no model. Trials copy it: `lakes.copied`."""
    return built_days.built(tmp_path_factory)[0]


@pytest.fixture(scope="session")
def golden(spark, tmp_path_factory):
    """The content digest of every day of every table of the template."""
    return built_days.built(tmp_path_factory)[1]


@pytest.fixture(scope="session")
def corrected(spark, tmp_path_factory):
    """`corrected(day)`: what the tables hold where that day was corrected."""
    return lambda day: built_days.corrected(tmp_path_factory, day)


@pytest.fixture
def trial(template, tmp_path):
    """`trial(seed)`: the home of a copy of the built lake."""
    return lambda seed: lakes.copied(template, tmp_path / f"trial-{seed}")

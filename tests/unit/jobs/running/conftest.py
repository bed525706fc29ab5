"""What the tests of the runner share: three built days, and what they are changed by."""

from random import Random

import pytest

from jobs.running.runner import run_steps
from tests.building.lakes import copied, opened
from tests.building.three_days import D2, DAYS, STEPS, more


@pytest.fixture(scope="session")
def dumps(market):
    return market(Random(7), list(DAYS), 60)


@pytest.fixture(scope="session")
def template(spark, tmp_path_factory, dumps, land):
    """A home with three days built."""
    home = tmp_path_factory.mktemp("template")
    with opened(home) as context:
        for day in DAYS:
            land(context.settings.landing, day, dumps[day])
        run_steps(context, STEPS, DAYS)
    return home


@pytest.fixture
def built(template, tmp_path):
    """A context on a copy of the three built days, with a landing of its own."""
    with opened(copied(template, tmp_path / "home")) as context:
        yield context


@pytest.fixture
def fresh(spark, tmp_path):
    """A context on an empty home, to compare with."""
    with opened(tmp_path / "fresh") as context:
        yield context


@pytest.fixture(scope="session")
def changed(spark, tmp_path_factory, dumps, land, digests):
    """What the tables of three days hold where the second day has one more trade."""
    with opened(tmp_path_factory.mktemp("changed")) as context:
        for day in DAYS:
            land(context.settings.landing, day, [*dumps[day], *([more(D2)] if day == D2 else [])])
        run_steps(context, STEPS, DAYS)
        return digests(context)

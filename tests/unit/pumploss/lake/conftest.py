"""A lake, and ways to put things into it."""

from collections import Counter

import pytest

from pumploss.lake import Lake
from tests.building.things import TABLE


@pytest.fixture
def lake(tmp_path, spark):
    opened = Lake(str(tmp_path / "lake"), spark)
    yield opened
    opened.unstage()


@pytest.fixture
def put(lake, frame):
    """Replaces days by rows given as `day: [thing, ...]`."""

    def put(days, staged=True, **given):
        rows = [
            {"thing": thing, "day": day, "group": len(thing) % 3, "parts": [1, len(thing)], "noted_day": day, **given}
            for day, things in days.items()
            for thing in things
        ]
        made = frame(TABLE, *rows)
        made = lake.stage("things", made) if staged else made
        return lake.replace(TABLE, made, list(days), {day: len(things) for day, things in days.items()})

    return put


@pytest.fixture
def laid(lake, frame):
    """Stages rows of TABLE as its files will lie; answers the staged frame and the rows per day."""

    def laid(*rows):
        staged = lake.stage(TABLE, frame(TABLE, *rows))
        return staged, Counter(row["day"] for row in rows)

    return laid

"""Which task reads which landed file."""

from collections import defaultdict
from datetime import date
from uuid import uuid4

import pyarrow as pa
import pytest

from jobs.bronze.parse_tasks import parse_tasks
from pumploss.slots import SETTING
from sources.landing.folders import LandedFile

DAY = date(2026, 1, 5)
SIZES = [3, 900, 1, 800, 2, 700, 4, 600]


@pytest.fixture
def tasks(spark):
    """Sizes of the files of each task, by files given as their sizes and the engine's slots."""
    before = spark.conf.get(SETTING)

    def named(batches):
        task = uuid4().hex
        for files in batches:
            yield pa.RecordBatch.from_pydict({"task": [task] * len(files), "name": files["name"]})

    def tasks(sizes, number):
        spark.conf.set(SETTING, str(number))
        files = [LandedFile("canonical", DAY, f"/{n}", f"{n}", size) for n, size in enumerate(sizes)]
        read = defaultdict(list)
        for row in parse_tasks(spark, files).mapInArrow(named, "task string, name string").collect():
            read[row["task"]].append(sizes[int(row["name"])])
        return sorted(sorted(sizes, reverse=True) for sizes in read.values())

    yield tasks
    spark.conf.set(SETTING, before)


@pytest.mark.parametrize("number", [1, 2, 4])
def test_there_are_as_many_as_slots_and_the_largest_files_are_apart(tasks, number):
    found = tasks(SIZES, number)
    assert len(found) == number
    assert sorted(size for sizes in found for size in sizes) == sorted(SIZES)
    largest = sorted(SIZES)[-number:]
    assert sorted(sizes[0] for sizes in found) == largest
    assert {len(sizes) for sizes in found} == {len(SIZES) // number}


def test_there_are_no_more_than_files(tasks):
    assert tasks([5, 6], 8) == [[5], [6]]
    assert tasks([], 8) == []

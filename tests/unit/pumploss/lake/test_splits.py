"""A day lies in one file until it is large; however it is split, its rows are the same."""

from dataclasses import replace

import pyarrow.parquet as pq
import pytest

from pumploss.cohort import COHORTS
from pumploss.lake.splits import MIDDLE_ROWS, SMALL_ROWS, splits_holding, splits_of
from tests.building.things import D1, D2, TABLE

SPLIT_TABLE = replace(TABLE, partition_by=("day",), split_by="group")


@pytest.mark.parametrize(
    ("rows", "splits"), [(0, 1), (SMALL_ROWS, 1), (SMALL_ROWS + 1, 4), (MIDDLE_ROWS, 4), (MIDDLE_ROWS + 1, COHORTS)]
)
def test_the_more_rows_the_more_files(rows, splits):
    assert splits_of(rows) == splits


@pytest.mark.parametrize("splits", [1, 4, 16])
def test_every_cohort_is_in_one_split(splits):
    own = [splits_holding(cohort, cohort, splits) for cohort in range(COHORTS)]
    assert all(len(held) == 1 for held in own)
    assert [held[0] for held in own] == sorted(held[0] for held in own)
    assert list(splits_holding(0, COHORTS - 1, splits)) == list(range(splits))


@pytest.mark.parametrize("splits", [1, 4, 16])
def test_the_files_of_a_day_hold_ranges_of_cohorts_and_the_log_says_which(lake, frame, splits):
    rows = [{"thing": f"{n:03d}", "day": day, "group": n % COHORTS} for n in range(96) for day in (D1, D2)]
    staged = lake.stage(SPLIT_TABLE, frame(SPLIT_TABLE, *reversed(rows)), splits)
    lake.replace(SPLIT_TABLE, staged, [D1, D2], {D1: 96, D2: 96})
    for day in (D1, D2):
        files = lake.files(SPLIT_TABLE, [day])
        width = COHORTS // splits
        assert sorted(file.cohorts for file in files) == [(n, n + width - 1) for n in range(0, COHORTS, width)]
        for file in files:
            things = pq.ParquetFile(file.path).read(["thing", "group"]).to_pylist()
            assert [row["thing"] for row in things] == sorted(row["thing"] for row in things)
            assert {row["group"] for row in things} == set(range(file.cohorts[0], file.cohorts[1] + 1))
    assert sorted(row["thing"] for row in lake.read(SPLIT_TABLE, [D2]).collect()) == [f"{n:03d}" for n in range(96)]

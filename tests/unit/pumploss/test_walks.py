"""How the rows of a pass are cut for walks."""

import pyarrow as pa
import pytest

from pumploss.cohort import COHORTS
from pumploss.walks import SMALL_ROWS, by_cohorts, first_cohorts, groups_of


def test_only_a_small_pass_is_one_group():
    assert [groups_of(rows) for rows in (0, SMALL_ROWS, SMALL_ROWS + 1)] == [1, 1, COHORTS]


@pytest.mark.parametrize("groups", [1, 4, COHORTS])
def test_each_group_is_given_whole_cohorts_and_one_of_them_stands_for_it(spark, groups):
    rows = spark.createDataFrame(
        [(cohort, n) for cohort in range(COHORTS) for n in range(3)], "trader_cohort int, n int"
    )

    def seen(group: pa.Table) -> pa.Table:
        return pa.table({"cohorts": pa.array([sorted(group["trader_cohort"].to_pylist())], pa.list_(pa.int32()))})

    found = by_cohorts(rows, groups).applyInArrow(seen, "cohorts array<int>").toArrow()["cohorts"].to_pylist()
    width = COHORTS // groups
    assert sorted(found) == [
        [n for n in range(first, first + width) for _ in range(3)] for first in range(0, COHORTS, width)
    ]
    assert [cohorts[0] for cohorts in sorted(found)] == list(first_cohorts(groups))

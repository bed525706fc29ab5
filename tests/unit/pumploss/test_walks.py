"""How the rows of a pass are cut for walks."""

import pyarrow as pa
import pytest

from pumploss.cohort import COHORTS
from pumploss.walks import SMALL_ROWS, by_cohorts, by_mints, first_cohorts, groups_of


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


@pytest.mark.parametrize("groups", [1, 4])
def test_each_mint_is_in_one_group_with_all_its_rows(spark, groups):
    rows = spark.createDataFrame([(f"m{n % 40}",) for n in range(120)], "token_mint string")

    def seen(group: pa.Table) -> pa.Table:
        return pa.table({"mints": pa.array([sorted(group["token_mint"].to_pylist())], pa.list_(pa.string()))})

    found = by_mints(rows, groups).applyInArrow(seen, "mints array<string>").toArrow()["mints"].to_pylist()
    assert len(found) == groups
    assert sorted(mint for mints in found for mint in set(mints)) == sorted(f"m{n}" for n in range(40))
    assert sum(map(len, found)) == 120

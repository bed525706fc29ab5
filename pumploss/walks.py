"""Groups rows by cohorts of traders, or by mints, for walks outside the engine, which calls one for each group.

A call costs milliseconds before it has seen a row, so a small pass is one group, and only a large one is shared out.
"""

from typing import TYPE_CHECKING, Final

from pyspark.sql import functions as F

from pumploss.cohort import COHORTS
from pumploss.columns import COHORT

if TYPE_CHECKING:
    from pyspark.sql import DataFrame, GroupedData

#: Up to so many rows of its largest table a pass is walked as one group: what takes the fastest walks a tenth of a
#: second.
SMALL_ROWS: Final = 100_000


def groups_of(rows: int) -> int:
    """Choose into how many groups the rows of a pass are cut: a divisor of the number of cohorts."""
    return 1 if rows <= SMALL_ROWS else COHORTS


def by_cohorts(frame: "DataFrame", groups: int = COHORTS) -> "GroupedData":
    """Group a frame that has a column `trader_cohort` by ranges of cohorts: each trader is in one group."""
    return frame.groupBy(F.expr(f"{COHORT.name} DIV {COHORTS // groups}").alias("cohort_group"))


def first_cohorts(groups: int = COHORTS) -> range:
    """List one cohort of each group: by these, rows that belong to no trader are handed to every group."""
    return range(0, COHORTS, COHORTS // groups)


def by_mints(frame: "DataFrame", groups: int) -> "GroupedData":
    """Group a frame that has a column `token_mint` by hash into so many groups: each mint is in one."""
    return frame.groupBy(F.pmod(F.xxhash64("token_mint"), F.lit(groups)).cast("int").alias("mint_group"))

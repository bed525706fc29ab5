"""Decides into how many files a large day of a table is split, by ranges of its traders' cohorts.

Opening a file costs an engine about as much as reading ten thousand rows, and a night opens those of a month: so a day
lies in one file until it is large enough to be worth sharing between tasks.
"""

from typing import Final

from pumploss.cohort import COHORTS

#: Names the range of cohorts in a stage: no column of any table, so no folder of one.
SPLIT: Final = "split"

#: Names the block of rows in a stage that were sorted together.
BLOCK: Final = "block"

#: Up to so many rows a day lies in one file.
SMALL_ROWS: Final = 100_000
#: Up to so many it lies in four, beyond in one per cohort.
MIDDLE_ROWS: Final = 2_000_000
MIDDLE_SPLITS: Final = 4


def splits_of(rows: int) -> int:
    """Choose the number of files of a day with about so many rows: a divisor of the number of cohorts."""
    if rows <= SMALL_ROWS:
        return 1
    return MIDDLE_SPLITS if rows <= MIDDLE_ROWS else COHORTS


def split_condition(column: str, splits: int) -> str:
    """Write the SQL expression that numbers the split of a row by its cohort."""
    return f"{column} DIV {COHORTS // splits}"


def splits_holding(lowest: int, highest: int, splits: int) -> range:
    """Number the splits that hold cohorts from lowest to highest."""
    width = COHORTS // splits
    return range(lowest // width, highest // width + 1)

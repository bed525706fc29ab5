"""Walks two frames side by side, cohort by cohort."""

from collections.abc import Callable

import pyarrow as pa
from pyspark.sql import DataFrame, GroupedData
from pyspark.sql import functions as F

from pumploss.cohort import COHORTS
from pumploss.walks import by_cohorts

_COHORT, _ROW = "trader_cohort", "row"


def walk_cohorts(
    one: DataFrame, other: DataFrame, walk: Callable[[pa.Table, pa.Table], pa.Table], ddl: str, groups: int = COHORTS
) -> DataFrame:
    """Hands `walk` all rows of a group of cohorts of both frames, which have a column `trader_cohort`.

    `ddl` is what it answers.

    A row travels as one column. The workers of PySpark pick columns out of a group in a time that grows with the square
    of their number: with 200 of them that took longer than the walk.
    """

    def walk_packed(one: pa.Table, other: pa.Table) -> pa.Table:
        return walk(unpacked(one), unpacked(other))

    return _packed(one, groups).cogroup(_packed(other, groups)).applyInArrow(walk_packed, ddl)


def _packed(frame: DataFrame, groups: int) -> GroupedData:
    row = F.struct(*(F.col(name) for name in frame.columns)).alias(_ROW)
    return by_cohorts(frame.select(_COHORT, row), groups)


def unpacked(packed: pa.Table) -> pa.Table:
    """Makes the fields of the column `row` columns again; there may be no rows."""
    rows = packed[_ROW]
    batches = [pa.RecordBatch.from_struct_array(chunk) for chunk in rows.chunks]
    return pa.Table.from_batches(batches, schema=pa.schema(list(rows.type)))

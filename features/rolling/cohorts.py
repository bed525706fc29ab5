"""Walks two frames side by side, cohort by cohort."""

from collections.abc import Callable

import pyarrow as pa
from pyspark.sql import DataFrame, GroupedData
from pyspark.sql import functions as F

_COHORT, _ROW = "trader_cohort", "row"


def walk_cohorts(
    one: DataFrame, other: DataFrame, walk: Callable[[pa.Table, pa.Table], pa.Table], ddl: str
) -> DataFrame:
    """Hands `walk` all rows of a cohort of both frames, which have a column `trader_cohort`; `ddl` is what it answers.

    A row travels as one column. The workers of PySpark pick columns out of a group in a time that grows with the square
    of their number: with 200 of them that took longer than the walk.
    """

    def walk_packed(one: pa.Table, other: pa.Table) -> pa.Table:
        return walk(unpacked(one), unpacked(other))

    return _packed(one).cogroup(_packed(other)).applyInArrow(walk_packed, ddl)


def _packed(frame: DataFrame) -> GroupedData:
    row = F.struct(*(F.col(name) for name in frame.columns)).alias(_ROW)
    return frame.select(_COHORT, row).groupBy(_COHORT)


def unpacked(packed: pa.Table) -> pa.Table:
    """Makes the fields of the column `row` columns again; there may be no rows."""
    rows = packed[_ROW]
    batches = [pa.RecordBatch.from_struct_array(chunk) for chunk in rows.chunks]
    return pa.Table.from_batches(batches, schema=pa.schema(list(rows.type)))

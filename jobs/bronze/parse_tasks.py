"""Hands landed files to tasks: as many as the engine has slots, and to each about as many bytes."""

from collections.abc import Sequence

from pyspark.sql import DataFrame, SparkSession

from pumploss.slots import slots
from sources.landing.folders import LandedFile


def parse_tasks(spark: SparkSession, files: Sequence[LandedFile]) -> DataFrame:
    """Make a frame of `path`, `name`, `source` and `dump_day` per file, a partition per task.

    A file is read by one task. Rows are dealt out in turn, the largest files first.
    """
    dealt = sorted(files, key=lambda file: (-file.size, file.name))
    rows = [(file.path, file.name, file.source, file.day) for file in dealt]
    frame = spark.createDataFrame(rows, "path string, name string, source string, dump_day date")
    return frame.repartition(max(1, min(len(rows), slots(spark))))

"""Says into how many tasks an engine cuts work that is told apart by a key."""

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pyspark.sql import SparkSession

#: The engine's own setting of it: the embedded one has a task for each core, a cluster what its operator says.
SETTING = "spark.sql.shuffle.partitions"


def slots(spark: "SparkSession") -> int:
    """Answer the number of tasks."""
    return int(str(spark.conf.get(SETTING)))

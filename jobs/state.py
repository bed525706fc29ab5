"""State as of a day: of each key, the rows of its latest day."""

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pyspark.sql import DataFrame


def latest_rows(earlier: "DataFrame", key: list[str], day: str) -> "DataFrame":
    """Of each key, the rows of its latest day; the frame is read once."""
    from pyspark.sql import Window
    from pyspark.sql import functions as F

    latest = F.max(day).over(Window.partitionBy(*key))
    return earlier.withColumn("latest_day", latest).where(F.col(day) == F.col("latest_day")).select(*earlier.columns)

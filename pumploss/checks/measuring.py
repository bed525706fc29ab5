"""Measures what a staged table's checks judge, in one aggregate query per table."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from functools import cache
from typing import TYPE_CHECKING

from pyspark.sql import Column as SparkColumn
from pyspark.sql import DataFrame
from pyspark.sql import functions as F

from pumploss.contract import Check, Metric, Table, Type

if TYPE_CHECKING:
    import pandas as pd


@dataclass(frozen=True)
class Measured:
    """Holds metrics of a staged table, one row per partition day: `day`, and per check of the table `m0`, `m1`...

    `rows` and `digests` are by day.
    """

    table: Table
    metrics: "pd.DataFrame"
    rows: dict[date, int]
    digests: dict[date, str]


def measure(table: Table, staged: DataFrame) -> Measured:
    """Measure all checks, row counts and content digests of a table, per day, in one aggregate query."""
    metrics = _by_day(table, staged, _measures(table))
    rows = {day: int(count) for day, count in zip(metrics["day"], metrics["row_count"], strict=True)}
    return Measured(table, metrics, rows, _digests(metrics))


def digests(table: Table, rows: DataFrame) -> dict[date, str]:
    """Digest what a table holds, per day, as `measure` does, and judge nothing of it.

    A digest is the row count and the wrapped sum of 64-bit row hashes over the columns that are not volatile, so the
    order of rows does not matter.
    """
    return _digests(_by_day(table, rows, []))


@cache
def _measures(table: Table) -> tuple[SparkColumn, ...]:
    """Write what measures the checks of a table; hundreds of columns are not written anew for each day."""
    return tuple(_expression(check).alias(f"m{number}") for number, check in enumerate(table.all_checks))


def _by_day(table: Table, rows: DataFrame, measures: Sequence[SparkColumn]) -> "pd.DataFrame":
    import pandas as pd  # as slow to load as a step is to run, and commands that measure nothing need none of it

    digest = F.sum(_row_hash(table).cast("decimal(38,0)"))
    query = rows.groupBy(F.col(table.day).alias("day")).agg(
        F.count(F.lit(1)).alias("row_count"), digest.alias("digest"), *measures
    )
    # As rows: to pandas Spark converts column by column, which for hundreds took longer than the query, and to Arrow it
    # plans the query twice.
    names = ["day", "row_count", "digest", *(f"m{number}" for number in range(len(measures)))]
    metrics = pd.DataFrame.from_records([tuple(row) for row in query.collect()], columns=names)
    return metrics.sort_values("day", ignore_index=True)


def _digests(metrics: "pd.DataFrame") -> dict[date, str]:
    return {
        day: f"{count}-{int(total) % 2**64:016x}"
        for day, count, total in zip(metrics["day"], metrics["row_count"], metrics["digest"], strict=True)
    }


def _expression(check: Check) -> SparkColumn:
    """Write the aggregate that measures a check."""
    subject = check.subject
    match check.metric:
        case Metric.ROW_COUNT:
            return F.count(F.lit(1))
        case Metric.NULL_COUNT:
            return F.count(F.when(F.col(subject).isNull(), 1))
        case Metric.NULL_SHARE:
            return F.avg(F.when(F.col(subject).isNull(), 1.0).otherwise(0.0))
        case Metric.NAN_COUNT:
            return F.count(nan_in(subject))
        case Metric.MINIMUM:
            return F.min(lowest_of(subject)).cast("double")
        case Metric.MAXIMUM:
            return F.max(highest_of(subject)).cast("double")
        case Metric.DUPLICATE_COUNT:
            # Distinct hashes are counted, which is many times cheaper; `confirmed` looks at the keys on suspicion.
            return F.count(F.lit(1)) - F.count_distinct(F.xxhash64(*subject.split(",")))
        case Metric.VIOLATION_COUNT | Metric.VIOLATION_SHARE:
            shares = [_share(subject, weight) for weight in check.weights]
            return F.least(*shares) if shares else F.count(F.when(F.expr(f"NOT ({subject})"), 1))
        case Metric.TRAILING_RATIO | Metric.TRAILING_CHANGE:
            raise ValueError(f"{check.name} needs earlier days: jobs/gates/completeness.py measures it")


def _share(condition: str, weight: str) -> SparkColumn:
    """Write the share that rows which break a condition have of the sum of a column; none of what is 0."""
    wide = F.col(weight).cast("decimal(38,0)")
    broken, whole = (F.sum(part).cast("double") for part in (F.when(F.expr(f"NOT ({condition})"), wide), wide))
    return F.coalesce(broken / F.nullif(whole, F.lit(0.0)), F.lit(0.0))


def nan_in(subject: str) -> SparkColumn:
    """Give 1 where any of the columns is not a number; flat, because expressions may nest only so deep."""
    return F.coalesce(*(F.when(F.isnan(name), 1) for name in subject.split(",")))


def lowest_of(subject: str) -> SparkColumn:
    """Take the lowest of the columns that have a value."""
    names = subject.split(",")
    return F.least(*names) if names[1:] else F.col(subject)


def highest_of(subject: str) -> SparkColumn:
    """Take the highest of the columns that have a value."""
    names = subject.split(",")
    return F.greatest(*names) if names[1:] else F.col(subject)


@cache
def _row_hash(table: Table) -> SparkColumn:
    """Hash a row to 64 bits. The function skips missing values, so which ones are missing is hashed as well.

    Decimals are hashed as text: their bytes differ between engines, and a digest must not.
    """
    stable = [column for column in table.columns if not column.is_volatile]
    values = (F.col(c.name).cast("string") if c.type is Type.WIDE else F.col(c.name) for c in stable)
    absent = (F.col(c.name).isNull() for c in stable if c.nullable)
    return F.xxhash64(*values, *absent)

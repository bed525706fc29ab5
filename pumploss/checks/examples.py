"""Shows rows that break a check, for messages and Data Docs."""

from typing import TYPE_CHECKING

from pyspark.sql import Column as SparkColumn
from pyspark.sql import DataFrame
from pyspark.sql import functions as F

from pumploss.checks.judging import Verdict
from pumploss.checks.measuring import highest_of, lowest_of, nan_in
from pumploss.contract import Metric, Table

if TYPE_CHECKING:
    from collections.abc import Callable

#: Longest text of one row: texts of tokens are written by strangers, and as long as they like.
CHARACTERS = 500


def examples(table: Table, staged: DataFrame, verdict: Verdict, limit: int = 3) -> list[str]:
    """List a few of the day's rows that break a check, as text: their key, and the columns that the check is about.

    For a repeated key, the keys and how often each is there. Nothing for what no single row breaks.
    """
    check, day = verdict.check, staged.where(F.col(table.day) == F.lit(verdict.day))
    if check.metric is Metric.DUPLICATE_COUNT:
        keys = check.subject.split(",")
        failing = day.groupBy(*keys).agg(F.count(F.lit(1)).alias("rows")).where("rows > 1")
        return _texts(failing.orderBy(*keys).limit(limit))
    condition = _condition(verdict)
    if condition is None:
        return []
    named = [name for name in table.names if name in table.key or name in check.subject]
    return _texts(day.where(condition).select(*named).limit(limit))


def _condition(verdict: Verdict) -> SparkColumn | None:
    """Write what is true of a row that breaks the check; None where no single row does."""
    check, subject = verdict.check, verdict.check.subject
    conditions: dict[Metric, Callable[[], SparkColumn]] = {
        Metric.VIOLATION_COUNT: lambda: F.expr(f"NOT ({subject})"),
        Metric.VIOLATION_SHARE: lambda: F.expr(f"NOT ({subject})"),
        Metric.NULL_COUNT: lambda: F.col(subject).isNull(),
        Metric.NULL_SHARE: lambda: F.col(subject).isNull(),
        Metric.NAN_COUNT: lambda: nan_in(subject).isNotNull(),
        Metric.MINIMUM: lambda: lowest_of(subject) < F.lit(check.lowest),
        Metric.MAXIMUM: lambda: highest_of(subject) > F.lit(check.highest),
    }
    return conditions[check.metric]() if check.metric in conditions else None


def _texts(rows: DataFrame) -> list[str]:
    texts = (str(row.asDict()) for row in rows.collect())
    return [text if len(text) <= CHARACTERS else f"{text[:CHARACTERS]}... ({len(text)} characters)" for text in texts]

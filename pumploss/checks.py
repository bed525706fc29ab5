"""Great Expectations suites from the contracts: one aggregate query measures a staged table, the suite judges."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING, Any

from pumploss.contract import Check, Metric, Severity, Table, Type

if TYPE_CHECKING:
    import pandas as pd
    from great_expectations import ExpectationSuite
    from pyspark.sql import Column as SparkColumn
    from pyspark.sql import DataFrame


def _expression(check: Check) -> "SparkColumn":
    from pyspark.sql import functions as F

    subject = check.subject
    match check.metric:
        case Metric.ROW_COUNT:
            return F.count(F.lit(1))
        case Metric.NULL_COUNT:
            return F.count(F.when(F.col(subject).isNull(), 1))
        case Metric.NULL_SHARE:
            return F.avg(F.when(F.col(subject).isNull(), 1.0).otherwise(0.0))
        case Metric.MINIMUM:
            return F.min(subject).cast("double")
        case Metric.MAXIMUM:
            return F.max(subject).cast("double")
        case Metric.DUPLICATE_COUNT:
            # Distinct hashes are counted, which is many times cheaper; `confirmed` looks at the keys on suspicion.
            return F.count(F.lit(1)) - F.count_distinct(F.xxhash64(*subject.split(",")))
        case Metric.VIOLATION_COUNT:
            return F.count(F.when(F.expr(f"NOT ({subject})"), 1))


@dataclass(frozen=True)
class Measured:
    """Metrics of a staged table, one row per partition day; `rows` and `digests` by day."""

    table: Table
    metrics: "pd.DataFrame"
    rows: dict[date, int]
    digests: dict[date, str]


@dataclass(frozen=True)
class Verdict:
    """A check that did not hold on a day."""

    check: Check
    day: date
    value: float | None

    def __str__(self) -> str:
        bounds = (
            f"[{self.check.lowest if self.check.lowest is not None else '-inf'}, "
            f"{self.check.highest if self.check.highest is not None else 'inf'}]"
        )
        return f"{self.day}: {self.check.name} is {self.value}, outside {bounds}: {self.check.why}"


def measure(table: Table, staged: "DataFrame") -> Measured:
    """All metrics of the table's checks, row counts and content digests per day, in one aggregate query.

    A digest is the row count and the wrapped sum of 64-bit row hashes over the columns that are not volatile, so the
    order of rows does not matter.
    """
    from pyspark.sql import functions as F

    digest = F.sum(_row_hash(table).cast("decimal(38,0)"))
    measures = [_expression(check).alias(f"m{n}") for n, check in enumerate(table.all_checks)]
    query = staged.groupBy(F.col(table.day).alias("day")).agg(
        F.count(F.lit(1)).alias("row_count"), digest.alias("digest"), *measures
    )
    metrics = query.toPandas().sort_values("day", ignore_index=True)
    rows = {day: int(count) for day, count in zip(metrics["day"], metrics["row_count"], strict=True)}
    digests = {
        day: f"{count}-{int(total) % 2**64:016x}"
        for day, count, total in zip(metrics["day"], metrics["row_count"], metrics["digest"], strict=True)
    }
    return Measured(table, metrics, rows, digests)


def _row_hash(table: Table) -> "SparkColumn":
    """A 64-bit hash of a row. The function skips missing values, so which ones are missing is hashed as well.

    Decimals are hashed as text: their bytes differ between engines, and a digest must not.
    """
    from pyspark.sql import functions as F

    stable = [column for column in table.columns if not column.is_volatile]
    values = (F.col(c.name).cast("string") if c.type is Type.WIDE else F.col(c.name) for c in stable)
    absent = (F.col(c.name).isNull() for c in stable if c.nullable)
    return F.xxhash64(*values, *absent)


def suite(table: Table) -> "ExpectationSuite":
    """The Great Expectations suite of a table: one expectation per check, over the metric's column."""
    import great_expectations as gx
    import great_expectations.expectations as gxe

    expectations = [
        gxe.ExpectColumnValuesToBeBetween(
            column=f"m{n}",
            min_value=check.lowest,
            max_value=check.highest,
            meta={"check": check.name, "severity": check.severity.value, "why": check.why},
        )
        for n, check in enumerate(table.all_checks)
    ]
    return gx.ExpectationSuite(name=table.name, expectations=expectations)


def judge(measured: Measured) -> list[Verdict]:
    """Every check that does not hold, on every day that it fails."""
    if measured.metrics.empty:
        return []
    checks = measured.table.all_checks
    result = _batch(measured.metrics).validate(suite(measured.table), result_format="COMPLETE")
    verdicts = []
    for outcome in result.results:
        if outcome.success:
            continue
        number = int(outcome.expectation_config.kwargs["column"][1:])
        for row in outcome.result["unexpected_index_list"]:
            value = measured.metrics[f"m{number}"].iloc[row]
            verdicts.append(Verdict(checks[number], measured.metrics["day"].iloc[row], float(value)))
    return verdicts


def confirmed(staged: "DataFrame", verdicts: list[Verdict]) -> list[Verdict]:
    """The verdicts without repeats that were only seen because two keys share a hash."""
    return [v for v in verdicts if v.check.metric is not Metric.DUPLICATE_COUNT or _repeats(staged, v)]


def _repeats(staged: "DataFrame", verdict: Verdict) -> bool:
    keys = staged.groupBy(*verdict.check.subject.split(",")).count().where("count > 1")
    return bool(keys.take(1))


def _batch(metrics: "pd.DataFrame") -> Any:
    import logging

    import great_expectations as gx

    logging.getLogger("great_expectations").setLevel(logging.WARNING)
    context = gx.get_context(mode="ephemeral")
    context.variables.progress_bars = {"globally": False, "metric_calculations": False}
    asset = context.data_sources.add_pandas("staged").add_dataframe_asset("metrics")
    return asset.add_batch_definition_whole_dataframe("all").get_batch({"dataframe": metrics})


def stops(verdicts: list[Verdict]) -> list[Verdict]:
    """Those verdicts that forbid publishing."""
    return [verdict for verdict in verdicts if verdict.check.severity is Severity.STOP]


def examples(table: Table, staged: "DataFrame", verdict: Verdict, limit: int = 3) -> list[str]:
    """A few of the rows that break a check, as text: their key, and the columns that the check is about."""
    from pyspark.sql import functions as F

    subject = verdict.check.subject
    conditions: dict[Metric, Callable[[], SparkColumn]] = {
        Metric.VIOLATION_COUNT: lambda: F.expr(f"NOT ({subject})"),
        Metric.NULL_COUNT: lambda: F.col(subject).isNull(),
        Metric.MINIMUM: lambda: F.col(subject) < F.lit(verdict.check.lowest),
        Metric.MAXIMUM: lambda: F.col(subject) > F.lit(verdict.check.highest),
    }
    if verdict.check.metric not in conditions:
        return []
    named = [name for name in table.names if name in table.key or name in subject]
    failing = staged.where(conditions[verdict.check.metric]()).select(*named).limit(limit)
    return [str(row.asDict()) for row in failing.collect()]

"""Makes the suite of a table's checks, and lets Great Expectations judge measured metrics by it."""

import html
from collections.abc import Sequence
from copy import copy
from dataclasses import dataclass, field
from datetime import date
from functools import cache
from typing import TYPE_CHECKING, Any

import numpy as np
from pyspark.sql import DataFrame

from pumploss.checks.expectations import expectation, outcome, outside
from pumploss.checks.library import great_expectations
from pumploss.checks.measuring import Measured
from pumploss.contract import Check, Metric, Severity, Table
from pumploss.errors import CheckError

if TYPE_CHECKING:
    import pandas as pd
    from great_expectations import ExpectationSuite
    from great_expectations.core import ExpectationSuiteValidationResult, ExpectationValidationResult

#: Data Docs print labels as they are, so a label holds nothing that a browser takes for markup.
_PLAIN = (("<=", "≤"), (">=", "≥"), ("<>", "≠"), ("!=", "≠"), ("<", "below"), (">", "above"), ("&", "and"), ("$", "S"))


@dataclass(frozen=True)
class Verdict:
    """Says that a check did not hold on a day, and what was measured."""

    check: Check
    day: date
    value: float | None

    def __str__(self) -> str:
        return f"{self.day}: {self.check.name} is {self.value}, outside {bounds_text(self.check)}: {self.check.why}"


@dataclass(frozen=True)
class Judged:
    """Holds what Great Expectations said of a frame of metrics; failures are number of the check, row and value.

    The suite is shared by all who judge by it; suite and result are None where there was nothing to judge.
    """

    suite: "ExpectationSuite | None" = None
    result: "ExpectationSuiteValidationResult | None" = None
    failures: list[tuple[int, int, float]] = field(default_factory=list)


def bounds_text(check: Check) -> str:
    """Write the closed range of a check, for people."""
    lowest = "-inf" if check.lowest is None else check.lowest
    highest = "inf" if check.highest is None else check.highest
    return f"[{lowest}, {highest}]"


def _limits(check: Check) -> str:
    if check.lowest is None:
        return f"above {check.highest:g}"
    return f"below {check.lowest:g}" + ("" if check.highest is None else f" or above {check.highest:g}")


def labels(checks: Sequence[Check]) -> list[str]:
    """Give each check a name that differs from the others' and that a web page can show as it is."""
    given: list[str] = []
    for check in checks:
        name = check.name
        for sign, word in _PLAIN:
            name = name.replace(sign, word)
        given.append(f"{name} ({given.count(name) + 1})" if name in given else name)
    return given


def suite(table: Table) -> "ExpectationSuite":
    """Make the Great Expectations suite of a table: one expectation per check, over the column of its metric."""
    return _suite(table.name, table.all_checks)


@cache
def _suite(name: str, checks: tuple[Check, ...]) -> "ExpectationSuite":
    expectations = [_expected(check, label, True) for check, label in zip(checks, labels(checks), strict=True)]
    return great_expectations().ExpectationSuite(name=name, expectations=list(map(copy, expectations)))


@cache
def _expected(check: Check, label: str, is_measured: bool) -> Any:
    """Make the expectation of a check, once: it remembers what it rests on."""
    meta = {"check": check.name, "severity": check.severity.value, "why": check.why}
    gravity = "critical" if check.severity is Severity.STOP else "warning"
    # Shown as markup.
    text = html.escape(f"{check.severity.value} {_limits(check)}: {check.why}").replace("$", "&#36;")
    return expectation(check, label, is_measured, description=text, severity=gravity, meta=meta)


def judged(name: str, checks: Sequence[Check], metrics: "pd.DataFrame") -> Judged:
    """Judge metrics by a suite of these checks; their columns `m0`, `m1`... are in the order of the checks.

    Raises CheckError where Great Expectations cannot tell.
    """
    if metrics.empty:
        return Judged()
    # At once, and as plain numbers: a column of a frame by itself costs as much as judging it.
    columns = metrics[[f"m{number}" for number in range(len(checks))]].to_numpy("float64").T
    results = [
        outcome(_expected(check, label, not np.isnan(values).all()), values)
        for check, label, values in zip(checks, labels(checks), columns, strict=True)
    ]
    failed: list[tuple[int, int, float]] = []
    for number, (check, found) in enumerate(zip(checks, results, strict=True)):
        if found.success:
            continue
        rows = outside(columns[number], check.lowest, check.highest)
        if not rows.size:
            raise CheckError(f"{name}: {check.name} cannot be judged: {found.exception_info}")
        failed.extend((number, int(row), float(columns[number][row])) for row in rows)
    return Judged(_suite(name, tuple(checks)), _summed_up(name, results), failed)


def _summed_up(name: str, results: "list[ExpectationValidationResult]") -> "ExpectationSuiteValidationResult":
    """Put what was said of each check together, as Great Expectations does after a batch."""
    from great_expectations import __version__
    from great_expectations.core import ExpectationSuiteValidationResult
    from great_expectations.validator.validation_statistics import calc_validation_statistics

    statistics = calc_validation_statistics(results)._asdict()
    is_success = statistics.pop("success")
    meta = {"great_expectations_version": __version__}
    return ExpectationSuiteValidationResult(is_success, results, name, statistics=statistics, meta=meta)


def failures(measured: Measured, judged: Judged) -> list[Verdict]:
    """List the failures among a table's metrics, each with its check and day."""
    checks, days = measured.table.all_checks, measured.metrics["day"]
    return [Verdict(checks[number], days.iloc[row], value) for number, row, value in judged.failures]


def judge(measured: Measured) -> list[Verdict]:
    """List every check that does not hold, on every day that it fails."""
    table = measured.table
    return failures(measured, judged(table.name, table.all_checks, measured.metrics))


def confirmed(staged: DataFrame, verdicts: list[Verdict]) -> list[Verdict]:
    """Drop those repeats that were only seen because two keys share a hash."""
    return [v for v in verdicts if v.check.metric is not Metric.DUPLICATE_COUNT or _repeats(staged, v)]


def _repeats(staged: DataFrame, verdict: Verdict) -> bool:
    keys = staged.groupBy(*verdict.check.subject.split(",")).count().where("count > 1")
    return bool(keys.take(1))


def stops(verdicts: list[Verdict]) -> list[Verdict]:
    """List those verdicts that forbid publishing."""
    return [verdict for verdict in verdicts if verdict.check.severity is Severity.STOP]

"""Describes the checks of a table: bounds on what is measured of a staged day, and why they are there."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum

from pumploss.contract.column import Column, Type

#: Units in names, which bound the values: `_share` and `_count`, at the end or before a window or a level's `_close`.
_SHARE, _COUNT = re.compile(r"_share(_|$)"), re.compile(r"_count(_|$)")
#: Shares are quotients of doubles, whose last bits may pass 1.
SHARE_LIMIT = 1.000001


class Severity(StrEnum):
    """Says what a failure does: STOP keeps readers on what they have; WARN is reported and the night goes on."""

    STOP = "STOP"
    WARN = "WARN"


class Metric(StrEnum):
    """Names what is measured, per partition day, in one aggregate query; the last two also need earlier days."""

    ROW_COUNT = "row_count"
    DUPLICATE_COUNT = "duplicate_count"
    NULL_COUNT = "null_count"
    NULL_SHARE = "null_share"
    NAN_COUNT = "nan_count"
    MINIMUM = "minimum"
    MAXIMUM = "maximum"
    VIOLATION_COUNT = "violation_count"
    VIOLATION_SHARE = "violation_share"
    TRAILING_RATIO = "trailing_ratio"
    TRAILING_CHANGE = "trailing_change"


@dataclass(frozen=True)
class Check:
    """Bounds a metric of a table's staged day, and says why the bound is there.

    `subject` is a column name, or where a metric is about several their names with commas between: DUPLICATE_COUNT,
    NAN_COUNT, MINIMUM (of the lowest) and MAXIMUM (of the highest). For VIOLATION_COUNT it is a SQL condition that
    every row must satisfy (NULL counts as satisfied), and for VIOLATION_SHARE too: measured is what rows that break it
    have of the day's sum of `weights`, the least of these shares. For ROW_COUNT it is empty. For TRAILING_RATIO and
    TRAILING_CHANGE it names a measure of a day that is divided by, or lessened by, its median over earlier days.
    `lowest` and `highest` are inclusive.
    """

    metric: Metric
    subject: str
    why: str
    lowest: float | None = None
    highest: float | None = None
    severity: Severity = Severity.STOP
    weights: tuple[str, ...] = ()

    @property
    def name(self) -> str:
        """Name the metric and its subject, for people: the label in suites, messages and docs."""
        return f"{self.metric.value}({self.subject})" if self.subject else self.metric.value


def holds(condition: str, why: str, severity: Severity = Severity.STOP) -> Check:
    """Make a check that no row breaks a SQL condition."""
    return Check(Metric.VIOLATION_COUNT, condition, why, highest=0, severity=severity)


def within(column: str, lowest: float | None, highest: float | None, why: str) -> list[Check]:
    """Make checks that a column's values lie in a closed range; None leaves that end open."""
    bounds = []
    if lowest is not None:
        bounds.append(Check(Metric.MINIMUM, column, why, lowest=lowest))
    if highest is not None:
        bounds.append(Check(Metric.MAXIMUM, column, why, highest=highest))
    return bounds


def derived_checks(columns: Sequence[Column], key: Sequence[str]) -> list[Check]:
    """List the checks that follow from a table's key, and from nullability, types and units of its columns."""
    derived = [
        Check(Metric.NULL_COUNT, c.name, "the contract says that it is always known", highest=0)
        for c in columns
        if not c.nullable
    ]
    if key:
        why = "a key that repeats would count a row twice"
        derived.append(Check(Metric.DUPLICATE_COUNT, ",".join(key), why, highest=0))
    doubles = [c.name for c in columns if c.type is Type.DOUBLE]
    if doubles:
        why = "what is not a number passes every range and spoils every sum"
        derived.append(Check(Metric.NAN_COUNT, ",".join(doubles), why, highest=0))
    shares = [name for name in doubles if _SHARE.search(name)]
    if shares:
        derived += within(",".join(shares), 0, SHARE_LIMIT, "a share is a part of a whole")
    counts = [c.name for c in columns if c.type is Type.BIGINT and _COUNT.search(c.name)]
    if counts:
        derived += within(",".join(counts), 0, None, "nothing is counted fewer than 0 times")
    return derived

"""What a step says about its work, day by day: the ledger's rows are made from it."""

from dataclasses import dataclass, field
from datetime import date
from typing import Any


@dataclass
class DayReport:
    """Counts of one day; `inputs` and `outputs` are JSON-ready."""

    rows_read: int = 0
    rows_written: int = 0
    rows_quarantined: int = 0
    rows_duplicate: int = 0
    inputs: list[dict[str, Any]] = field(default_factory=list)
    outputs: dict[str, dict[str, Any]] = field(default_factory=dict)


@dataclass
class RunReport:
    """What one pass of a step did.

    `skipped` says why it did nothing; `notes` and `warnings` are for people; `changed` names days of the step's tables
    whose content is no longer what it was before the pass.
    """

    step: str
    days: dict[date, DayReport] = field(default_factory=dict)
    output_version: int | None = None
    skipped: str | None = None
    notes: list[str] = field(default_factory=list)
    warnings: list[str] = field(default_factory=list)
    changed: set[date] = field(default_factory=set)
    details: dict[str, Any] = field(default_factory=dict)

    def day(self, day: date) -> DayReport:
        """The counts of a day, started where there are none yet."""
        return self.days.setdefault(day, DayReport())

    def total(self, count: str) -> int:
        """Sum of a count over all days, for example `total("rows_written")`."""
        return sum(getattr(day, count) for day in self.days.values())

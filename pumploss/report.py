"""What a step says about its work, day by day: from it the ledger's rows are made, and what people are told."""

from dataclasses import dataclass, field
from datetime import date
from typing import Any

COUNTS = ("rows_read", "rows_written", "rows_quarantined", "rows_duplicate")


@dataclass
class DayReport:
    """Counts of one day; `inputs` and `outputs` are JSON-ready."""

    rows_read: int = 0
    rows_written: int = 0
    rows_quarantined: int = 0
    rows_duplicate: int = 0
    inputs: list[dict[str, Any]] = field(default_factory=list)
    outputs: dict[str, dict[str, Any]] = field(default_factory=dict)

    def note(self, table: str, **facts: Any) -> None:
        """Adds facts, which are JSON-ready, to what the day's outputs say of a table."""
        self.outputs.setdefault(table, {}).update(facts)


@dataclass
class RunReport:
    """What one pass of a step did: the runner makes it, and the step's context fills it.

    `skipped` says why it did nothing; `notes` and `warnings` are for people; `changed` names days of the step's tables
    whose content is no longer what it was before the pass. With `is_evidence` the ledger keeps what was counted even if
    the step fails: the counts show why.
    """

    step: str
    days: dict[date, DayReport] = field(default_factory=dict)
    output_version: int | None = None
    skipped: str | None = None
    notes: list[str] = field(default_factory=list)
    warnings: list[str] = field(default_factory=list)
    changed: set[date] = field(default_factory=set)
    details: dict[str, Any] = field(default_factory=dict)
    is_evidence: bool = False

    def day(self, day: date) -> DayReport:
        """Answers the counts of a day, started where there are none yet."""
        return self.days.setdefault(day, DayReport())

    def total(self, count: str) -> int:
        """Sums a count over all days, for example `total("rows_written")`."""
        return sum(getattr(day, count) for day in self.days.values())

    def sentence(self) -> str:
        """Says it in one line, and in one more for each thing to know."""
        counted = [(self.total(count), count.removeprefix("rows_")) for count in COUNTS]
        seconds = f"{self.details.get('seconds', 0.0):.1f} s"
        said = ", ".join([*(f"{rows:,} {what}" for rows, what in counted if rows), seconds])
        why = [f"skipped: {self.skipped}"] if self.skipped else []
        more = [*why, *(text for text in (*self.notes, *self.warnings) if text != self.skipped)]
        return "\n      ".join([f"{self.step}: {said}", *more])

    def figures(self, run_id: str, most_lines: int | None = None) -> dict[str, Any]:
        """Sums it up without its days as one JSON object, with so many notes and warnings at most."""
        days = sorted(self.days)
        return {
            "step": self.step,
            "run_id": run_id,
            "first_day": days[0].isoformat() if days else None,
            "last_day": days[-1].isoformat() if days else None,
            "days": len(days),
            **{count: self.total(count) for count in COUNTS},
            "seconds": round(self.details.get("seconds", 0.0), 3),
            "skipped": self.skipped,
            "notes": self.notes[:most_lines],
            "warnings": self.warnings[:most_lines],
        }

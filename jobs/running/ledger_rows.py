"""The rows that the ledger gets of a pass: how each day ended, and which built days are stale because of it."""

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from jobs.pipeline import BY_NAME, Step, dependents
from jobs.running.context import Context
from pumploss.lake.ledger import peak_memory_bytes
from pumploss.lake.owner import named_from
from pumploss.redaction import redacted
from pumploss.report import DayReport, RunReport
from pumploss.version import code_version


@dataclass(frozen=True)
class Ending:
    """How a pass ended: status as the ledger has it, wall time, Delta version of the step's main table, and why."""

    status: str
    seconds: float = 0.0
    version: int | None = None
    error: str | None = None


def rows_of(context: Context, step: Step, days: Mapping[date, DayReport], ending: Ending) -> list[dict[str, Any]]:
    """Makes the rows of a pass, one per day."""
    return [_row(context, step, day, counts, ending) for day, counts in sorted(days.items())]


def stale_rows(context: Context, report: RunReport, wanted: Iterable[date]) -> list[dict[str, Any]]:
    """Makes the rows that say which built days rest on what a step has just changed, its own later ones included."""
    if not report.changed:
        return []
    step, first = BY_NAME[report.step], min(report.changed)
    beyond = report.changed - set(wanted)
    ending = Ending("stale", error=f"{step.name} of {first} changed in run {context.run_id}")
    rows: list[dict[str, Any]] = []
    for other in (step, *dependents(step.name)) if step.lookback_days is None else dependents(step.name):
        held = {day for day in context.ledger.held(other.name) if day >= first}
        resting = held - report.days.keys() if other is step else held | beyond
        days = resting - context.ledger.stale(other.name)
        rows.extend(rows_of(context, other, {day: DayReport() for day in days}, ending))
    return rows


def _row(context: Context, step: Step, day: date, counts: DayReport, ending: Ending) -> dict[str, Any]:
    row = new_row(context, step.name, day, counts, ending)
    # What neither ended well nor ran has left the table as the ledger knows it.
    return row if ending.status in ("ok", "skipped") else {**row, "outputs": context.ledger.outputs(step.name, day)}


def new_row(context: Context, step: str, day: date, counts: DayReport, ending: Ending) -> dict[str, Any]:
    """Makes the row of a day by its own counts, also for what is no step of the pipeline."""
    return {
        "run_id": context.run_id,
        "step": step,
        "day": day,
        "status": ending.status,
        "rows_read": counts.rows_read,
        "rows_written": counts.rows_written,
        "rows_quarantined": counts.rows_quarantined,
        "rows_duplicate": counts.rows_duplicate,
        "seconds": ending.seconds,
        "peak_memory_bytes": peak_memory_bytes(),
        "inputs": json.dumps(counts.inputs, default=str),
        "outputs": json.dumps(counts.outputs, default=str),
        "output_version": ending.version,
        "code_version": code_version(),
        "error": ending.error and redacted(ending.error),
        "landing": named_from(context.lake.root, context.settings.landing),
    }

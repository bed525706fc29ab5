"""Runs steps over days: which days, in which order, and what the ledger says about it."""

import importlib
import json
import time
from collections.abc import Iterable
from datetime import date
from functools import cache
from typing import Any

from jobs.context import Context
from jobs.pipeline import BY_NAME, Step, dependents
from pumploss.days import Days, ordered
from pumploss.errors import PumpLossError, SettingsError
from pumploss.lake.ledger import peak_memory_bytes
from pumploss.report import DayReport, RunReport


def run_step(context: Context, name: str, days: Iterable[date], **options: Any) -> RunReport:
    """Run one step over dump days in one pass and write its ledger rows.

    Days of the step that have become stale up to the last day are run with them; a step that carries state also runs
    its built days in between. An error leaves `failed` rows in the ledger and is raised again.
    """
    if name not in BY_NAME:
        raise SettingsError(f"There is no step {name!r}. The steps are: {', '.join(BY_NAME)}.")
    step = BY_NAME[name]
    context.lake.claim(context.settings.landing)
    wanted = ordered(days)
    effective = _effective(context, step, wanted)
    started = time.monotonic()
    try:
        report = importlib.import_module(f"jobs.{name}").run(context, effective, **options)
    except Exception as error:
        counted = getattr(error, "days", {}) or {}
        rows = {day: counted.get(day, DayReport()) for day in wanted}
        _record(context, step, rows, "failed", started, error=failure_text(error))
        raise
    status = "skipped" if report.skipped else "ok"
    days_done = report.days or {day: DayReport() for day in effective}
    _record(context, step, days_done, status, started, report.output_version, report.skipped)
    _mark_stale(context, step, report, wanted)
    report.details["seconds"] = time.monotonic() - started
    return report


def run_steps(context: Context, names: Iterable[str], days: Iterable[date]) -> list[RunReport]:
    """Run several steps, each over all days, in the given order; stops at the first error."""
    wanted = ordered(days)
    reports = []
    for name in names:
        context.say(f"{name}: {wanted[0]} to {wanted[-1]}" if wanted[1:] else f"{name}: {wanted[0]}")
        reports.append(run_step(context, name, wanted))
    return reports


def _effective(context: Context, step: Step, wanted: Days) -> Days:
    """The wanted days, earlier stale ones, and for a step with state every built day in between."""
    if not step.is_restated:
        return wanted
    stale = {day for day in context.ledger.stale(step.name) if day <= wanted[-1]}
    days = ordered({*wanted, *stale})
    if step.lookback_days is not None:
        return days
    between = {day for day in context.ledger.built(step.name) if days[0] <= day <= days[-1]}
    return ordered({*days, *between})


def _mark_stale(context: Context, step: Step, report: RunReport, wanted: Days) -> None:
    """Tell the ledger which built days rest on what this step has just changed."""
    if not report.changed:
        return
    first = min(report.changed)
    beyond = report.changed - set(wanted)
    rows = []
    for other in dependents(step.name):
        built = {day for day in context.ledger.built(other.name) if day >= first}
        for day in sorted((built | beyond) - context.ledger.stale(other.name)):
            why = f"{step.name} of {first} changed in run {context.run_id}"
            rows.append(_row(context, other, day, DayReport(), "stale", 0.0, None, why))
    context.ledger.append(rows)


def _record(
    context: Context,
    step: Step,
    days: dict[date, DayReport],
    status: str,
    started: float,
    version: int | None = None,
    error: str | None = None,
) -> None:
    seconds = time.monotonic() - started
    context.ledger.append(
        _row(context, step, day, counts, status, seconds, version, error) for day, counts in sorted(days.items())
    )


def _row(
    context: Context,
    step: Step,
    day: date,
    counts: DayReport,
    status: str,
    seconds: float,
    version: int | None,
    error: str | None,
) -> dict[str, Any]:
    return {
        "run_id": context.run_id,
        "step": step.name,
        "day": day,
        "status": status,
        "rows_read": counts.rows_read,
        "rows_written": counts.rows_written,
        "rows_quarantined": counts.rows_quarantined,
        "rows_duplicate": counts.rows_duplicate,
        "seconds": seconds,
        "peak_memory_bytes": peak_memory_bytes(),
        "inputs": json.dumps(counts.inputs, default=str),
        "outputs": json.dumps(counts.outputs, default=str),
        "output_version": version,
        "code_version": code_version(),
        "error": error,
        "landing": context.settings.landing,
    }


@cache
def code_version() -> str:
    """Version of the package, and the commit where the code lies in a git checkout."""
    import subprocess

    from pumploss import __version__
    from pumploss.settings import ROOT

    asked = subprocess.run(
        ["git", "-C", str(ROOT), "rev-parse", "--short=12", "HEAD"], capture_output=True, text=True, check=False
    )
    commit = asked.stdout.strip()
    return f"{__version__}+{commit}" if asked.returncode == 0 and commit else __version__


def failure_text(error: BaseException) -> str:
    """What to print for an error: its own words where it is ours, its type as well where it is not."""
    return str(error) if isinstance(error, PumpLossError) else f"{type(error).__name__}: {error}"

"""Runs steps over days: which days, in which order, and what the ledger says about it."""

import importlib
import json
import subprocess
import time
from collections.abc import Iterable
from datetime import date
from functools import cache
from typing import Any

from jobs.pipeline import BY_NAME, LANDING, WRITER, Step, daily, dependents
from jobs.running.context import Context
from pumploss import __version__
from pumploss.days import Days, ordered
from pumploss.errors import CheckError, LakeError, PumpLossError, SettingsError
from pumploss.lake.ledger import peak_memory_bytes
from pumploss.report import DayReport, RunReport
from pumploss.settings import ROOT


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
    started = time.monotonic()
    try:
        _require_inputs(context, step, wanted)
        effective = _effective(context, step, wanted)
        report: RunReport = importlib.import_module(f"jobs.{name}").run(context, effective, **options)
    except Exception as error:
        counted = getattr(error, "days", {}) or {}
        rows = {day: counted.get(day, DayReport()) for day in wanted}
        context.ledger.append(_rows(context, step, rows, "failed", started, error=failure_text(error)))
        if isinstance(error, CheckError):
            context.build_data_docs()
        raise
    status = "skipped" if report.skipped else "ok"
    days_done = report.days or {day: DayReport() for day in effective}
    done = _rows(context, step, days_done, status, started, report.output_version, report.skipped)
    # One commit: a kill in between would leave days that rest on what changed without a mark, for good.
    context.ledger.append([*done, *_stale_rows(context, step, report, wanted)])
    if step is daily()[-1]:
        context.build_data_docs(report)
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


def _require_inputs(context: Context, step: Step, wanted: Days) -> None:
    """Raise LakeError where a table that the step reads was never built for a wanted day: it would read as empty."""
    if not (step.is_restated and step.writes):
        return
    for name in dict.fromkeys(WRITER[table].name for table in step.reads if table != LANDING):
        missing = sorted(set(wanted) - context.ledger.ended(name))
        if missing:
            raise LakeError(
                f"{step.name} of {missing[0]}{f' and {len(missing) - 1} more days' if missing[1:] else ''} needs "
                f"{name} of the same day, which was never built: "
                f"run `python -m jobs run {name} --day {missing[0]}` first."
            )


def _effective(context: Context, step: Step, wanted: Days) -> Days:
    """The wanted days, earlier stale ones, and for a step with state every built day in between."""
    if not step.is_restated:
        return wanted
    stale = {day for day in context.ledger.stale(step.name) if day <= wanted[-1]}
    days = ordered({*wanted, *stale})
    if step.lookback_days is not None:
        return days
    between = {day for day in context.ledger.held(step.name) if days[0] <= day <= days[-1]}
    return ordered({*days, *between})


def _stale_rows(context: Context, step: Step, report: RunReport, wanted: Days) -> list[dict[str, Any]]:
    """Ledger rows that say which built days rest on what this step has just changed, its own later ones included."""
    if not report.changed:
        return []
    first = min(report.changed)
    beyond = report.changed - set(wanted)
    why = f"{step.name} of {first} changed in run {context.run_id}"
    rows: list[dict[str, Any]] = []
    for other in (step, *dependents(step.name)) if step.lookback_days is None else dependents(step.name):
        held = {day for day in context.ledger.held(other.name) if day >= first}
        resting = held - report.days.keys() if other is step else held | beyond
        days = sorted(resting - context.ledger.stale(other.name))
        rows.extend(_row(context, other, day, DayReport(), "stale", 0.0, None, why) for day in days)
    return rows


def _rows(
    context: Context,
    step: Step,
    days: dict[date, DayReport],
    status: str,
    started: float,
    version: int | None = None,
    error: str | None = None,
) -> list[dict[str, Any]]:
    seconds = time.monotonic() - started
    return [_row(context, step, day, counts, status, seconds, version, error) for day, counts in sorted(days.items())]


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
    # What neither ended well nor ran has left the table as the ledger knows it.
    outputs = (
        json.dumps(counts.outputs, default=str)
        if status in ("ok", "skipped")
        else context.ledger.outputs(step.name, day)
    )
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
        "outputs": outputs,
        "output_version": version,
        "code_version": code_version(),
        "error": error,
        "landing": context.settings.landing,
    }


@cache
def code_version() -> str:
    """Version of the package, and the commit where the code lies in a git checkout."""
    asked = subprocess.run(
        ["git", "-C", str(ROOT), "rev-parse", "--short=12", "HEAD"], capture_output=True, text=True, check=False
    )
    commit = asked.stdout.strip()
    return f"{__version__}+{commit}" if asked.returncode == 0 and commit else __version__


def failure_text(error: BaseException) -> str:
    """What to print for an error: its own words where it is ours, its type as well where it is not."""
    return str(error) if isinstance(error, PumpLossError) else f"{type(error).__name__}: {error}"

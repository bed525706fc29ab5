"""Runs steps over days: which days, in which order, and what the ledger says about it."""

import time
from collections.abc import Iterable
from datetime import date
from importlib import import_module
from typing import Any

from jobs.pipeline import BY_NAME, LANDING, WRITER, Step, daily
from jobs.running import gate
from jobs.running.context import Context
from jobs.running.horizon import refuse_other_horizon
from jobs.running.ledger_rows import Ending, rows_of, stale_rows
from jobs.running.repairs import drop_damaged
from jobs.running.standing import mark_torn
from jobs.running.step_context import StepContext
from pumploss.days import Days, ordered
from pumploss.errors import CheckError, LakeError, SettingsError, failure_text
from pumploss.lake.locks import Hold
from pumploss.lake.owner import admit
from pumploss.lake.segments import DROPPED
from pumploss.report import DayReport, RunReport
from pumploss.settings import Settings
from pumploss.short_of_memory import guarded

#: Steps that sort a day's rows block by block, of which PUMPLOSS_ROWS_AT_ONCE says how large.
SORTING = ("bronze_trades", "silver_trades")

#: Damaged segments that a pass gets over; where there are more, the disk wants looking at first.
_MOST_DROPPED = 8


def run_step(context: Context, name: str, days: Iterable[date], **options: Any) -> RunReport:
    """Runs one step over dump days in one pass and writes its ledger rows, while the run holds the lake.

    Days of the step that have become stale up to the last day are run with them; a step that carries state also runs
    its built days in between. An error leaves `failed` rows in the ledger and is raised again. Raises BusyLakeError
    where another run holds the lake, SettingsError where its labels are of another horizon; nothing was done then.
    """
    if name not in BY_NAME:
        raise SettingsError(f"There is no step {name!r}. The steps are: {', '.join(BY_NAME)}.")
    with context.held_lake() as hold:
        admit(context.lake, context.settings.landing)
        refuse_other_horizon(context.lake)
        return _run(context, hold, BY_NAME[name], ordered(days), **options)


def _run(context: Context, hold: Hold, step: Step, wanted: Days, **options: Any) -> RunReport:
    report, started = RunReport(step.name), time.monotonic()
    try:
        mark_torn(context, step)
        _require_inputs(context, step, wanted)
        effective = _effective(context, step, wanted)
        drop_damaged(context.lake, step, effective, report)
        with guarded(f"{step.name} of {_span(effective or wanted)}", _remedy(step, context.settings)):
            _sound_pass(context, report, effective, **options)
    except Exception as error:
        _record_failure(
            context, report, wanted, Ending("failed", time.monotonic() - started, error=failure_text(error))
        )
        if isinstance(error, CheckError):
            gate.build_data_docs(context.settings.data_docs_dir, context.say)
        if step in daily():
            _write_page(context, wanted[-1], report)
        raise
    status = "skipped" if report.skipped else "ok"
    ending = Ending(status, time.monotonic() - started, report.output_version, report.skipped)
    done = rows_of(context, step, report.days or {day: DayReport() for day in effective}, ending)
    hold.require()
    # One commit: a kill in between would leave days that rest on what changed without a mark, for good.
    context.ledger.append([*done, *stale_rows(context, report, wanted)])
    _observe(context, report, done)
    if step is daily()[-1]:
        gate.build_data_docs(context.settings.data_docs_dir, context.say, report)
        _write_page(context, wanted[-1], report)
    report.details["seconds"] = time.monotonic() - started
    return report


def _span(days: Days) -> str:
    return f"{days[0]}" if days[0] == days[-1] else f"{days[0]} to {days[-1]}"


def _remedy(step: Step, settings: Settings) -> str:
    """Say what makes a step take less memory, where anything does."""
    if step.name not in SORTING:
        return "No setting makes this step take less: give it more memory, then run it again."
    return (
        f"Lower PUMPLOSS_ROWS_AT_ONCE (it is {settings.rows_at_once}, and a million rows take up to 1.2 GB) where a "
        "day has more rows than that, or give it more memory, then run it again."
    )


def _write_page(context: Context, day: date, report: RunReport) -> None:
    """Write the night's page of the report, also of a night that failed; trouble with it is only said."""
    from jobs.reporting.site import write_quietly  # draws charts, which no other step does

    started = time.perf_counter()
    write_quietly(context, day)
    gate.took(report, "report", started)


def _sound_pass(context: Context, report: RunReport, days: Days, **options: Any) -> None:
    """Runs a pass; where a segment proves damaged it is gone by then, and the pass begins anew without it.

    The report then begins anew as well. An engine's worker hands on no more than the words of an error.
    """
    before = list(report.warnings)
    for _ in range(_MOST_DROPPED):
        try:
            run_pass(context, report, days, **options)
            return
        except Exception as error:
            if DROPPED not in str(error):
                raise
            before.append(f"a segment {DROPPED}")
            vars(report).update(vars(RunReport(report.step, warnings=list(before))))
    run_pass(context, report, days, **options)


def run_pass(context: Context, report: RunReport, days: Days, **options: Any) -> RunReport:
    """Runs the report's step over days and fills the report; the ledger is left alone."""
    import_module(f"jobs.{report.step}").run(StepContext(context, days, report), days, **options)
    return report


def run_steps(context: Context, names: Iterable[str], days: Iterable[date]) -> list[RunReport]:
    """Runs several steps, each over all days, in the given order; stops at the first error."""
    wanted = ordered(days)
    reports = []
    for name in names:
        context.say(f"{name}: {wanted[0]} to {wanted[-1]}" if wanted[1:] else f"{name}: {wanted[0]}")
        reports.append(run_step(context, name, wanted))
    return reports


def _record_failure(context: Context, report: RunReport, wanted: Days, ending: Ending) -> None:
    counted = report.days if report.is_evidence else {}
    days = {day: counted.get(day, DayReport()) for day in wanted}
    rows = rows_of(context, BY_NAME[report.step], days, ending)
    context.ledger.append(rows)
    _observe(context, report, rows)


def _observe(context: Context, report: RunReport, rows: list[dict[str, Any]]) -> None:
    """Tell of the pass where an address is given to tell it to; what is loaded for that no other run needs."""
    if context.settings.otlp_endpoint:
        from jobs.telemetry.steps import observe

        observe(context, report, rows)
    if context.settings.lineage_url:
        from jobs.telemetry.lineage import trace

        trace(context, report, rows)


def _require_inputs(context: Context, step: Step, wanted: Days) -> None:
    """Raises LakeError where a table that the step reads was never built for a wanted day: it would read as empty."""
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
    """Answers the wanted days, earlier stale ones, and for a step with state every built day in between."""
    if not step.is_restated:
        return wanted
    stale = {day for day in context.ledger.stale(step.name) if day <= wanted[-1]}
    days = ordered({*wanted, *stale})
    if step.lookback_days is not None:
        return days
    between = {day for day in context.ledger.held(step.name) if days[0] <= day <= days[-1]}
    return ordered({*days, *between})

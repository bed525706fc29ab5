"""`status`: where every store is, what ran last, what is stale. Starts nothing, neither engine nor server."""

import argparse
import json
from dataclasses import asdict
from datetime import date
from typing import Any

import polars as pl

from jobs.alerting.freshness import freshness
from jobs.alerting.needs import failures, needs
from jobs.alerting.telling import days_of
from jobs.commands.stores import addresses, hot_warning, stores
from jobs.commands.terminal import show_facts, show_table
from jobs.monitoring.recorded import latest
from jobs.monitoring.telling import training_command
from jobs.pipeline import STEPS, Cadence, Step
from jobs.running.context import Context, open_context
from jobs.running.due_days import holes
from jobs.verifying.erasures import of_erasures
from jobs.verifying.lake import by_logs
from pumploss.days import Days, shift
from pumploss.errors import LandingError
from pumploss.lake.holders import Holder
from pumploss.lake.ledger import order_of
from pumploss.lake.locks import lake_holders
from pumploss.lake.owner import owner
from pumploss.report import COUNTS
from pumploss.settings import Settings, from_environment
from pumploss.tables.gold_monitoring import TABLE as MONITORING
from pumploss.tables.quarantine_trades import TABLE
from pumploss.version import code_version
from sources import SOURCES

#: What the ledger says of a step's last run.
_LAST = (
    *("run_id", "status", "day", "seconds"),
    *COUNTS,
    *("code_version", "written_at", "error"),
)


#: How days of a step stand: it holds them, should and does not, has not come to them, must run them again, failed.
_STATES = ("stored", "missing", "late", "stale", "failed")

#: Days that are named one by one of what a step lacks.
_NAMED = 5


def run(arguments: argparse.Namespace) -> int:
    """Prints how everything stands; answers 1 where something waits for a person."""
    stand = status(from_environment())
    if arguments.json:
        print(json.dumps(stand, default=str, indent=2))
    else:
        _show(stand)
    return 1 if stand["needs"] or stand["erasures"] else 0


def status(settings: Settings) -> dict[str, Any]:
    """Collects stores by role, steps with last run and days by state, landed days, how fresh every store is, the age of
    the champions, what the last night's monitoring said, what waits for a person, and the last refusals.
    """
    with open_context(settings) as context:
        return {
            "code_version": code_version(),
            "home": str(settings.home),
            "stores": stores(settings),
            "hot_warning": hot_warning(settings),
            "lake_landing": owner(context.lake),
            "running": [asdict(holder) for holder in lake_holders(settings.lake)],
            "steps": _steps(context),
            "differences": [finding.sentence() for finding in by_logs(context)],
            "erasures": [finding.sentence() for finding in of_erasures(context)],
            "landing": _landing(context),
            "freshness": freshness(context, max(days_of(context), default=None)),
            "champions": champion_ages(context),
            "monitoring": _monitoring(context),
            "needs": [{**asdict(need), "cause": need.cause} for need in needs(context, days_of(context))],
            "quarantine": _quarantine(context),
        }


def _steps(context: Context) -> dict[str, dict[str, Any]]:
    """Looks up per step the last day of its last run (`status` None where it never ran), and its stale days."""
    latest = context.ledger.latest()
    days = days_of(context)
    steps = {}
    for step in STEPS:
        runs = [row for (name, _), row in latest.items() if name == step.name and row["status"] != "stale"]
        last = max(runs, key=order_of, default=dict.fromkeys(_LAST))
        stale = sorted(context.ledger.stale(step.name))
        steps[step.name] = {
            **{name: last[name] for name in _LAST},
            "built_days": len(context.ledger.built(step.name)),
            "stored_days": len(context.ledger.held(step.name)),
            "failed_days": [day.isoformat() for day in sorted(failures(context, step))],
            "late_days": [day.isoformat() for day in late(context, step, days)],
            "stale_days": [day.isoformat() for day in stale],
            "missing_days": _missing(context, step, days),
        }
    return steps


def late(context: Context, step: Step, days: Days) -> list[date]:
    """Lists landed days after the last that a daily step ended for: nights that did not come to it yet."""
    if step.cadence is not Cadence.DAILY:
        return []
    last = max(context.ledger.ended(step.name), default=date.min)
    return [day for day in days if day > last]


def _missing(context: Context, step: Step, days: Days) -> dict[str, str]:
    """Says which days a daily step that writes a table should have and has not, and why."""
    if not step.writes:
        return {}
    return {day.isoformat(): reason for day, reason in sorted(holes(context, step, days).items())}


def _landing(context: Context) -> dict[str, Any]:
    """Counts landed days per source, or says what is wrong with the landing."""
    try:
        days = {name: context.landing.days(name) for name in context.landing.sources()}
    except LandingError as error:
        return {"error": str(error), "sources": {}}
    sources = {
        name: {
            "cadence": SOURCES[name].arrival.value,
            "days": len(landed),
            "first": landed[0].isoformat() if landed else None,
            "last": landed[-1].isoformat() if landed else None,
        }
        for name, landed in days.items()
    }
    return {"error": None, "sources": sources}


def _monitoring(context: Context) -> dict[str, Any] | None:
    """Looks up which bounds broke on the newest watched night; None where none was watched."""
    alarms = latest(context)
    return None if alarms is None else asdict(alarms)


def champion_ages(context: Context) -> dict[str, dict[str, Any]]:
    """Reads how old every model was on the newest watched night: the days since the newest outcome that it knows, and
    the dump day that this outcome ended with.
    """
    day = max(context.ledger.held(MONITORING.name), default=None)
    if day is None or not context.lake.exists(MONITORING):
        return {}
    is_age = (pl.col("monitor_day") == shift(day, 1)) & (pl.col("measure") == "age_days")
    rows = pl.scan_delta(context.lake.path(MONITORING)).filter(is_age).select("model", "model_version", "value")
    return {
        model: {"version": version, "age_days": days, "as_of": day, "learned_until": shift(day, -round(days))}
        for model, version, days in sorted(rows.collect().iter_rows())
    }


def _quarantine(context: Context) -> dict[str, Any]:
    """Counts refused lines by reason, of the last day that bronze has built."""
    built = context.ledger.built("bronze_trades")
    day = max(built, default=None)
    return {"day": day.isoformat() if day else None, "reasons": refusals(context, day) if day else {}}


def refusals(context: Context, day: date | None = None) -> dict[str, int]:
    """Counts refused lines by reason, of a dump day or of all, the most frequent first."""
    if not context.lake.exists(TABLE):
        return {}
    lines = pl.scan_delta(context.lake.path(TABLE))
    if day is not None:
        lines = lines.filter(pl.col("dump_day") == day)
    counted = lines.group_by("reason").agg(pl.len().alias("lines")).collect()
    return dict(counted.sort(["lines", "reason"], descending=[True, False]).iter_rows())


def _show(stand: dict[str, Any]) -> None:
    show_facts("Stores", addresses(stand["stores"]))
    if stand["hot_warning"]:
        print(f"\nWarning: {stand['hot_warning']}.")
    print(f"\nThe lake is built from {stand['lake_landing'] or 'nothing yet'}.")
    for holder in stand["running"]:
        print(f"In use by {Holder(**holder).sentence()}.")
    for erasure in stand["erasures"]:
        print(f"{erasure}.")
    if stand["landing"]["error"]:
        print(f"The landing cannot be used: {stand['landing']['error']}")
    head = ("source", "cadence", "days", "first", "last")
    show_table("Landed", head, [(name, *facts.values()) for name, facts in stand["landing"]["sources"].items()])
    _show_steps(stand["steps"])
    if stand["freshness"]:
        fresh = [_fresh_row(store, facts) for store, facts in stand["freshness"].items()]
        show_table("What every store shows", ("store", "day", "behind", "since (UTC)"), fresh, ("behind",))
    for model, facts in stand["champions"].items():
        print(f"{model} version {facts['version']} learned from outcomes up to {facts['learned_until']}.")
    show_monitoring(stand["monitoring"])
    refused = stand["quarantine"]
    if refused["reasons"]:
        show_table(f"Quarantined of {refused['day']}", ("reason", "lines"), refused["reasons"].items(), ("lines",))
    if stand["needs"]:
        print(f"\n{len(stand['needs'])} wait for a person:")
    for need in stand["needs"]:
        print(f"  {need['text'].rstrip('.')}. {need['runbook']}.")


def _show_steps(steps: dict[str, dict[str, Any]]) -> None:
    show_table(
        "Steps, as the ledger has them",
        ("step", "ran (UTC)", "day", "status", "rows", "s", *_STATES),
        [_step_row(name, step) for name, step in steps.items()],
        ("rows", "s", *_STATES),
    )
    for name, step in steps.items():
        for day, reason in list(step["missing_days"].items())[:_NAMED]:
            print(f"{name} lacks {day}: {reason}. `pumploss nightly` makes up for it, or says why it cannot.")
        if len(step["missing_days"]) > _NAMED:
            print(f"{name} lacks {len(step['missing_days']) - _NAMED} more days (`--json` lists them).")
        if step["error"] and step["status"] != "failed":
            print(f"{name} of {step['day']} {step['status']}: {step['error']}")


def show_monitoring(said: dict[str, Any] | None) -> None:
    """Prints broken bounds, those that ask for a training first, with the command."""
    if said is None or not (said["stops"] or said["warns"]):
        return
    print(f"\nMonitoring of {said['day']}:")
    for verdict, lines in (("STOP", said["stops"]), ("WARN", said["warns"])):
        for line in lines:
            print(f"  {verdict} {line}.")
    if said["stopped"]:
        print(f"To train again: `{training_command(said['stopped'], said['day'])}`")


def _step_row(name: str, step: dict[str, Any]) -> tuple[object, ...]:
    states = [len(step[f"{state}_days"]) or None for state in _STATES[1:]]
    if step["status"] is None:
        return name, "never", *(None,) * 4, None, *states
    ran = f"{step['written_at']:%m-%d %H:%M}"
    counts = (step["rows_written"], f"{step['seconds']:.1f}", step["stored_days"])
    return name, ran, step["day"], step["status"], *counts, *states


def _fresh_row(store: str, facts: dict[str, Any]) -> tuple[object, ...]:
    since = f"{facts['since']:%m-%d %H:%M}" if facts["since"] else None
    return store, facts["day"], facts["days_behind_landing"], since

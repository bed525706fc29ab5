"""`status`: where every store is, what ran last, what is stale. Starts nothing, neither engine nor server."""

import argparse
import json
from dataclasses import asdict
from datetime import date
from typing import Any

import polars as pl

from jobs.commands.stores import addresses, stores
from jobs.commands.terminal import show_facts, show_table
from jobs.monitoring.recorded import latest
from jobs.monitoring.telling import training_command
from jobs.pipeline import STEPS, Step
from jobs.running.context import Context, open_context
from jobs.running.due_days import holes, landed_days
from jobs.verifying.lake import by_logs
from pumploss.days import Days
from pumploss.errors import LandingError
from pumploss.lake.holders import Holder
from pumploss.lake.ledger import order_of
from pumploss.lake.locks import lake_holders
from pumploss.lake.owner import owner
from pumploss.report import COUNTS
from pumploss.settings import Settings, from_environment
from pumploss.tables.quarantine_trades import TABLE
from pumploss.version import code_version
from sources import SOURCES

#: What the ledger says of a step's last run.
_LAST = (
    *("run_id", "status", "day", "seconds"),
    *COUNTS,
    *("code_version", "written_at", "error"),
)


#: Days that are named one by one of what a step lacks.
_NAMED = 5


def run(arguments: argparse.Namespace) -> int:
    """Prints how everything stands; answers 1 where something waits for a person."""
    stand = status(from_environment())
    if arguments.json:
        print(json.dumps(stand, default=str, indent=2))
    else:
        _show(stand)
    return 1 if needs(stand) else 0


def needs(stand: dict[str, Any]) -> list[str]:
    """Lists what waits for a person: failed steps, lacking days, broken `stop` bounds, lake and ledger that differ."""
    failed = [
        f"{name} of {step['day']} failed: {step['error']}"
        for name, step in stand["steps"].items()
        if step["status"] == "failed"
    ]
    lacking = [name for name, step in stand["steps"].items() if step["missing_days"]]
    stops = (stand["monitoring"] or {}).get("stops", ())
    return [*stand["differences"], *failed, *(f"{name} lacks days" for name in lacking), *stops]


def status(settings: Settings) -> dict[str, Any]:
    """Collects stores by role, steps with last run, stale and missing days, where lake and ledger differ, landed days,
    what the last night's monitoring said, and the last refusals.
    """
    with open_context(settings) as context:
        return {
            "code_version": code_version(),
            "home": str(settings.home),
            "stores": stores(settings),
            "lake_landing": owner(context.lake),
            "running": [asdict(holder) for holder in lake_holders(settings.lake)],
            "steps": _steps(context),
            "differences": [finding.sentence() for finding in by_logs(context)],
            "landing": _landing(context),
            "monitoring": _monitoring(context),
            "quarantine": _quarantine(context),
        }


def _steps(context: Context) -> dict[str, dict[str, Any]]:
    """Looks up per step the last day of its last run (`status` None where it never ran), and its stale days."""
    latest = context.ledger.latest()
    days = _landed_days(context)
    steps = {}
    for step in STEPS:
        runs = [row for (name, _), row in latest.items() if name == step.name and row["status"] != "stale"]
        last = max(runs, key=order_of, default=dict.fromkeys(_LAST))
        stale = sorted(context.ledger.stale(step.name))
        steps[step.name] = {
            **{name: last[name] for name in _LAST},
            "built_days": len(context.ledger.built(step.name)),
            "stale_days": [day.isoformat() for day in stale],
            "missing_days": _missing(context, step, days),
        }
    return steps


def _landed_days(context: Context) -> Days:
    try:
        return landed_days(context.landing)
    except LandingError:  # what is wrong with the landing is said of the landing
        return ()


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
    print(f"\nThe lake is built from {stand['lake_landing'] or 'nothing yet'}.")
    for holder in stand["running"]:
        print(f"In use by {Holder(**holder).sentence()}.")
    if stand["landing"]["error"]:
        print(f"The landing cannot be used: {stand['landing']['error']}")
    if count := len(needs(stand)):
        print(f"{count} thing{'s wait' if count > 1 else ' waits'} for a person: see the lines below the steps.")
    head = ("source", "cadence", "days", "first", "last")
    show_table("Landed", head, [(name, *facts.values()) for name, facts in stand["landing"]["sources"].items()])
    show_table(
        "Steps, as the ledger has them",
        ("step", "ran (UTC)", "day", "status", "rows", "s", "days", "stale"),
        [_step_row(name, step) for name, step in stand["steps"].items()],
        ("rows", "s", "days", "stale"),
    )
    for sentence in stand["differences"]:
        print(f"{sentence}.")
    for name, step in stand["steps"].items():
        for day, reason in list(step["missing_days"].items())[:_NAMED]:
            print(f"{name} lacks {day}: {reason}. `pumploss nightly` makes up for it, or says why it cannot.")
        if len(step["missing_days"]) > _NAMED:
            print(f"{name} lacks {len(step['missing_days']) - _NAMED} more days (`--json` lists them).")
        if step["error"]:
            print(f"{name} of {step['day']} {step['status']}: {step['error']}")
    show_monitoring(stand["monitoring"])
    refused = stand["quarantine"]
    if refused["reasons"]:
        show_table(f"Quarantined of {refused['day']}", ("reason", "lines"), refused["reasons"].items(), ("lines",))


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
    if step["status"] is None:
        return name, "never", *(None,) * 6
    ran = f"{step['written_at']:%m-%d %H:%M}"
    counts = (step["rows_written"], f"{step['seconds']:.1f}", step["built_days"])
    return name, ran, step["day"], step["status"], *counts, len(step["stale_days"])

"""Which days a nightly run builds: those that landed, that were never built or are stale, and whose dumps changed."""

import json
from collections.abc import Mapping
from datetime import date
from typing import Any

from jobs.pipeline import Step
from jobs.running.context import Context
from pumploss.days import Days, ordered
from pumploss.errors import LandingError
from sources.landing.dump_days import run_days
from sources.landing.folders import LandedFile, Landing
from sources.landing.stamps import settled_stamps

BRONZE = "bronze_trades"


def landed_days(landing: Landing) -> Days:
    """Lists every dump day from the first that landed to the last. Raises LandingError for an empty landing."""
    landed = landing.all_days(date.min, date.max)
    if not landed:
        raise LandingError(
            f"Nothing has landed in {landing.root}: land dumps as <source>/<YYYY-MM-DD>/<file>, or leave --landing out "
            "to simulate a market."
        )
    return run_days(landing, landed[0], landed[-1])


def unbuilt(context: Context, step: Step, days: Days) -> Days:
    """Keeps those of the days that the step never built, or that are stale."""
    fresh = context.ledger.built(step.name) - context.ledger.stale(step.name)
    return ordered(set(days) - fresh)


def holes(context: Context, step: Step, days: Days) -> dict[date, str]:
    """Finds days that the step should have and has not, each with what the ledger knows of the reason.

    Of a step without models that is every day up to the last that bronze has; scores begin with the first scored day,
    because models of later days would have seen what came after the days before.
    """
    held, latest = context.ledger.held(step.name), context.ledger.latest()
    if step.name == BRONZE:
        first, last = min(held, default=date.max), max(held, default=date.min)
    else:
        first = min(held, default=date.max) if step.waits_for else date.min
        last = max(context.ledger.held(BRONZE), default=date.min)
    rows = {day: latest.get((step.name, day)) for day in days if first <= day <= last and day not in held}
    return {
        day: _reason(row) for day, row in rows.items() if row is None or row["status"] != "skipped" or step.waits_for
    }


def _reason(row: Mapping[str, Any] | None) -> str:
    return "it was never run for the day" if row is None else f"it {row['status']}: {row['error']}"


def changed_dumps(context: Context, days: Days) -> Days:
    """Finds built days whose landed files are no longer those that the ledger names.

    What was read to find out and turned out the same gets its new stamp into the ledger, so that it is read once.
    """
    changed, restamped = compared_dumps(context, days)
    context.ledger.append(restamped)
    return changed


def compared_dumps(context: Context, days: Days) -> tuple[Days, list[dict[str, Any]]]:
    """Finds the same days and writes nothing: also answers the ledger's rows that `changed_dumps` would append.

    A file with the stamp that the ledger has is the same; any other is read and compared by digest.
    """
    rows = {day: context.ledger.latest().get((BRONZE, day)) for day in days}
    landed = {name: set(context.landing.days(name)) for name in context.landing.sources()}
    changed, restamped = [], []
    for day, row in rows.items():
        if row is not None and row["status"] == "ok":
            sources = [name for name, landed_days in landed.items() if day in landed_days]
            files = [file for name in sources for file in context.landing.files(name, day)]
            doubtful = _doubtful(files, row)
            if doubtful is None or _differ(context.landing, doubtful, row):
                changed.append(day)
            elif stamps := settled_stamps(doubtful):
                restamped.append(_restamped(context, row, stamps))
    return tuple(changed), restamped


def _doubtful(files: list[LandedFile], row: Mapping[str, Any]) -> list[LandedFile] | None:
    """Lists files whose stamps are not those that a ledger row has; None where it names other files."""
    known = {entry["path"]: entry.get("stamp") for entry in json.loads(row["inputs"])}
    if known.keys() != {file.name for file in files}:
        return None
    return [file for file in files if file.stamp != known[file.name]]


def _differ(landing: Landing, files: list[LandedFile], row: Mapping[str, Any]) -> bool:
    known = {entry["path"]: entry["sha256"] for entry in json.loads(row["inputs"])}
    return any(landing.sha256(file) != known[file.name] for file in files)


def _restamped(context: Context, row: Mapping[str, Any], stamps: Mapping[str, str]) -> dict[str, Any]:
    """Makes a row that says the same with other stamps of the files."""
    inputs = [
        {**entry, "stamp": stamps[entry["path"]]} if entry["path"] in stamps else entry
        for entry in json.loads(row["inputs"])
    ]
    kept = {name: value for name, value in row.items() if name not in ("written_at", "run_day")}
    return {**kept, "run_id": context.run_id, "seconds": 0.0, "inputs": json.dumps(inputs)}

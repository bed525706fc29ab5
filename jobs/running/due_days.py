"""Which days a nightly run builds: those that landed, that were never built or are stale, and whose dumps changed."""

import hashlib
import json
from collections.abc import Mapping
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

from jobs.pipeline import Step
from jobs.running.context import Context
from pumploss.days import Days, ordered
from pumploss.errors import LandingError
from sources.landing.dump_days import run_days
from sources.landing.folders import LandedFile, Landing

#: A file system may keep times to the second only.
CLOCK_SECONDS = 2.0


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


def changed_dumps(context: Context, days: Days) -> Days:
    """Finds built days whose landed files are no longer those that the ledger names.

    Local files that are older than the run that read them are taken to be the same; those of a bucket by their names.
    """
    rows = {day: context.ledger.latest().get(("bronze_trades", day)) for day in days}
    landed = {name: set(context.landing.days(name)) for name in context.landing.sources()}
    changed = []
    for day, row in rows.items():
        if row is not None and row["status"] == "ok":
            sources = [name for name, landed_days in landed.items() if day in landed_days]
            files = [file for name in sources for file in context.landing.files(name, day)]
            if _differ(files, row):
                changed.append(day)
    return tuple(changed)


def _differ(files: list[LandedFile], row: Mapping[str, Any]) -> bool:
    """Whether files are others than those that a ledger row names, by name, or by digest where they were touched."""
    known = {entry["path"]: entry["sha256"] for entry in json.loads(row["inputs"])}
    if known.keys() != {file.name for file in files}:
        return True
    return any(_is_touched(Path(file.path), row) and _sha256(Path(file.path)) != known[file.name] for file in files)


def _is_touched(path: Path, row: Mapping[str, Any]) -> bool:
    if not path.is_file():
        return False
    started: datetime = row["written_at"] - timedelta(seconds=row["seconds"] + CLOCK_SECONDS)
    return datetime.fromtimestamp(path.stat().st_mtime, UTC) >= started


def _sha256(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()

"""Keeps the report below the home: pages, the figures of each for the index, and which days are to be made."""

import json
from collections.abc import Iterable, Iterator
from contextlib import suppress
from dataclasses import asdict, dataclass
from datetime import date
from pathlib import Path
from typing import Any

from jobs.reporting import figures, run_parts
from jobs.reporting.index_page import index
from jobs.reporting.night_page import Night, failed_night, links_to_checks, night
from jobs.running.context import Context
from pumploss.errors import DamagedFileError, failure_text
from pumploss.lake.owner import owner
from pumploss.settings import Settings
from pumploss.small_files import read_small
from pumploss.whole_files import write_whole
from simulator.ownership import is_simulated


def folder_of(settings: Settings) -> Path:
    """Name the folder of the report."""
    return settings.home / "report"


def page_of(folder: Path, day: date) -> Path:
    """Name the file of a night's page."""
    return folder / f"{day}.html"


def outdated(context: Context, days: Iterable[date]) -> list[date]:
    """List those of the days that have no page, or were built again since it was made."""
    kept = _kept(folder_of(context.settings))
    folder = folder_of(context.settings)
    return [
        day
        for day in sorted(days)
        if not page_of(folder, day).exists() or kept.get(day, {}).get("made_from") != figures.made_from(context, day)
    ]


def write(context: Context, days: Iterable[date]) -> list[Path]:
    """Write the pages of these days where they are not current, and the index; answers what was written."""
    folder = folder_of(context.settings)
    (folder / "figures").mkdir(parents=True, exist_ok=True)
    marked = is_simulated(owner(context.lake) or context.settings.landing)
    written = []
    for day in outdated(context, days):
        made = _made(context, day, is_simulated=marked)
        write_whole(page_of(folder, day), made.page, is_lasting=False)
        facts = {**made.figures, "made_from": figures.made_from(context, day)}
        write_whole(folder / "figures" / f"{day}.json", json.dumps(facts), is_lasting=False)
        written.append(page_of(folder, day))
    if written and (nights := _kept(folder)):
        first = index(nights, links_to_checks(context), is_simulated=marked)
        write_whole(folder / "index.html", first, is_lasting=False)
    return written


def _made(context: Context, day: date, *, is_simulated: bool) -> Night:
    """Make a page; of a night that failed also where the day's tables cannot be read, without them then."""
    try:
        return night(context, day, is_simulated=is_simulated)
    except Exception:  # whatever a damaged or a missing table raises
        if not run_parts.failures(figures.steps(context, day)):
            raise
        return failed_night(context, day, is_simulated=is_simulated)


@dataclass(frozen=True)
class Figures:
    """Holds what the index shows of a night, and what its page was `made_from`."""

    made_from: str
    trades: int
    volume_sol: float
    traders: int
    losing_share: float | None
    lost_sol: float
    refused: int
    seconds: float
    failed: list[str]


def torn(folder: Path) -> dict[date, DamagedFileError]:
    """Say of each day whose figures cannot be read what is wrong with them."""
    found = {}
    for day, path in _figures(folder):
        try:
            read_small(path, Figures, f"`pumploss report --day {day}` makes it anew.")
        except DamagedFileError as error:
            found[day] = error
    return found


def _kept(folder: Path) -> dict[date, dict[str, Any]]:
    """Read the figures of every page; those of a torn file are made anew with the page."""
    found = {}
    for day, path in _figures(folder):
        with suppress(DamagedFileError):
            if (read := read_small(path, Figures, "")) is not None:
                found[day] = asdict(read)
    return found


def _figures(folder: Path) -> Iterator[tuple[date, Path]]:
    for path in sorted((folder / "figures").glob("*.json")):
        with suppress(ValueError):
            yield date.fromisoformat(path.stem), path


def write_quietly(context: Context, day: date) -> None:
    """Write the page of a night; whatever is in the way of that is only said: nothing else depends on it."""
    try:
        write(context, [day])
    except Exception as error:  # noqa: BLE001 - a night is worth more than the page about it
        context.say(
            f"The report has no page of {day}: {failure_text(error)}. `pumploss report --day {day}` tries again."
        )

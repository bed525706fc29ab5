"""`rebind`: binds a lake, and the warm store that shows it, to the same dumps in another place."""

import argparse
import json
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from jobs.running.context import Context, open_context
from jobs.running.due_days import compared_dumps
from pumploss import embedded
from pumploss.days import Days, ordered
from pumploss.errors import LandingError, SettingsError
from pumploss.lake.owner import identity, owner, rebind
from pumploss.settings import Settings, from_environment
from pumploss.warm import open_warm, publishing
from pumploss.warm.publishing import Published


def run(arguments: argparse.Namespace) -> int:
    """Says what it would change, asks, and binds. Answers 1 where nobody agreed."""
    given = from_environment()
    settings = given.with_landing(arguments.landing) if arguments.landing else given
    with open_context(settings) as context, context.held_lake():
        known = owner(context.lake)
        dumps, restamped = _compared(context)
        shown = _shown(context)
        origin = settings.landing, settings.lake, identity(context.lake)
        is_foreign = shown is not None and not publishing.is_of(shown, *origin)
        if known is None and not is_foreign:
            print(f"The lake {settings.lake} is bound to no landing yet: the next run that builds from one binds it.")
            return 0
        if known == settings.landing and not is_foreign:
            print(f"The lake {settings.lake} is bound to {known} already.")
            return 0
        _explain(context, known, dumps, shown if is_foreign else None)
        if not (arguments.yes or _agreed()):
            print("Nothing was changed.")
            return 1
        if known not in (None, settings.landing):
            rebind(context.lake, settings.landing)
            context.ledger.append(restamped)
        if is_foreign:
            with open_warm(settings) as warm:
                publishing.rebind(warm, *origin)
    print("Done. `pumploss nightly` goes on from here.")
    return 0


@dataclass(frozen=True)
class _Dumps:
    """The days of the new landing, those of them that the lake was built from, and those of these that differ."""

    landed: Days
    built: Days
    changed: Days


def _compared(context: Context) -> tuple[_Dumps, list[dict[str, Any]]]:
    """Compares the dumps with those that the lake was built from, and writes nothing yet.

    Answers what differs, and rows of the ledger by which no file need be read again. Raises LandingError where
    dumps are not there.
    """
    rows = context.ledger.standing("bronze_trades")
    built = ordered(day for day, row in rows.items() if json.loads(row["inputs"]))
    landed = ordered(context.landing.all_days(date.min, date.max))
    missing = ordered(set(built) - set(landed))
    if missing:
        raise LandingError(
            f"{context.settings.landing} has no dumps of {missing[0]}{_and_more(missing[1:])}, which the lake was "
            "built from: these are not the same dumps. Bring them there, or keep this landing for a lake of its own."
        )
    changed, restamped = compared_dumps(context, built)
    return _Dumps(landed, built, changed), restamped


def _shown(context: Context) -> Published | None:
    """Reads what the warm store shows, also where a ledger that was lost does not know that anything was published."""
    settings = context.settings
    is_there = settings.warm_dsn is not None or embedded.postgres(settings.warm_dir).has_data
    if not (is_there or context.ledger.held("publish_warm")):
        return None
    with open_warm(context.settings) as warm:
        return publishing.latest(warm)


def _explain(context: Context, known: str | None, dumps: _Dumps, shown: Published | None) -> None:
    settings: Settings = context.settings
    if known not in (None, settings.landing):
        built = "is built" if dumps.built else "is to be built"
        print(f"The lake {settings.lake} {built} from\n  {known}\nand would be bound to\n  {settings.landing}")
        print(_difference(dumps))
    if shown is not None:
        print(f"The warm store shows the lake\n  {shown.lake}\nas of {shown.day}, and would follow this one.")


def _difference(dumps: _Dumps) -> str:
    if dumps.changed:
        days = f"{dumps.changed[0]}{_and_more(dumps.changed[1:])}"
        return f"where the dumps of {days} are others: nightly builds these anew."
    if dumps.built:
        return "where all of its dumps are, byte for byte."
    lie = f"dumps of {dumps.landed[0]}{_and_more(dumps.landed[1:])} lie" if dumps.landed else "no dumps lie yet"
    return f"where {lie}. Nothing was compared, because nothing was built yet."


def _and_more(days: Sequence[date]) -> str:
    return f" and {len(days)} more days" if days else ""


def _agreed() -> bool:
    if not sys.stdin.isatty():
        raise SettingsError("Nobody is there to ask: run it in a terminal, or with --yes once you know what it does.")
    return input("Bind? [y/N] ").strip().lower() in ("y", "yes")

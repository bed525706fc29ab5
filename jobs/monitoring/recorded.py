"""What the ledger says of the nights that were watched: which bounds broke, and which models to train again."""

import json
from dataclasses import dataclass
from datetime import date
from typing import Any

from jobs.monitoring.telling import TRAINED_BY
from jobs.running.context import Context
from pumploss.days import shift
from pumploss.tables.gold_monitoring import TABLE

#: Who was trained as of one of the last days before is not trained again at once: new data is what would help.
REST_DAYS = 3


@dataclass(frozen=True)
class Alarms:
    """Holds what was said of the dump day watched last: bounds broken, and models to be trained again."""

    day: date
    warns: tuple[str, ...]
    stops: tuple[str, ...]
    stopped: tuple[str, ...]


def latest(context: Context) -> Alarms | None:
    """Looks up what was said of the newest watched night; None where none was."""
    day = max(context.ledger.held(TABLE.name), default=None)
    return None if day is None else of_day(context, day)


def of_day(context: Context, day: date) -> Alarms:
    """Looks up what was said of a dump day; nothing of one that was not watched."""
    noted: dict[str, Any] = json.loads(context.ledger.outputs(TABLE.name, day)).get(TABLE.name, {})
    return Alarms(day, *(tuple(noted.get(name, ())) for name in ("warns", "stops", "stopped")))


def due(context: Context, day: date) -> list[str]:
    """Names the models that a broken bound of this day asks to train, but for those trained in the days before it."""
    found = []
    for model in of_day(context, day).stopped:
        trained = context.ledger.built(TRAINED_BY[model])
        if not any(shift(day, 1 - REST_DAYS) <= before <= day for before in trained):
            found.append(model)
    return found

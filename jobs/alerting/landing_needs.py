"""What waits for a person at the landing: dumps that cannot be read, are gone, or that no night came to."""

import json
from collections.abc import Iterator
from datetime import date, datetime, timedelta
from typing import Final

from jobs.alerting.need import Need
from jobs.running.context import Context
from jobs.running.due_days import BRONZE, landed_days
from pumploss import clock
from pumploss.days import Days, listed, midnight, shift
from pumploss.errors import LandingError
from pumploss.tables.run_ledger import TABLE as LEDGER

#: How long a dump may lie before a night must have come to it.
_PATIENCE: Final = timedelta(days=1)


def landing_needs(context: Context) -> Iterator[Need]:
    """Say what is wrong with the landing as a whole, or with days of it."""
    try:
        days = landed_days(context.landing)
    except LandingError as error:
        yield _unusable(context, str(error))
        return
    yield from _gone(context)
    yield from _late(context, days)


def _unusable(context: Context, error: str) -> Need:
    """Tell a landing that cannot be used from a home in which there is nothing at all."""
    settings = context.settings
    if context.lake.exists(LEDGER):
        return Need(
            "landing", "landing", None, f"The landing cannot be used: {error}", "No night builds a day until then"
        )
    text = f"Nothing is there, neither a lake in {settings.lake} nor a dump that can be used: {error}"
    return Need("landing", "home", None, text, f"See whether PUMPLOSS_HOME={settings.home} is the one that you mean")


def _gone(context: Context) -> Iterator[Need]:
    """Say of which sources dumps have gone that days were built from."""
    built: dict[str, set[date]] = {}
    for day, row in context.ledger.standing(BRONZE).items():
        for entry in json.loads(row["inputs"] or "[]"):
            built.setdefault(entry["path"].partition("/")[0], set()).add(day)
    landed = context.landing.sources()
    for source, days in sorted(built.items()):
        if gone := sorted(days - set(context.landing.days(source) if source in landed else ())):
            text = f"The landing no longer has what was built from {source} of {listed(gone)}"
            advice = "Put the folders back: a day cannot be built again without its dump"
            yield Need("landing", source, gone[-1], text, advice)


def _late(context: Context, days: Days) -> Iterator[Need]:
    """Say that dumps have lain for a day, and that no night came to them; a night that failed there is told itself."""
    last = max(context.ledger.ended(BRONZE), default=date.min)
    tried = {day for step, day in context.ledger.latest() if step == BRONZE}
    waiting = [day for day in days if day > last and day not in tried]
    oldest = next((day for day in waiting if clock.now() - _landed_at(context, day) >= _PATIENCE), None)
    if oldest is not None:
        several = f"Dumps of {listed(waiting)} have" if waiting[1:] else f"The dump of {oldest} has"
        text = f"{several} landed, and no night came to {'them' if waiting[1:] else 'it'} for a day"
        yield Need("late", BRONZE, oldest, text, "`pumploss nightly` builds them; see why the scheduler did not")


def _landed_at(context: Context, day: date) -> datetime:
    """Look up since when the first file of a day lies there; where no storage says it, the day's end."""
    sources = [source for source in context.landing.sources() if day in context.landing.days(source)]
    known = [at for source in sources if (at := context.landing.landed_at(source, day)) is not None]
    return min(known, default=midnight(shift(day, 1)))

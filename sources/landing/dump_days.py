"""Says which dump days a range means: every day where a daily source lands, otherwise only those that exist."""

from collections.abc import Collection, Iterable
from datetime import date

from pumploss.days import Days, as_options, listed, ordered, span
from pumploss.errors import LandingError
from sources import arriving
from sources.declaration import Arrival
from sources.landing.folders import Landing


def daily_sources(landing: Landing) -> list[str]:
    """Lists the landed sources that must land every day."""
    daily = arriving(Arrival.DAILY)
    return [name for name in landing.sources() if name in daily]


def run_days(landing: Landing, first: date, last: date) -> Days:
    """Lists the dump days of a range, in order. Raises LandingError where nothing landed in it."""
    if last < first:
        raise LandingError(f"The range {first} to {last} ends before it starts.")
    if daily_sources(landing):
        return span(first, last)
    landed = ordered(landing.all_days(first, last))
    if not landed:
        raise LandingError(
            f"Nothing landed from {first} to {last} in {landing.root}: land dumps as "
            "<source>/<YYYY-MM-DD>/<file>, or ask for days that exist (`pumploss status` lists them)."
        )
    return landed


def require_landed(landing: Landing, days: Days, accepted: Collection[tuple[date, str]] = ()) -> None:
    """Raises LandingError naming each daily source and day without a dump, and each day that nothing landed for.

    Of the days and sources `accepted`, none need be there.
    """
    landed = {name: set(landing.days(name)) for name in landing.sources()}
    daily = daily_sources(landing)
    absent = [(day, name) for day in days for name in daily if day not in landed[name] and (day, name) not in accepted]
    missing = [f"{name}/{day}" for day, name in absent]
    bare = [day for day in days if not any(day in days_of for days_of in landed.values())]
    missing += [f"any source for {day}" for day in bare if not daily or {(day, name) for name in daily} - set(accepted)]
    if missing:
        raise LandingError(
            f"No dump of {listed(missing)} in {landing.root}. A daily source must land every day: land the missing "
            f"day, then run it again.{_acceptance(day for day, _ in absent)}"
        )


def _acceptance(days: Iterable[date]) -> str:
    """Says how to go on where nothing was traded on days that must land."""
    if not (chosen := list(days)):
        return ""
    return (
        f" If nothing was traded, accept it: `pumploss run bronze_trades {as_options(chosen)} --accept-completeness`."
    )

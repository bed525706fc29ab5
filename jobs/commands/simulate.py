"""`simulate`: dumps of a simulated market."""

import argparse
from collections.abc import Callable
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Any

from jobs.commands.terminal import Screen
from pumploss import clock
from pumploss.days import shift
from pumploss.errors import SettingsError
from pumploss.settings import Settings, from_environment
from simulator import Market, ownership, write_dumps
from simulator.dumps import SOURCE
from simulator.market import DEFAULT_FIRST_DAY, DEFAULT_TRADES_PER_DAY

DAYS = 90


def run(arguments: argparse.Namespace) -> int:
    """Writes the market's dumps into the landing."""
    settings = from_environment()
    if arguments.landing:
        settings = settings.with_landing(arguments.landing)
    written, rows = write(settings, market(arguments), Screen())
    print(f"{rows:,} trades, {written} dumps new or changed, in {settings.landing}")
    return 0


def market(arguments: argparse.Namespace) -> Market:
    """Makes the market that the options describe; the defaults are today's size."""

    def given(name: str, default: Any) -> Any:
        value = vars(arguments).get(name)
        return default if value is None else value

    return Market(
        days=given("days", DAYS),
        trades_per_day=given("trades", DEFAULT_TRADES_PER_DAY),
        seed=given("seed", 1),
        first_day=given("first_day", DEFAULT_FIRST_DAY),
    )


def ending(arguments: argparse.Namespace, landing: str) -> Market:
    """Makes the market of the options that ends on `--last-day`, yesterday unless said.

    What the options leave out is as in the market that the landing holds already, which goes on.
    """
    made = market(arguments)
    if there := ownership.market_of(landing):
        own = {"trades": "trades_per_day", "seed": "seed"}
        left_out = [field for option, field in own.items() if vars(arguments)[option] is None]
        made = replace(made, behaviours=there.behaviours, **{field: getattr(there, field) for field in left_out})
    last = arguments.last_day or shift(clock.now().date(), -1)
    return replace(made, first_day=shift(last, 1 - made.days))


def going_on(wanted: Market, landing: str, say: Callable[[str], None]) -> Market:
    """Answers the market in the landing, gone on to the last day of the one wanted; that one where there is none."""
    first = ownership.begun(landing, wanted)
    if first is None:
        return wanted
    last = shift(wanted.first_day, wanted.days - 1)
    landed = len(list((Path(landing) / SOURCE).glob("[0-9]*")))
    days = max((last - first).days + 1, landed)
    if landed > (last - first).days + 1:
        say(f"The market in {landing} is there up to {shift(first, landed - 1)} already: nothing is taken away.")
    elif first != wanted.first_day:
        say(f"The market in {landing} began on {first}: it goes on to {shift(first, days - 1)}.")
    return replace(wanted, first_day=first, days=days)


def write(settings: Settings, wanted: Market, screen: Screen) -> tuple[int, int]:
    """Writes what is missing of the market; answers how many dumps are new or changed, and trades in all.

    Raises SettingsError for a landing that is not this market's, and for one that is not on this machine,
    DamagedFileError where the note of its market cannot be read.
    """
    if "://" in settings.landing:
        raise SettingsError(f"A market is simulated into a folder of this machine, not into {settings.landing}.")
    ownership.refuse_torn(settings.landing)
    if not ownership.is_free(settings.landing, wanted):
        raise SettingsError(_occupied(settings.landing, wanted))
    landing = Path(settings.landing)
    try:
        landing.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise SettingsError(f"{landing} cannot be made a folder for dumps: {error.strerror}. Name another.") from error
    ownership.claim(landing, wanted)

    def tell(day: date, _: int) -> None:
        screen.at(f"simulating {day}")
        screen.done()

    with screen.phase(f"{wanted.days} days of a simulated market into {landing}", wanted.days):
        written = write_dumps(wanted, landing, progress=tell)
    if replaced := [str(dump.day) for dump in written if dump.is_replaced]:
        screen.loud(
            f"The dumps of {', '.join(replaced[:5])}{', ...' if replaced[5:] else ''} were not this market's and were "
            f"written anew. To have dumps taken as they are: `pumploss nightly --landing {landing}`."
        )
    return sum(dump.is_new for dump in written), sum(dump.rows for dump in written)


def _occupied(landing: str, wanted: Market) -> str:
    """Says why a market cannot be written into a landing, and what to do instead."""
    elsewhere = "set PUMPLOSS_HOME to another folder for this market"
    there = ownership.market_of(landing)
    if there is None:
        return f"{landing} holds dumps of others. Take them by `pumploss nightly --landing {landing}`, or {elsewhere}."
    compared = {
        "--trades": (there.trades_per_day, wanted.trades_per_day),
        "--seed": (there.seed, wanted.seed),
        "its first day": (there.first_day, wanted.first_day),
    }
    differing = [f"{name} {was} (not {is_})" for name, (was, is_) in compared.items() if was != is_]
    said = ", ".join(differing) or "other behaviours of its wallets"
    return f"{landing} holds another simulated market, with {said}: they would mix. Repeat what it has, or {elsewhere}."

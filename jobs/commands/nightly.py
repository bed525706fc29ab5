"""`nightly`: simulate or take dumps, build and publish every landed day, and say what came out of it."""

import argparse
import time
from functools import partial

from jobs.alerting.telling import tell_quietly
from jobs.commands import closing, homes, simulate
from jobs.commands.terminal import Screen
from jobs.running.nightly import NightlyRun, nightly
from jobs.running.rehearsal import rehearsing
from pumploss.bound_landing import bound_landing
from pumploss.lake.owner import owner as owner_of
from pumploss.settings import Settings, from_environment


def run(arguments: argparse.Namespace) -> int:
    """Runs to published results, then prints what came out of it."""
    with rehearsing(from_environment()):
        return _run(arguments, Screen())


def _run(arguments: argparse.Namespace, screen: Screen) -> int:
    started = time.monotonic()
    settings = _dumps(arguments, screen)
    simulated = time.monotonic() - started

    def close(night: NightlyRun) -> None:
        seconds = {"dumps": simulated, **night.seconds, "all": time.monotonic() - started}
        closing.show(settings, night.days, seconds)

    try:
        nightly(
            *(settings, screen, not arguments.no_airflow, partial(closing.load, settings), close),
            wait_seconds=60.0 * arguments.wait,
        )
    except Exception:  # not of a signal: who ended it knows, and does not wait for receivers
        tell_quietly(settings, screen.say)
        raise
    tell_quietly(settings, screen.say)
    return 0


def _dumps(arguments: argparse.Namespace, screen: Screen) -> Settings:
    """Answers the settings of the run, whose landing holds all dumps."""
    given = from_environment()
    market = simulate.ending(arguments, given.landing)
    sizes = [name for name in ("days", "trades", "seed", "last_day") if vars(arguments)[name] is not None]
    is_own = not homes.is_landing_given(given) or homes.has_room(given.landing, market)
    # Who names a size wants a market, also where the lake here is built from dumps.
    if arguments.landing is None and (is_own or (sizes and bound_landing(given.lake) == given.landing)):
        settings = homes.for_market(given, market)
        _announce(given, settings, screen)
        simulate.write(settings, simulate.going_on(market, settings.landing, screen.say), screen)
        return settings
    if arguments.landing and sizes:
        arguments.parser.error("a landing is taken as it is: leave --days, --trades, --seed and --last-day out")
    wanted = given.with_landing(arguments.landing) if arguments.landing else given
    settings = homes.for_landing(wanted)
    screen.say(f"Taking the dumps in {settings.landing} as they are.")
    _announce(given, settings, screen)
    return settings


def _announce(given: Settings, settings: Settings, screen: Screen) -> None:
    """Says so where the stores are not where they were asked for."""
    if settings.home != given.home:
        owner = owner_of(homes.lake(given))
        why = f"{given.lake} is built from {owner}" if owner else f"{given.landing} holds other dumps"
        screen.loud(
            f"{why}, so this run has a home of its own. Before you look into it with other commands:\n"
            f"  {homes.exports(settings)}"
        )

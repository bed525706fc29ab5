"""`nightly`: simulate or take dumps, build and publish every landed day, and say what came out of it."""

import argparse
import time

from jobs.commands import homes, simulate, summary
from jobs.commands.terminal import Screen
from jobs.running.nightly import Night, nightly
from pumploss.settings import Settings, from_environment


def run(arguments: argparse.Namespace) -> int:
    """Run to published results, then print the summary."""
    started, screen = time.monotonic(), Screen()
    settings = _dumps(arguments, screen)
    simulated = time.monotonic() - started

    def close(night: Night) -> None:
        night.seconds = {"dumps": simulated, **night.seconds, "all": time.monotonic() - started}
        summary.show(settings, night)

    nightly(settings, screen, not arguments.no_airflow, close)
    return 0


def _dumps(arguments: argparse.Namespace, screen: Screen) -> Settings:
    """The settings of the run, whose landing holds all dumps."""
    given = from_environment()
    market = simulate.market(arguments)
    if arguments.landing is None and (not homes.is_landing_given(given) or simulate.is_free(given.landing, market)):
        settings = homes.for_market(given, market)
        _announce(given, settings, screen)
        simulate.write(settings, market, screen)
        return settings
    if arguments.landing and any(vars(arguments)[name] is not None for name in ("days", "trades", "seed")):
        arguments.parser.error("a landing is taken as it is: leave --days, --trades and --seed out")
    wanted = homes.with_landing(given, arguments.landing) if arguments.landing else given
    settings = homes.for_landing(wanted)
    screen.say(f"Taking the dumps in {settings.landing} as they are.")
    _announce(given, settings, screen)
    return settings


def _announce(given: Settings, settings: Settings, screen: Screen) -> None:
    """Say so where the stores are not where they were asked for."""
    if settings.home != given.home:
        owner = homes.lake(given).owner()
        why = f"{given.lake} is built from {owner}" if owner else f"{given.landing} holds other dumps"
        screen.loud(
            f"{why}, so this run has a home of its own. Before you look into it with other commands:\n"
            f"  {homes.exports(settings)}"
        )

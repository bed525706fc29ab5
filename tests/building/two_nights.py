"""A home whose warm store shows one night, and whose lake holds the next one: every published table differs."""

from collections.abc import Callable, Mapping
from datetime import date
from pathlib import Path
from typing import Any

from jobs.running.runner import run_pass
from pumploss.days import shift
from pumploss.report import RunReport
from pumploss.tables import gold_market_day
from pumploss.warm.summed_tables import BUSY_ROWS
from tests.building import lakes
from tests.building.town import DAY, SOL, Town

BEFORE = shift(DAY, -1)
#: The last of ninety days that end with the night before, which is gone a night later.
OLDEST = shift(BEFORE, -89)
#: A token that has so many traders that its sums over all days are published.
BUSY = "busy"

_MANY = [(f"t{number:04}", BUSY, None) for number in range(BUSY_ROWS + 1)]
_OF_BEFORE: list[tuple[str, str, int | None]] = [("A", BUSY, -2 * SOL), ("B", "m1", -1 * SOL), ("A", "m1", None)]


def add_a_day(town: Town) -> None:
    """The next day, on which the same and others lose."""
    town.trade_day(DAY, [("A", BUSY, -3 * SOL), ("C", "m2", -4 * SOL), ("B", "m1", 1 * SOL)])
    _describe(town, DAY, 3)
    town.score_day(shift(DAY, 1), {"A": 90.5, "C": 33.0})


def correct_a_day(town: Town) -> None:
    """The next day, a correction of the one before, and one that is older than what is kept."""
    town.trade_day(BEFORE, [*_OF_BEFORE, ("D", BUSY, -7 * SOL)])
    _describe(town, BEFORE, 4)
    town.score_day(DAY, {"A": 80.0, "B": 12.0, "D": 55.0})
    add_a_day(town)


#: What happens between the two publishes, and whether a day leaves with it that is older than what is kept.
NIGHTS: Mapping[str, tuple[bool, Callable[[Town], None]]] = {
    "a_day_more": (False, add_a_day),
    "a_correction": (True, correct_a_day),
}


def build(home: Path, has_older: bool, change: Callable[[Town], None]) -> None:
    """Builds and publishes the night before, then changes the lake."""
    town = Town(lakes.settings_of(home))
    if has_older:
        town.trade_day(OLDEST, [("B", "m1", -3 * SOL)])
    town.trade_day(shift(BEFORE, -4), [*_MANY, ("A", "m1", -1 * SOL)])
    town.trade_day(BEFORE, _OF_BEFORE)
    _describe(town, BEFORE, 3)
    town.score_day(DAY, {"A": 81.5, "B": 12.0})
    run_pass(town.context, RunReport("publish_warm"), (BEFORE,))
    change(town)
    town.context.lake.unstage()


def _describe(town: Town, day: date, trades: int) -> None:
    row: Mapping[str, Any] = {"day": day, "trade_count": trades, "sell_count": trades, "volume_lamports": trades * SOL}
    town.write(gold_market_day.TABLE, day, [dict(row)])

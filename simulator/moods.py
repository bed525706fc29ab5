"""Moves what lasts longer than a day: good and bad regimes of the market, and who has had enough of it."""

from typing import Final, NamedTuple

import numpy as np

from simulator.answers import HALF_LIFE_DAYS
from simulator.arrays import Flags, Records
from simulator.behaviours import Behaviours
from simulator.launches import DAY

#: A wallet this many usual stakes below its best quits with the full chance.
ENOUGH_STAKES: Final = 5.0


class Climate(NamedTuple):
    """Holds how good a day is, 0 as usual, and for how many days more it stays so."""

    level: float
    days_left: int


def next_climate(rng: np.random.Generator, climate: Climate, planted: Behaviours) -> Climate:
    """Move on by a day: good and bad regimes take turns, each some days long."""
    length, is_good = 1 + int(rng.poisson(planted.regime_days - 1)), rng.random() < 0.5
    if climate.days_left > 0:
        return Climate(climate.level, climate.days_left - 1)
    if climate.level == 0.0:
        return Climate(planted.regime if is_good else -planted.regime, length - 1)
    return Climate(-climate.level, length - 1)


def has_enough(rng: np.random.Generator, traders: Records, midnight: int, quitting: float) -> Flags:
    """Tell who leaves for good after a day of trading because of what it has lost; owners keep all of their wallets."""
    has_traded = (midnight - traders["closed_at"] < DAY) & (traders["wallets"] == 1)
    faded = 0.5 ** ((midnight - traders["closed_at"]) / (HALF_LIFE_DAYS * DAY))
    depth = traders["drawdown"] * faded / (ENOUGH_STAKES * np.exp(traders["size"]))
    chance = np.where(has_traded, quitting * np.minimum(depth, 1), 0.0)
    enough: Flags = rng.random(len(traders)) < chance
    return enough

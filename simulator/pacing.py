"""Decides how many trades a day should have, and how many entries that takes."""

import math
from typing import Final

import numpy as np

#: Deviation of the days of a market's week from the mean day, from its first day on; sums to 0. For the documented
#: market, which begins on a Thursday, these are Thursday to Wednesday. The week goes with the market and not with the
#: calendar: so a market of a seed is the same whenever it begins, and what a first night shows does not depend on when.
WEEK: Final = (0.04, 0.01, -0.07, -0.05, -0.01, 0.03, 0.05)
DAY_SPREAD: Final = 0.06
#: The running total stays within this share of days times trades per day, from the first day on.
DRIFT_LIMIT: Final = 0.008
#: What is made up for on one day at most: a goal stays within these shares of a usual day's trades.
LEAST_GOAL: Final = 0.8
MOST_GOAL: Final = 1.2
#: Days too small to learn from.
FEW: Final = 20
#: How fast what was learnt from earlier days is replaced.
LEARNING: Final = 0.3
#: Fresh entries drawn per entry that is expected to be needed; what is too many is cut.
SPARE: Final = 1.15


class Pacer:
    """Steers the number of trades: a goal a day, and what a draw of entries brings, learnt."""

    def __init__(self, trades_per_day: int) -> None:
        self._trades_per_day = trades_per_day
        self._days = 0
        self._season = 0.0  # sum of the deviations of all days
        self._noise = 0.0
        self._trades = 0  # that happened
        self._trades_per_intent = 1.0
        self._intents_per_draw = 2.8

    @property
    def usual_entries(self) -> float:
        """Return the entries on a usual day, from which coins get their crowds."""
        return self._trades_per_day / 2.6

    def goal(self, rng: np.random.Generator) -> int:
        """Set the trades wanted today: the total follows the week, and misses are made up for."""
        noise = float(np.clip(DAY_SPREAD * rng.standard_normal(), -0.1, 0.1))
        self._season += WEEK[self._days % len(WEEK)] + noise - self._noise
        self._noise = noise
        self._days += 1
        limit = DRIFT_LIMIT * self._days
        total = self._trades_per_day * (self._days + min(max(self._season, -limit), limit))
        usual = self._trades_per_day
        return round(min(max(total - self._trades, LEAST_GOAL * usual), MOST_GOAL * usual))

    def intents(self, goal: int) -> int:
        """Return how many intents due today are expected to become `goal` trades."""
        return round(goal / self._trades_per_intent)

    def draws(self, wanted: int) -> int:
        """Return how many entries to draw so that their intents due today are almost surely enough."""
        return math.ceil(max(0, wanted) / self._intents_per_draw * SPARE) + 8

    def learn_draws(self, draws: int, intents: int) -> None:
        """Take in that so many fresh entries brought so many intents for the same day."""
        if draws >= FEW:
            self._intents_per_draw += LEARNING * (intents / draws - self._intents_per_draw)

    def learn_trades(self, intents: int, trades: int) -> None:
        """Take in that so many due intents became so many trades."""
        self._trades += trades
        if intents >= FEW:
            self._trades_per_intent += LEARNING * (trades / intents - self._trades_per_intent)

"""Plays the market forward: every day is a function of the seed and the days before it."""

from datetime import date, timedelta
from typing import NamedTuple

import numpy as np

from simulator import launches, population
from simulator.arrays import Int64s, Records
from simulator.assignment import joined, takers_of
from simulator.behaviours import Behaviours
from simulator.book import Book, Trades
from simulator.launches import DAY
from simulator.moods import Climate, has_enough, next_climate
from simulator.noise import noise_for
from simulator.pacing import Pacer
from simulator.plans import plan_all
from simulator.walk import POSITION


class DayTape(NamedTuple):
    """Holds one day's trades, and the number of its first transaction."""

    day: date
    midnight: int  # microseconds since the first day's midnight
    first_transaction: int
    trades: Trades


class Entries(NamedTuple):
    """Holds the entries of launches, those owed from earlier days, then fresh ones in random order."""

    rows: Records
    mints: Records  # launched today
    owed: int  # rows of the first two parts: these are never dropped


class MarketState:
    """Keeps a market's state between two midnights; `next_day` moves it on."""

    def __init__(
        self, trades_per_day: int, seed: int, first_day: date, transfer_in_share: float, planted: Behaviours
    ) -> None:
        self._trades_per_day = trades_per_day
        self._seed = seed
        self._first_day = first_day
        self._transfer_in_share = transfer_in_share
        self._planted = planted
        self._day = 0
        self._transactions = 0
        self._wallets = 0
        self._climate = Climate(0.0, 0)
        self._traders: Records = np.zeros(0, population.TRADER)
        self._later: Records = np.zeros(0, launches.ENTRY)  # entries of days to come
        self._book = Book()
        self._pacer = Pacer(trades_per_day)

    def next_day(self) -> DayTape:
        """Play one more day."""
        rng = np.random.default_rng(np.random.SeedSequence((self._seed, self._day)))
        day, first = self._first_day + timedelta(days=self._day), self._transactions
        midnight = self._day * DAY
        self._climate = next_climate(rng, self._climate, self._planted)
        self._renew_traders(rng)
        goal = self._pacer.goal(rng)
        self._enter(rng, self._pacer.intents(goal))
        due = self._book.due(midnight + DAY)
        trades = self._book.trade(rng, midnight + DAY, self._traders, goal)
        self._pacer.learn_trades(due, len(trades.units))
        self._transactions += len(trades.units) - int(trades.has_same_transaction.sum())
        self._day += 1
        return DayTape(day, midnight, first, trades)

    def _renew_traders(self, rng: np.random.Generator) -> None:
        """Let wallets leave whose time is up or who have had enough, and others come."""
        new = population.newcomers(rng, self._day, self._wallets, self._trades_per_day, self._planted)
        self._wallets += len(new)
        staying = self._traders[self._traders["last_day"] >= self._day]
        staying = staying[~has_enough(rng, staying, self._day * DAY, self._planted.quitting)]
        self._traders = np.concatenate([staying, new])

    def _enter(self, rng: np.random.Generator, goal: int) -> None:
        """Launch the day's coins, and enter coins until `goal` intents are due today."""
        end = (self._day + 1) * DAY
        first, wanted = self._book.position_count, goal - self._book.due(end)
        entries = self._entries(rng, wanted)
        today = np.flatnonzero(entries.rows["time"] < end)
        taken = entries.rows[today]
        rows = takers_of(rng, taken, self._traders, entries.mints, self._planted.bundled_share)
        source, taken, rows = joined(rng, taken, rows, self._traders, self._planted.co_buying)
        intents = plan_all(noise_for(rng, len(rows)), taken, self._book.coins, self._traders, rows, first)
        is_due = intents["time"] < end
        # Intents due that each entry brings, those of the wallets that join it included, summed up.
        due = np.cumsum(np.bincount(source[intents["position"][is_due] - first], minlength=len(today)))
        certain = int((today < entries.owed).sum())
        self._pacer.learn_draws(len(entries.rows) - entries.owed, int(due[-1] - due[certain - 1]))
        kept = max(certain, int(np.searchsorted(due, wanted)) + 1)
        last = max(entries.owed, int(today[kept])) if kept < len(today) else len(entries.rows)
        self._later = entries.rows[:last][entries.rows["time"][:last] >= end]
        rows = rows[source < kept]
        self._book.add(self._positions(rng, rows), intents[intents["position"] < first + len(rows)])

    def _entries(self, rng: np.random.Generator, wanted: int) -> Entries:
        """Launch coins and draw entries, more than the `wanted` intents are likely to need."""
        first = len(self._book.coins)
        mints = launches.launch(rng, self._day, self._trades_per_day, self._pacer.usual_entries, self._climate.level)
        self._book.launch(mints)
        at_launch = launches.launch_entries(rng, mints, first, self._planted.sniped_share)
        fresh = launches.entries_into(rng, mints, first, self._pacer.draws(wanted))
        owed = len(at_launch) + len(self._later)
        return Entries(np.concatenate([at_launch, self._later, fresh]), mints, owed)

    def _positions(self, rng: np.random.Generator, rows: Int64s) -> Records:
        """Make empty positions; a few will be sold by a wallet that the tokens were sent to."""
        positions = np.zeros(len(rows), POSITION)
        ids = self._traders["id"]
        positions["buyer"] = ids[rows]
        receiver = ids[rng.integers(0, len(ids), len(rows))]
        is_sent = rng.random(len(rows)) < self._transfer_in_share
        positions["seller"] = np.where(is_sent, receiver, positions["buyer"])
        return positions

"""The market played forward one day at a time: every day is a function of the seed and the days before it."""

from datetime import date, timedelta
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from simulator import behaviour, launches, population
from simulator.book import POSITION, Book, Trades
from simulator.launches import DAY
from simulator.quota import Quota

Records = npt.NDArray[np.void]


class DayTape(NamedTuple):
    """One day's trades, and the number of its first transaction."""

    day: date
    midnight: int  # microseconds since the first day's midnight
    first_transaction: int
    trades: Trades


class Nights:
    """A market's state between two midnights; `next_day` moves it on."""

    def __init__(
        self, trades_per_day: int, seed: int, first_day: date, transfer_in_share: float
    ) -> None:
        self._trades_per_day = trades_per_day
        self._seed = seed
        self._first_day = first_day
        self._transfer_in_share = transfer_in_share
        self._day = 0
        self._transactions = 0
        self._wallets = 0
        self._traders: Records = np.zeros(0, population.TRADER)
        self._later: Records = np.zeros(0, launches.ENTRY)  # entries of days to come
        self._book = Book()
        self._quota = Quota(trades_per_day)

    def next_day(self) -> DayTape:
        """Play one more day."""
        rng = np.random.default_rng(np.random.SeedSequence((self._seed, self._day)))
        day, first = self._first_day + timedelta(days=self._day), self._transactions
        midnight = self._day * DAY
        self._renew_traders(rng)
        self._enter(rng, self._quota.intents(self._quota.goal(rng, day)))
        due = self._book.due(midnight + DAY)
        trades = self._book.trade(midnight + DAY)
        self._quota.learn_trades(due, len(trades.units))
        self._transactions += len(trades.units) - int(trades.has_same_transaction.sum())
        self._day += 1
        return DayTape(day, midnight, first, trades)

    def _renew_traders(self, rng: np.random.Generator) -> None:
        new = population.newcomers(rng, self._day, self._wallets, self._trades_per_day)
        self._wallets += len(new)
        staying = self._traders[self._traders["last_day"] >= self._day]
        self._traders = np.concatenate([staying, new])

    def _enter(self, rng: np.random.Generator, goal: int) -> None:
        """Launch the day's coins, and enter coins until `goal` intents are due today."""
        end = (self._day + 1) * DAY
        first, wanted = self._book.position_count, goal - self._book.due(end)
        entries, made, owed = self._entries(rng, wanted)
        today = np.flatnonzero(entries["time"] < end)
        plan = self._plan(rng, entries[today], made)
        intents = behaviour.intents_of(rng, plan, first)
        is_due = intents["time"] < end
        due = np.cumsum(np.bincount(intents["position"][is_due] - first, minlength=len(today)))
        certain = int((today < owed).sum())
        self._quota.learn_draws(len(entries) - owed, int(due[-1] - due[certain - 1]))
        kept = max(certain, int(np.searchsorted(due, wanted)) + 1)
        last = max(owed, int(today[kept])) if kept < len(today) else len(entries)
        self._later = entries[:last][entries["time"][:last] >= end]
        self._book.add(
            self._positions(rng, plan.traders[:kept]), intents[intents["position"] < first + kept]
        )

    def _entries(self, rng: np.random.Generator, wanted: int) -> tuple[Records, int, int]:
        """Creators' entries, those owed from earlier days, fresh ones; and how many the first one and two parts are."""
        first_mint = self._book.mint_count
        mints = launches.launch(rng, self._day, self._trades_per_day, self._quota.usual_entries)
        self._book.launch(len(mints))
        creators = launches.creator_entries(mints, first_mint)
        fresh = launches.entries_into(rng, mints, first_mint, self._quota.draws(wanted))
        entries = np.concatenate([creators, self._later, fresh])
        return entries, len(mints), len(mints) + len(self._later)

    def _plan(self, rng: np.random.Generator, entries: Records, made: int) -> behaviour.Plan:
        creators = behaviour.creators_of(rng, entries[:made], self._traders)
        takers = behaviour.takers_of(rng, entries[made:], self._traders)
        return behaviour.Plan(entries, np.concatenate([creators, takers]))

    def _positions(self, rng: np.random.Generator, traders: Records) -> Records:
        """Empty positions of these traders; a few will be sold by a wallet that the tokens were sent to."""
        positions = np.zeros(len(traders), POSITION)
        positions["buyer"] = traders["id"]
        receiver = self._traders["id"][rng.integers(0, len(self._traders), len(traders))]
        is_sent = rng.random(len(traders)) < self._transfer_in_share
        positions["seller"] = np.where(is_sent, receiver, traders["id"])
        return positions

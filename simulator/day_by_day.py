"""Plays the market forward: every day is a function of the seed and the days before it."""

from datetime import date, timedelta
from typing import NamedTuple

import numpy as np

from simulator import launches, population
from simulator.arrays import Records
from simulator.assignment import creators_of, takers_of
from simulator.behaviour import TakenEntries, intents_of
from simulator.book import POSITION, Book, Trades
from simulator.launches import DAY
from simulator.pacing import Pacer


class DayTape(NamedTuple):
    """Holds one day's trades, and the number of its first transaction."""

    day: date
    midnight: int  # microseconds since the first day's midnight
    first_transaction: int
    trades: Trades


class Entries(NamedTuple):
    """Holds creators' entries, those owed from earlier days, then fresh ones in random order."""

    rows: Records
    creators: int  # rows of the first part
    owed: int  # rows of the first two parts: these are never dropped


class MarketState:
    """Keeps a market's state between two midnights; `next_day` moves it on."""

    def __init__(self, trades_per_day: int, seed: int, first_day: date, transfer_in_share: float) -> None:
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
        self._pacer = Pacer(trades_per_day)

    def next_day(self) -> DayTape:
        """Play one more day."""
        rng = np.random.default_rng(np.random.SeedSequence((self._seed, self._day)))
        day, first = self._first_day + timedelta(days=self._day), self._transactions
        midnight = self._day * DAY
        self._renew_traders(rng)
        self._enter(rng, self._pacer.intents(self._pacer.goal(rng, day)))
        due = self._book.due(midnight + DAY)
        trades = self._book.trade(midnight + DAY)
        self._pacer.learn_trades(due, len(trades.units))
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
        entries = self._entries(rng, wanted)
        today = np.flatnonzero(entries.rows["time"] < end)
        taken = self._taken(rng, entries.rows[today], entries.creators, first)
        intents = intents_of(rng, taken)
        is_due = intents["time"] < end
        due = np.cumsum(np.bincount(intents["position"][is_due] - first, minlength=len(today)))
        certain = int((today < entries.owed).sum())
        self._pacer.learn_draws(len(entries.rows) - entries.owed, int(due[-1] - due[certain - 1]))
        kept = max(certain, int(np.searchsorted(due, wanted)) + 1)
        last = max(entries.owed, int(today[kept])) if kept < len(today) else len(entries.rows)
        self._later = entries.rows[:last][entries.rows["time"][:last] >= end]
        positions = self._positions(rng, taken.traders[:kept])
        self._book.add(positions, intents[intents["position"] < first + kept])

    def _entries(self, rng: np.random.Generator, wanted: int) -> Entries:
        """Launch coins and draw entries, more than the `wanted` intents are likely to need."""
        first = self._book.mint_count
        mints = launches.launch(rng, self._day, self._trades_per_day, self._pacer.usual_entries)
        self._book.launch(len(mints))
        creators = launches.creator_entries(mints, first)
        fresh = launches.entries_into(rng, mints, first, self._pacer.draws(wanted))
        owed = len(creators) + len(self._later)
        return Entries(np.concatenate([creators, self._later, fresh]), len(creators), owed)

    def _taken(self, rng: np.random.Generator, entries: Records, creators: int, first: int) -> TakenEntries:
        makers = creators_of(rng, entries[:creators], self._traders)
        takers = takers_of(rng, entries[creators:], self._traders)
        position = first + np.arange(len(entries))
        return TakenEntries(entries, np.concatenate([makers, takers]), position)

    def _positions(self, rng: np.random.Generator, traders: Records) -> Records:
        """Make empty positions; a few will be sold by a wallet that the tokens were sent to."""
        positions = np.zeros(len(traders), POSITION)
        positions["buyer"] = traders["id"]
        receiver = self._traders["id"][rng.integers(0, len(self._traders), len(traders))]
        is_sent = rng.random(len(traders)) < self._transfer_in_share
        positions["seller"] = np.where(is_sent, receiver, traders["id"])
        return positions

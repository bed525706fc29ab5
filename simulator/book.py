"""Keeps what is open: the reserves of every coin, positions, and the intents that concern them."""

from typing import NamedTuple

import numpy as np

from pumploss.money import INITIAL_VIRTUAL_SOL_LAMPORTS, INITIAL_VIRTUAL_TOKEN_UNITS
from simulator import walk
from simulator.arrays import Flags, Int8s, Int64s, Records
from simulator.noise import noise_for
from simulator.plans import BUY, GO_ON, INTENT, MOST_INTENTS


class Trades(NamedTuple):
    """Holds trades in chain order, as numbers."""

    time: Int64s  # microseconds since the first day's midnight
    has_same_transaction: Flags  # as the row before
    trader: Int64s
    mint: Int64s
    is_buy: Flags
    units: Int64s
    lamports: Int64s
    sol_reserve: Int64s
    token_reserve: Int64s
    venue: Int8s


class Book:
    """Keeps everything that outlives a midnight but the traders."""

    def __init__(self) -> None:
        self.coins: Records = np.zeros(0, walk.COIN)
        self._positions: Records = np.zeros(0, walk.POSITION)
        self._intents: Records = np.zeros(0, INTENT)

    @property
    def position_count(self) -> int:
        """Count open positions: the number the next one gets."""
        return len(self._positions)

    def due(self, end: int) -> int:
        """Count intents meant for before `end`."""
        return int((self._intents["time"] < end).sum())

    def launch(self, mints: Records) -> None:
        """Open the curves of new coins."""
        coins = np.zeros(len(mints), walk.COIN)
        coins["sol"], coins["tokens"] = INITIAL_VIRTUAL_SOL_LAMPORTS, INITIAL_VIRTUAL_TOKEN_UNITS
        coins["venue"] = walk.CURVE
        for name in ("heat", "late", "crest", "climate"):
            coins[name] = mints[name]
        self.coins = np.concatenate([self.coins, coins])

    def add(self, positions: Records, intents: Records) -> None:
        """Take in new positions, and intents that name them by number."""
        self._positions = np.concatenate([self._positions, positions])
        self._intents = np.concatenate([self._intents, intents])

    def trade(self, rng: np.random.Generator, end: int, traders: Records, enough: int) -> Trades:
        """Walk all intents before `end`, then forget positions that nobody means anything with.

        What comes of the positions of `traders`, in order of their numbers, is kept there. After `enough` trades no
        wallet enters another coin because of it.
        """
        is_due = self._intents["time"] < end
        due = self._intents[is_due]
        due = due[np.argsort(due["time"], kind="stable")]
        state = self._state(len(due), traders, enough)
        walk.walk(noise_for(rng, len(due) // 2), due, end, state)
        fills, positions, planned, _ = state.counts
        self._positions = state.positions[:positions]
        trades = self._trades(state.fills[:fills])
        more = state.planned[:planned]
        # Who would have gone on after midnight goes to bed.
        more = more[(more["time"] >= end) & (more["kind"] != GO_ON)]
        self._forget(np.concatenate([self._intents[~is_due], more]))
        return trades

    def _state(self, due: int, traders: Records, enough: int) -> walk.Walked:
        """Make room for a day: pages that are never written to cost nothing."""
        more = due // 2 + 1  # positions: fewer than sales due, since few wallets go on
        positions = np.zeros(len(self._positions) + more, walk.POSITION)
        positions[: len(self._positions)] = self._positions
        rows = np.searchsorted(traders["id"], positions["buyer"])
        rows[rows == len(traders)] = 0
        is_known = (traders["id"][rows] == positions["buyer"]) & (positions["buyer"] == positions["seller"])
        planned = np.empty(more * (MOST_INTENTS + 1), INTENT)
        return walk.Walked(
            coins=self.coins,
            positions=positions,
            rows=np.where(is_known, rows, -1),
            traders=traders,
            fills=np.empty(due + len(planned), walk.FILL),
            planned=planned,
            recent=np.zeros(walk.RECENT, np.int64),
            counts=np.array([0, len(self._positions), 0, 0]),
            enough=enough,
        )

    def _trades(self, fills: Records) -> Trades:
        position = self._positions[fills["position"]]
        same = np.zeros(len(fills), np.bool_)
        same[1:] = (np.diff(fills["time"]) == 0) & (np.diff(fills["position"]) == 0)
        names = ("mint", "is_buy", "units", "lamports", "sol_reserve", "token_reserve", "venue")
        return Trades(
            time=np.ascontiguousarray(fills["time"]),
            has_same_transaction=same,
            trader=np.where(fills["is_buy"], position["buyer"], position["seller"]),
            **{name: np.ascontiguousarray(fills[name]) for name in names},
        )

    def _forget(self, left: Records) -> None:
        """Keep the intents that are left where they can still come to something, and the positions that they name."""
        is_held = self._positions["units"][left["position"]] > 0
        left = left[is_held | (left["kind"] == BUY)]
        kept, left["position"] = np.unique(left["position"], return_inverse=True)
        self._positions = self._positions[kept]
        self._intents = left

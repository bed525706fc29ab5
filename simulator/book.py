"""Keeps what is open: the reserves of every coin, positions, and the intents that concern them."""

from typing import Final, NamedTuple

import numpy as np

from pumploss.money import INITIAL_VIRTUAL_SOL_LAMPORTS, INITIAL_VIRTUAL_TOKEN_UNITS
from simulator import walk
from simulator.arrays import Flags, Int8s, Int64s, Records
from simulator.behaviour import INTENT

POSITION: Final = np.dtype(
    [
        ("buyer", np.int64),
        ("seller", np.int64),  # the buyer, but for tokens that were sent to another wallet
        ("units", np.int64),
        ("cost", np.float64),
    ]
)


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
        nothing = np.zeros(0, np.int64)
        self._reserves = walk.Reserves(nothing, nothing, np.zeros(0, np.int8))
        self._positions: Records = np.zeros(0, POSITION)
        self._intents: Records = np.zeros(0, INTENT)

    @property
    def mint_count(self) -> int:
        """Count coins launched so far: the number the next one gets."""
        return len(self._reserves.sol)

    @property
    def position_count(self) -> int:
        """Count open positions: the number the next one gets."""
        return len(self._positions)

    def due(self, end: int) -> int:
        """Count intents meant for before `end`."""
        return int((self._intents["time"] < end).sum())

    def launch(self, count: int) -> None:
        """Open the curves of new coins."""
        sol, tokens, venue = self._reserves
        self._reserves = walk.Reserves(
            np.append(sol, np.full(count, INITIAL_VIRTUAL_SOL_LAMPORTS)),
            np.append(tokens, np.full(count, INITIAL_VIRTUAL_TOKEN_UNITS)),
            np.append(venue, np.full(count, walk.CURVE, np.int8)),
        )

    def add(self, positions: Records, intents: Records) -> None:
        """Take in new positions, and intents that name them by number."""
        self._positions = np.concatenate([self._positions, positions])
        self._intents = np.concatenate([self._intents, intents])

    def trade(self, end: int) -> Trades:
        """Walk all intents before `end`, then forget positions that nobody means anything with."""
        is_due = self._intents["time"] < end
        due = self._intents[is_due]
        due = due[np.argsort(due["time"], kind="stable")]
        intents = walk.Intents(*(np.ascontiguousarray(due[name]) for name in ("mint", "position", "kind", "amount")))
        positions = walk.Positions(self._positions["units"].copy(), self._positions["cost"].copy())
        fills = walk.blank_fills(len(due))
        count = walk.walk(intents, positions, self._reserves, fills)
        self._positions["units"], self._positions["cost"] = positions
        trades = self._trades(due[fills.intent[:count]], fills)
        self._forget(self._intents[~is_due])
        return trades

    def _trades(self, done: Records, fills: walk.Fills) -> Trades:
        count = len(done)
        is_buy = done["kind"] == walk.BUY
        position = self._positions[done["position"]]
        same = np.zeros(count, np.bool_)
        same[1:] = (np.diff(done["time"]) == 0) & (np.diff(done["position"]) == 0)
        return Trades(
            time=done["time"],
            has_same_transaction=same,
            trader=np.where(is_buy, position["buyer"], position["seller"]),
            mint=done["mint"],
            is_buy=is_buy,
            units=fills.units[:count],
            lamports=fills.lamports[:count],
            sol_reserve=fills.sol_reserve[:count],
            token_reserve=fills.token_reserve[:count],
            venue=fills.venue[:count],
        )

    def _forget(self, left: Records) -> None:
        is_held = self._positions["units"][left["position"]] > 0
        left = left[is_held | (left["kind"] == walk.BUY)]
        kept, left["position"] = np.unique(left["position"], return_inverse=True)
        self._positions = self._positions[kept]
        self._intents = left

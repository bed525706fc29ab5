"""What is open: reserves of every coin, positions with something still meant, and the intents themselves."""

from typing import Final, NamedTuple

import numpy as np
import numpy.typing as npt

from simulator import tape
from simulator.behaviour import INTENT
from simulator.curve import LAUNCH_SOL_LAMPORTS, LAUNCH_TOKEN_UNITS

Records = npt.NDArray[np.void]
Int64s = npt.NDArray[np.int64]
Flags = npt.NDArray[np.bool_]

POSITION: Final = np.dtype(
    [
        ("buyer", np.int64),
        ("seller", np.int64),  # the buyer, but for tokens that were sent to another wallet
        ("units", np.int64),
        ("cost", np.float64),
    ]
)


class Trades(NamedTuple):
    """Trades in chain order, as numbers."""

    time: Int64s  # microseconds since the first day's midnight
    has_same_transaction: Flags  # as the row before
    trader: Int64s
    mint: Int64s
    is_buy: Flags
    units: Int64s
    lamports: Int64s
    sol_reserve: Int64s
    token_reserve: Int64s
    venue: npt.NDArray[np.int8]


class Book:
    """Everything that outlives a midnight but the traders."""

    def __init__(self) -> None:
        self._reserves = tape.Reserves(
            np.zeros(0, np.int64), np.zeros(0, np.int64), np.zeros(0, np.int8)
        )
        self._positions: Records = np.zeros(0, POSITION)
        self._intents: Records = np.zeros(0, INTENT)

    @property
    def mint_count(self) -> int:
        """Coins launched so far."""
        return len(self._reserves.sol)

    @property
    def position_count(self) -> int:
        """Open positions: the number the next one gets."""
        return len(self._positions)

    def due(self, end: int) -> int:
        """Intents meant for before `end`."""
        return int((self._intents["time"] < end).sum())

    def launch(self, count: int) -> None:
        """Open the curves of new coins."""
        sol, tokens, venue = self._reserves
        self._reserves = tape.Reserves(
            np.append(sol, np.full(count, LAUNCH_SOL_LAMPORTS)),
            np.append(tokens, np.full(count, LAUNCH_TOKEN_UNITS)),
            np.append(venue, np.full(count, tape.CURVE, np.int8)),
        )

    def add(self, positions: Records, intents: Records) -> None:
        """Take in new positions, and intents that name them by number."""
        self._positions = np.concatenate([self._positions, positions])
        self._intents = np.concatenate([self._intents, intents])

    def trade(self, end: int) -> Trades:
        """Walk all intents before `end`, then forget positions that nobody means anything with any more."""
        is_due = self._intents["time"] < end
        due = self._intents[is_due]
        due = due[np.argsort(due["time"], kind="stable")]
        intents = tape.Intents(
            *(np.ascontiguousarray(due[name]) for name in ("mint", "position", "kind", "amount"))
        )
        positions = tape.Positions(self._positions["units"].copy(), self._positions["cost"].copy())
        rows = tape.blank_trades(len(due))
        count = tape.walk(intents, positions, self._reserves, rows)
        self._positions["units"], self._positions["cost"] = positions
        trades = self._trades(due[rows.intent[:count]], rows, count)
        self._forget(self._intents[~is_due])
        return trades

    def _trades(self, done: Records, rows: tape.Trades, count: int) -> Trades:
        is_buy = done["kind"] == tape.BUY
        position = self._positions[done["position"]]
        same = np.zeros(count, np.bool_)
        same[1:] = (np.diff(done["time"]) == 0) & (np.diff(done["position"]) == 0)
        return Trades(
            done["time"],
            same,
            np.where(is_buy, position["buyer"], position["seller"]),
            done["mint"],
            is_buy,
            *(column[:count] for column in rows[1:]),
        )

    def _forget(self, left: Records) -> None:
        is_held = self._positions["units"][left["position"]] > 0
        left = left[is_held | (left["kind"] == tape.BUY)]
        kept, left["position"] = np.unique(left["position"], return_inverse=True)
        self._positions = self._positions[kept]
        self._intents = left

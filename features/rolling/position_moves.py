"""Sorts what traders do with positions into two lists: opening buys, and exits with what the position made."""

from dataclasses import dataclass

import numpy as np

from features.rolling.position_rows import DAY_MICROS, Trips, moment_order

#: More trades than a trader makes in a day: a day times this, plus the place in the day, orders all moves of a trader.
_MOVES_PER_DAY = 1 << 30


@dataclass(frozen=True)
class Moves:
    """Holds moves sorted by trader and moment: what windows are looked up in, the moment, the time in microseconds, and
    the cost of a buy or what the position of an exit made, in lamports.
    """

    keys: np.ndarray
    moment: np.ndarray
    at: np.ndarray
    lamports: np.ndarray


def opening_buys(trips: Trips) -> Moves:
    """Select the first buy of each position: told by the row of its own day, which every position has."""
    day, order = trips.ints("day"), trips.ints("entry_order")
    own_day = np.flatnonzero(trips.ints("entered") // DAY_MICROS == day)
    return _moves(
        trips, own_day[moment_order(trips.owner[own_day], day[own_day], order[own_day])],
        "entry_order", "entered", "entry_cost_lamports",
    )  # fmt: skip


def exits(trips: Trips) -> Moves:
    """Select the trades that emptied a position; the rows are sorted by them already."""
    return _moves(trips, np.flatnonzero(trips.ints("is_closed")), "exit_order", "exited", "realised_pnl_lamports")


def _moves(trips: Trips, rows: np.ndarray, order: str, at: str, lamports: str) -> Moves:
    moment = trips.ints("day")[rows] * _MOVES_PER_DAY + trips.ints(order)[rows]
    return Moves(trips.keys[rows], moment, trips.ints(at)[rows], trips.ints(lamports)[rows])

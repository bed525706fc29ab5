"""Sorts what traders do with positions into two lists: opening buys, and exits with what the position made."""

from dataclasses import dataclass

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from features.rolling.position_rows import DAY_MICROS, Trips
from features.rolling.rows import by_trader, epoch_days

#: More trades than a trader makes in a day: a day times this, plus the place in the day, orders all moves of a trader.
_MOVES_PER_DAY = 10_000_000


@dataclass(frozen=True)
class Moves:
    """Holds moves sorted by trader and moment: what windows are looked up in, the moment, the time in microseconds, and
    the cost of a buy or what the position of an exit made, in lamports.
    """

    keys: np.ndarray
    moment: np.ndarray
    at: np.ndarray
    lamports: np.ndarray


def opening_buys(trips: Trips, traders: pa.Array) -> Moves:
    """Select the first buy of each position: told by the row of its own day, which every position has."""
    entered = trips.ints("entered")
    own_day = np.flatnonzero(entered // DAY_MICROS == epoch_days(trips.rows.table["day"]))
    names = ["trader_address", "day", "entered", "entry_order", "entry_cost_lamports"]
    buys = trips.rows.table.select(names).take(pa.array(own_day))
    rows = by_trader(buys, traders, buys["entry_order"].to_numpy())
    moment = epoch_days(rows.table["day"]) * _MOVES_PER_DAY + rows.ints("entry_order")
    return Moves(rows.keys, moment, rows.ints("entered"), rows.ints("entry_cost_lamports"))


def exits(trips: Trips) -> Moves:
    """Select the trades that emptied a position; the rows are sorted by them already."""
    closed = np.flatnonzero(pc.equal(trips.rows.table["is_closed"], True).to_numpy())
    moment = epoch_days(trips.rows.table["day"]) * _MOVES_PER_DAY + trips.ints("exit_order")
    made = trips.ints("realised_pnl_lamports")
    return Moves(trips.rows.keys[closed], moment[closed], trips.ints("exited")[closed], made[closed])

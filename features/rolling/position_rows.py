"""Sorts the round trips of one cohort, and tells until which T each row is what is known of its position."""

from dataclasses import dataclass

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from features.rolling.rows import epoch_days
from features.rolling.sums import slice_sums
from features.windows import key

DAY_MICROS = 86_400_000_000
#: What is kept of each round trip.
FIGURES = (
    "day",
    "known_at",
    "episode_index",
    "entered",
    "entry_order",
    "exited",
    "exit_order",
    "is_closed",
    "buy_count",
    "averaged_down_count",
    "entry_cost_lamports",
    "realised_pnl_lamports",
)
#: A day after all days, for rows that no later one supersedes.
NEVER = np.iinfo(np.int64).max


@dataclass(frozen=True)
class Windows:
    """Holds, per trader and T: number of the trader, T, first day of the window, slice [first, end) of round trips."""

    owners: np.ndarray
    as_of: np.ndarray
    start: np.ndarray
    first: np.ndarray
    end: np.ndarray

    def sums(self, values: np.ndarray) -> np.ndarray:
        """Sum whole numbers over each slice."""
        sums: np.ndarray = slice_sums(pa.array(values), self.first, self.end).to_numpy()
        return sums


@dataclass(frozen=True)
class Trips:
    """Holds round trips sorted by trader, day and exit, column by column; `keys` are what windows are looked up in.

    `until` is the last T as of which a row is the latest of its position: where it changed again on day d, that is d.
    """

    keys: np.ndarray
    owner: np.ndarray
    until: np.ndarray
    figures: dict[str, np.ndarray]

    @classmethod
    def of(cls, round_trips: pa.Table, traders: pa.Array) -> "Trips":
        """Sort those of these traders. Open ones of a day are in no order, and none of their own shows in a sum."""
        owner = pc.index_in(round_trips["trader_address"], traders).fill_null(-1).to_numpy()
        known = np.flatnonzero(owner >= 0)
        day, exit_order = epoch_days(round_trips["day"]), round_trips["exit_order"].to_numpy()
        rows = known[moment_order(owner[known], day[known], exit_order[known])]
        # Names stay behind: taking the figures alone costs a third of taking whole rows.
        figures = {name: _ints(round_trips[name])[rows] for name in FIGURES}
        parts = np.flatnonzero(pc.not_equal(round_trips["part_of"], "").to_numpy()[rows])
        mints = round_trips["part_of"].take(pa.array(rows[parts]))
        owner, day = owner[rows].astype(np.int64), day[rows]
        return cls(key(owner, day), owner, _until(parts, mints, owner, figures), figures)

    def ints(self, name: str) -> np.ndarray:
        """Take a column as 64-bit integers."""
        return self.figures[name]


def moment_order(owner: np.ndarray, day: np.ndarray, order_in_day: np.ndarray) -> np.ndarray:
    """Find the order of rows by trader, day and place in the day.

    All three are packed into one number, since a sort by one is many times faster than a sort by three: 12 bits for
    days, 30 for places in a day, the rest for the traders of a cohort.
    """
    first = day.min(initial=NEVER)
    packed = ((owner.astype(np.int64) << 12) + (day - first) << 30) + order_in_day
    order: np.ndarray = np.argsort(packed)
    return order


def _until(parts: np.ndarray, mints: pa.ChunkedArray, owner: np.ndarray, figures: dict[str, np.ndarray]) -> np.ndarray:
    """Find the day on which each round trip changed next; only `parts`, which outlast a day, have other rows."""
    until = np.full(len(owner), NEVER)
    mint = mints.combine_chunks().dictionary_encode().indices.to_numpy()
    trader, day, episode = (values[parts] for values in (owner, figures["day"], figures["episode_index"]))
    order = np.lexsort((day, episode, mint, trader))
    before, after = order[:-1], order[1:]
    is_same = (trader[before] == trader[after]) & (mint[before] == mint[after]) & (episode[before] == episode[after])
    until[parts[before[is_same]]] = day[after[is_same]]
    return until


def _ints(column: pa.ChunkedArray) -> np.ndarray:
    kind = pa.int32() if pa.types.is_date(column.type) else pa.int64()
    values: np.ndarray = column.cast(kind).to_numpy().astype(np.int64, copy=False)
    return values

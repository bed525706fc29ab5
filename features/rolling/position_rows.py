"""Sorts the round trips of one cohort, and tells until which T each row is what is known of its position."""

from dataclasses import dataclass

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from features.rolling.rows import SortedRows, by_trader, epoch_days
from features.rolling.sums import slice_sums

DAY_MICROS = 86_400_000_000
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
    """Holds round trips sorted by trader, day and exit; `until` is the last T as of which a row is the latest of its
    position: where a position changed again on day d, that is d.
    """

    rows: SortedRows
    until: np.ndarray

    @classmethod
    def of(cls, round_trips: pa.Table, traders: pa.Array) -> "Trips":
        """Sort those of these traders. Two that are open tie in their exit, none in their entry."""
        known = round_trips.filter(pc.is_in(round_trips["trader_address"], traders))
        order = [known[name].to_numpy() for name in ("entry_order", "entered", "exit_order")]
        rows = by_trader(known, traders, *order)
        return cls(rows, _until(rows))

    def ints(self, name: str) -> np.ndarray:
        """Take a column as 64-bit integers."""
        return self.rows.ints(name)


def _until(rows: SortedRows) -> np.ndarray:
    """Find the day on which each round trip changed next."""
    until = np.full(len(rows.keys), NEVER)
    # Only what lasts longer than a day has other rows; the rest is not sorted again.
    parts = np.flatnonzero(pc.not_equal(rows.table["part_of"], "").to_numpy())
    if not parts.size:
        return until
    table = rows.table.select(["trader_address", "part_of", "episode_index", "day"]).take(pa.array(parts))
    day, episode = epoch_days(table["day"]), table["episode_index"].to_numpy()
    trader, mint = (_codes(table[name]) for name in ("trader_address", "part_of"))
    order = np.lexsort((day, episode, mint, trader))
    before, after = order[:-1], order[1:]
    is_same = (trader[before] == trader[after]) & (mint[before] == mint[after]) & (episode[before] == episode[after])
    until[parts[before[is_same]]] = day[after[is_same]]
    return until


def _codes(texts: pa.ChunkedArray) -> np.ndarray:
    codes: np.ndarray = texts.combine_chunks().dictionary_encode().indices.to_numpy()
    return codes

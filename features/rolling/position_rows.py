"""Sorts daily rows of `gold_trader_positions` of one cohort so that a window is a slice of rows, and of each list."""

from dataclasses import dataclass

import numpy as np
import pyarrow as pa

from features.rolling.rows import Slices, SortedRows, by_known_trader
from features.rolling.sums import slice_sums
from features.windows import bounds

#: A day after all days, for rows that no later one supersedes.
NEVER = np.iinfo(np.int64).max


@dataclass(frozen=True)
class Windows:
    """Holds, per trader and T: number of the trader, T, first day of the window, slice [first, end) of daily rows."""

    owners: np.ndarray
    as_of: np.ndarray
    start: np.ndarray
    first: np.ndarray
    end: np.ndarray


@dataclass(frozen=True)
class PositionDays:
    """Holds daily rows sorted by trader and day."""

    rows: SortedRows

    @classmethod
    def of(cls, positions: pa.Table, traders: pa.Array) -> "PositionDays":
        """Sort the rows of these traders."""
        return cls(by_known_trader(positions, traders))

    def sums(self, name: str, windows: Windows) -> np.ndarray:
        """Sum a daily figure over each window."""
        sums: np.ndarray = slice_sums(self.rows.array(name), windows.first, windows.end).to_numpy()
        return sums

    def items(self, name: str) -> np.ndarray:
        """Take the items of a list of all rows, one behind the other."""
        return self.rows.items(name)

    def begins(self, name: str) -> np.ndarray:
        """Tell where the list of each row begins among the items, and where the last one ends."""
        return self.rows.begins(name)

    def slices(self, name: str, windows: Windows) -> Slices:
        """Find the slice of a list's items that each window has."""
        return self.rows.slices(name, windows.first, windows.end)

    def shorter(self, windows: Windows, days: int) -> Windows:
        """Make windows of fewer days that end at the same T."""
        first, end = bounds(self.rows.keys, windows.owners, windows.as_of, days)
        return Windows(windows.owners, windows.as_of, windows.as_of - days, first, end)

    def superseded(self) -> np.ndarray:
        """Tell, for each carried position, on which day it changed next: a T after that day knows it as it was then."""
        row = np.repeat(np.arange(len(self.rows.keys)), np.diff(self.begins("carried_opening_times")))
        day = self.rows.days[row]
        owner = self.rows.keys[row] - day  # the same for all days of a trader, and for no other's
        opened, place = self.items("carried_opening_times"), self.items("carried_opening_places")
        # Trader, moment and place among the trader's trades of that day: no two positions are opened by one trade.
        order = np.lexsort((day, place, opened, owner))
        before, after = order[:-1], order[1:]
        is_same = (owner[before] == owner[after]) & (opened[before] == opened[after]) & (place[before] == place[after])
        until = np.full(len(row), NEVER)
        until[before[is_same]] = day[after[is_same]]
        return until

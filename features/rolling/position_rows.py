"""Sorts daily rows of `gold_trader_positions` of one cohort so that a window is a slice of rows, and of each list."""

from dataclasses import dataclass

import numpy as np
import pyarrow as pa

from features.rolling.mint_loops import home, table_size
from features.rolling.rows import Slices, SortedRows, by_known_trader
from features.rolling.sums import slice_sums
from features.windows import bounds
from pumploss.compiled import compiled

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
        owner = self.rows.keys - self.rows.days  # the same for all days of a trader, and for no other's
        opened, place = self.items("carried_opening_times"), self.items("carried_opening_places")
        return superseding_days(owner, self.rows.days, self.begins("carried_opening_times"), opened, place)


@compiled
def superseding_days(
    owner: np.ndarray, day: np.ndarray, begins: np.ndarray, opened: np.ndarray, place: np.ndarray
) -> np.ndarray:
    """Find, for each item of daily rows in order, the day of the trader's next item of the same moment and place.

    No two positions of a trader are opened by one trade. Items are remembered in a table of their own per trader, which
    costs less than to sort all of them.
    """
    until = np.full(opened.size, NEVER)
    most = first = 0
    for row in range(owner.size):
        first = row if row == 0 or owner[row] != owner[row - 1] else first
        most = max(most, begins[row + 1] - begins[first])
    latest, seen_by = np.empty(table_size(most), np.int64), np.full(table_size(most), -1, np.int64)
    size = 4
    for row in range(owner.size):
        if row == 0 or owner[row] != owner[row - 1]:
            first, end = row, row
            while end < owner.size and owner[end] == owner[row]:
                end += 1
            size = table_size(begins[end] - begins[row])
        for item in range(begins[row], begins[row + 1]):
            # Places of a moment follow on one another; so do their homes.
            at = (home(opened[item], size) + place[item]) & (size - 1)
            while seen_by[at] == first and (opened[latest[at]] != opened[item] or place[latest[at]] != place[item]):
                at = (at + 1) & (size - 1)
            if seen_by[at] == first:
                until[latest[at]] = day[row]
            seen_by[at], latest[at] = first, item
    return until

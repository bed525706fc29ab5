"""Groups rows by trader and day, so that each group becomes one row of daily facts: sums, and lists in order."""

from dataclasses import dataclass

import numpy as np
import pyarrow as pa

from features.rolling.rows import epoch_days, ranks
from features.windows import key


@dataclass(frozen=True)
class Keyed:
    """Holds rows by the group of each, in order: `keys` of sorted rows, and their positions in the table."""

    keys: np.ndarray
    rows: np.ndarray

    @classmethod
    def of(cls, table: pa.Table, day: str, *order: np.ndarray) -> "Keyed":
        """Sort rows by trader and the day of this name, then by `order` (most significant last)."""
        keys = key(ranks(table["trader_address"]), epoch_days(table[day]))
        rows = np.lexsort((*order, keys))
        return cls(keys[rows], rows)

    def chosen(self, is_chosen: np.ndarray, days_later: int = 0) -> "Keyed":
        """Select rows, by a flag for each in sorted order, as of so many days later."""
        return Keyed(self.keys[is_chosen] + days_later, self.rows[is_chosen])

    def begins(self, groups: np.ndarray) -> np.ndarray:
        """Tell where the rows of each group begin, and the last ones end; every row's group must be among them."""
        begins: np.ndarray = np.r_[np.searchsorted(self.keys, groups), len(self.keys)]
        return begins

    def lists(self, groups: np.ndarray, values: np.ndarray) -> pa.Array:
        """Make one list per group of the values of all rows of the table."""
        return pa.ListArray.from_arrays(self.begins(groups).astype(np.int32), pa.array(values[self.rows]))

    def sums(self, groups: np.ndarray, values: np.ndarray) -> np.ndarray:
        """Sum the integers of all rows of the table up by group."""
        running = np.r_[0, np.cumsum(values[self.rows])]
        begins = self.begins(groups)
        sums: np.ndarray = running[begins[1:]] - running[begins[:-1]]
        return sums

    def latest(self, groups: np.ndarray, values: np.ndarray, result: np.ndarray) -> None:
        """Raise `result`, one per group, to the highest value of its rows, in place."""
        np.maximum.at(result, np.searchsorted(groups, self.keys), values[self.rows])

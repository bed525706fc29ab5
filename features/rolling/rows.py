"""Sorts the rows of one cohort so that a window is a slice."""

from dataclasses import dataclass

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from features.windows import key


@dataclass(frozen=True)
class SortedRows:
    """Holds rows sorted by trader and day; `keys` are what window bounds are looked up in."""

    table: pa.Table
    keys: np.ndarray

    def ints(self, name: str) -> np.ndarray:
        """Take a column without missing values as 64-bit integers (booleans 0 and 1, times in microseconds)."""
        values: np.ndarray = self.table[name].cast(pa.int64()).to_numpy()
        return values

    def array(self, name: str) -> pa.Array:
        """Take a column in one piece."""
        return self.table[name].combine_chunks()


def by_trader(table: pa.Table, traders: pa.Array, *order: np.ndarray) -> SortedRows:
    """Sort the rows by the trader's position in `traders`, `day`, and `order` (most significant last).

    Every row's trader must be among `traders`.
    """
    codes = pc.index_in(table["trader_address"], traders).to_numpy()
    keys = key(codes, table["day"].cast(pa.int32()).to_numpy())
    # The last key counts most: trader and day first, then what the caller asked for.
    positions = np.lexsort((*order, keys))
    return SortedRows(table.take(pa.array(positions)), keys[positions])


def ranks(texts: pa.ChunkedArray) -> np.ndarray:
    """Number each text by its position among the distinct texts in order."""
    encoded = texts.combine_chunks().dictionary_encode()
    # Only the distinct texts are sorted; turning the permutation round then gives each of them its rank.
    positions = pc.sort_indices(encoded.dictionary).to_numpy()
    rank = np.empty(len(positions), np.int64)
    rank[positions] = np.arange(len(positions))
    ranked: np.ndarray = rank[encoded.indices.to_numpy()]
    return ranked


def epoch_days(column: pa.ChunkedArray) -> np.ndarray:
    """Convert dates to days since 1970."""
    days: np.ndarray = column.cast(pa.int32()).to_numpy().astype(np.int64)
    return days

"""Sorts the rows of one cohort so that a window is a slice of rows, and of the items of each list."""

from dataclasses import dataclass

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from features.windows import key

Slices = tuple[np.ndarray, np.ndarray]


@dataclass(frozen=True)
class SortedRows:
    """Holds rows sorted by trader and day; `keys` are what window bounds are looked up in.

    Lists of all rows stand one behind the other, so those of consecutive rows are a slice of items as well.
    """

    table: pa.Table
    keys: np.ndarray

    def ints(self, name: str) -> np.ndarray:
        """Take a column without missing values as 64-bit integers (booleans 0 and 1, times in microseconds)."""
        values: np.ndarray = self.table[name].cast(pa.int64()).to_numpy()
        return values

    def array(self, name: str) -> pa.Array:
        """Take a column in one piece."""
        column = self.table[name]
        # To combine one chunk would copy it.
        return column.chunk(0) if column.num_chunks == 1 else column.combine_chunks()

    def items(self, name: str) -> np.ndarray:
        """Take the items of a list of all rows, one behind the other."""
        values: np.ndarray = self.array(name).flatten().to_numpy()
        return values

    def begins(self, name: str) -> np.ndarray:
        """Tell where the list of each row begins among the items, and where the last one ends."""
        lengths = pc.list_value_length(self.table[name]).to_numpy()
        begins: np.ndarray = np.r_[0, np.cumsum(lengths, dtype=np.int64)]
        return begins

    def slices(self, name: str, first: np.ndarray, end: np.ndarray) -> Slices:
        """Find the slice of a list's items that each slice [first, end) of rows has."""
        begins = self.begins(name)
        return begins[first], begins[end]


def by_trader(table: pa.Table, traders: pa.Array, *order: np.ndarray) -> SortedRows:
    """Sort the rows by the trader's position in `traders`, `day`, and `order` (most significant last).

    Every row's trader must be among `traders`.
    """
    codes = pc.index_in(table["trader_address"], traders).to_numpy()
    keys = key(codes, table["day"].cast(pa.int32()).to_numpy())
    # The last key counts most: trader and day first, then what the caller asked for.
    positions = np.lexsort((*order, keys))
    return SortedRows(table.take(pa.array(positions)), keys[positions])


def by_known_trader(table: pa.Table, traders: pa.Array) -> SortedRows:
    """Sort the rows of those who are among `traders` as `by_trader` does, and leave the others out."""
    codes = pc.index_in(table["trader_address"], traders).fill_null(-1).to_numpy()
    known = np.flatnonzero(codes >= 0)
    keys = key(codes[known], epoch_days(table["day"])[known])
    order = np.argsort(keys)
    return SortedRows(table.take(pa.array(known[order])), keys[order])


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

"""Rows of one cohort, sorted so that a window is a slice."""

from dataclasses import dataclass

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from features.windows import key


@dataclass(frozen=True)
class Rows:
    """Rows sorted by trader and day; `keys` are what window bounds are looked up in."""

    table: pa.Table
    keys: np.ndarray

    def ints(self, name: str) -> np.ndarray:
        """A column without missing values as 64-bit integers (booleans 0 and 1, times in microseconds)."""
        values: np.ndarray = self.table[name].cast(pa.int64()).to_numpy()
        return values

    def array(self, name: str) -> pa.Array:
        """A column in one piece."""
        return self.table[name].combine_chunks()


def by_trader(table: pa.Table, traders: pa.Array, *order: np.ndarray) -> Rows:
    """The rows sorted by place of the trader in `traders`, `day`, and `order` (most significant last).

    Every row's trader must be among `traders`.
    """
    codes = pc.index_in(table["trader_address"], traders).to_numpy()
    keys = key(codes, table["day"].cast(pa.int32()).to_numpy())
    places = np.lexsort((*order, keys))
    return Rows(table.take(pa.array(places)), keys[places])


def ranks(texts: pa.ChunkedArray) -> np.ndarray:
    """The place of each text among the distinct texts in order."""
    encoded = texts.combine_chunks().dictionary_encode()
    places = pc.sort_indices(encoded.dictionary).to_numpy()
    rank = np.empty(len(places), np.int64)
    rank[places] = np.arange(len(places))
    ranked: np.ndarray = rank[encoded.indices.to_numpy()]
    return ranked


def epoch_days(column: pa.ChunkedArray) -> np.ndarray:
    """Dates as days since 1970."""
    days: np.ndarray = column.cast(pa.int32()).to_numpy().astype(np.int64)
    return days

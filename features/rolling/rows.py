"""Sorts the rows of one cohort so that a window is a slice of rows, and of the items of each list."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import cached_property

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from features.windows import key
from pumploss.compiled import compiled

Slices = tuple[np.ndarray, np.ndarray]


@dataclass(frozen=True)
class SortedRows:
    """Holds rows and the order that sorts them by trader and day; `keys`, sorted, are what bounds are looked up in.

    A column is put in order when it is asked for. Lists of all rows then stand one behind the other, so those of
    consecutive rows are a slice of items as well.
    """

    table: pa.Table
    order: np.ndarray
    keys: np.ndarray
    _begins: dict[str, np.ndarray] = field(default_factory=dict)

    def ints(self, name: str) -> np.ndarray:
        """Take a column without missing values as 64-bit integers (booleans 0 and 1, times in microseconds)."""
        values: np.ndarray = self.table[name].cast(pa.int64()).to_numpy()[self.order]
        return values

    @cached_property
    def days(self) -> np.ndarray:
        """Take the day of each row, since 1970."""
        days: np.ndarray = epoch_days(self.table["day"])[self.order]
        return days

    def array(self, name: str) -> pa.Array:
        """Take a column in one piece."""
        return taken(self.table[name], pa.array(self.order))

    def rows(self, places: np.ndarray, names: Sequence[str]) -> pa.Table:
        """Take these columns of some of the sorted rows."""
        wanted = pa.array(self.order[places])
        return pa.table({name: taken(self.table[name], wanted) for name in names})

    def items(self, name: str, room: np.ndarray | None = None) -> np.ndarray:
        """Take the items of a list of all rows, one behind the other, in `room` if there is such (`room_for`)."""
        lists, begins = self.table[name], self.begins(name)
        starts = np.full(len(self.table), -1)
        starts[self.order] = begins[:-1]
        # Made here, since numpy asks the system for large pages and a kernel does not.
        items = np.empty(begins[-1], lists.type.value_type.to_pandas_dtype()) if room is None else room[: begins[-1]]
        done = 0
        for piece in lists.chunks:
            scatter(piece.offsets.to_numpy(), piece.values.to_numpy(), starts[done : done + len(piece)], items)
            done += len(piece)
        return items

    def room_for(self, names: Sequence[str]) -> np.ndarray:
        """Make room for the items of any of these lists of one type, a list at a time: to find memory takes longer."""
        most = max(self.begins(name)[-1] for name in names)
        return np.empty(most, self.table[names[0]].type.value_type.to_pandas_dtype())

    def begins(self, name: str) -> np.ndarray:
        """Tell where the list of each row begins among the items, and where the last one ends."""
        if name not in self._begins:
            lengths = pc.list_value_length(self.table[name]).to_numpy()[self.order]
            self._begins[name] = np.r_[0, np.cumsum(lengths, dtype=np.int64)]
        return self._begins[name]

    def slices(self, name: str, first: np.ndarray, end: np.ndarray) -> Slices:
        """Find the slice of a list's items that each slice [first, end) of rows has."""
        begins = self.begins(name)
        return begins[first], begins[end]


def in_one(column: pa.ChunkedArray) -> pa.Array:
    """Take a column in one piece, without copying one that is."""
    return column.chunk(0) if column.num_chunks == 1 else column.combine_chunks()


def taken(column: pa.ChunkedArray, places: pa.Array) -> pa.Array:
    """Take the values at these places of a column."""
    if pa.types.is_string(column.type):
        return dictionary(column).take(places).cast(column.type)
    return in_one(column).take(places)


def dictionary(texts: pa.ChunkedArray) -> pa.DictionaryArray:
    """Take texts in one piece that holds each of them once: one of all of them ends at 2 GiB, 48 million addresses."""
    return in_one(texts.dictionary_encode().unify_dictionaries())


@compiled
def scatter(offsets: np.ndarray, values: np.ndarray, starts: np.ndarray, items: np.ndarray) -> None:
    """Put the list of each row where `starts` says among the items of all rows; below 0 for one that is left out.

    Each piece is read from front to back, as it came out of its file: in one piece all lists would be copied twice.
    """
    for row in range(starts.size):
        if starts[row] >= 0:
            for item in range(offsets[row], offsets[row + 1]):
                items[starts[row] + item - offsets[row]] = values[item]


def by_trader(table: pa.Table, traders: pa.Array) -> SortedRows:
    """Sort the rows by the trader's position in `traders`, and `day`. Every row's trader must be among `traders`."""
    codes = pc.index_in(table["trader_address"], traders).to_numpy()
    keys = key(codes, epoch_days(table["day"]))
    order = np.argsort(keys, kind="stable")
    return SortedRows(table, order, keys[order])


def by_known_trader(table: pa.Table, traders: pa.Array) -> SortedRows:
    """Sort the rows of those who are among `traders` as `by_trader` does, and leave the others out."""
    codes = pc.index_in(table["trader_address"], traders).fill_null(-1).to_numpy()
    known = np.flatnonzero(codes >= 0)
    keys = key(codes[known], epoch_days(table["day"])[known])
    order = np.argsort(keys, kind="stable")
    return SortedRows(table, known[order], keys[order])


def ranks(texts: pa.ChunkedArray) -> np.ndarray:
    """Number each text by its position among the distinct texts in order."""
    encoded = dictionary(texts)
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

"""Puts lists of many files one behind the other while the files are read."""

from collections.abc import Iterable

import numpy as np
import pyarrow as pa


class GrowingLists:
    """Holds the items of all lists that were added in one piece.

    What a file was read into can go, and be used for the next one, as soon as its lists are added: rows that are kept
    as they are read and put together in the end take the memory of both, all of which the system first has to find.
    """

    def __init__(self, kind: pa.ListType, parts: int) -> None:
        """Expect about so many parts of about the size of the first one."""
        self._kind, self._parts = kind, parts
        self._items = np.empty(0, kind.value_type.to_pandas_dtype())
        self._size = 0
        self._lengths: list[np.ndarray] = []

    def add(self, lists: Iterable[pa.ListArray]) -> None:
        """Add lists, of which none is missing, nor any item."""
        for some in lists:
            items = some.flatten().to_numpy()
            self._reserve(self._size + len(items))
            self._items[self._size : self._size + len(items)] = items
            self._size += len(items)
            self._lengths.append(np.diff(some.offsets.to_numpy()))

    def whole(self) -> pa.ListArray:
        """Answer all lists. Nothing may be added afterwards."""
        begins = np.cumsum(np.concatenate([[0], *self._lengths]), dtype=np.int64)
        # Arrow refuses what passes 32 bits, where numpy would wrap.
        return pa.ListArray.from_arrays(
            pa.array(begins).cast(pa.int32()), pa.array(self._items[: self._size]), type=self._kind
        )

    def _reserve(self, size: int) -> None:
        if size > len(self._items):
            # What is reserved and not written takes no memory; to copy what is there takes time.
            expected = max(size, size * self._parts if self._size == 0 else 0)
            wider = np.empty(expected + expected // 2, self._items.dtype)
            wider[: self._size] = self._items[: self._size]
            self._items = wider

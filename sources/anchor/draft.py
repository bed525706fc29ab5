"""The columns of a block while its events, kind by kind, write their rows."""

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from pumploss.money import INT64_MAX
from pumploss.reasons import Reason
from sources.anchor.addresses import KEY_BYTES, base58_addresses
from sources.anchor.fields import Found

#: How far an event's clock may be from the block time of its transaction.
MAX_CLOCK_SECONDS = 3600

Where = NDArray[np.bool_]
Refuse = Callable[[Where, Reason], None]


@dataclass
class Draft:
    """Columns of one block, NULL where nothing was written; `refuse` takes a mask over the block."""

    size: int
    block_seconds: NDArray[np.int64]
    refuse: Refuse
    _numbers: dict[str, tuple[NDArray[np.int64], Where]] = field(default_factory=dict)
    _keys: dict[str, tuple[NDArray[np.uint8], Where]] = field(default_factory=dict)

    def numbers(self, name: str) -> pa.Int64Array:
        """A column of integers."""
        values, valid = self._numbers.setdefault(name, (np.zeros(self.size, np.int64), self._nowhere()))
        return pa.array(values, mask=~valid)

    def addresses(self, name: str) -> pa.StringArray:
        """A column of addresses."""
        return base58_addresses(*self._key_column(name))

    def part(self, rows: NDArray[np.int64], found: Found) -> "Part":
        """The rows of the block that hold these events; malformed ones are refused."""
        part = Part(self, rows, found)
        part.refuse(found.is_malformed, Reason.MALFORMED)
        part.put("trailing_bytes", found.trailing)
        return part

    def write(self, name: str, rows: NDArray[np.int64], values: NDArray[np.int64], valid: Where | None) -> None:
        """Writes integers into rows."""
        column, is_valid = self._numbers.setdefault(name, (np.zeros(self.size, np.int64), self._nowhere()))
        column[rows], is_valid[rows] = values, True if valid is None else valid

    def write_keys(self, name: str, rows: NDArray[np.int64], keys: NDArray[np.uint8]) -> None:
        """Writes addresses, as keys, into rows."""
        column, is_valid = self._key_column(name)
        column[rows], is_valid[rows] = keys, True

    def _key_column(self, name: str) -> tuple[NDArray[np.uint8], Where]:
        return self._keys.setdefault(name, (np.zeros((self.size, KEY_BYTES), np.uint8), self._nowhere()))

    def _nowhere(self) -> Where:
        return np.zeros(self.size, dtype=bool)


@dataclass(frozen=True)
class Part:
    """Events of one kind and the rows of the block that they stand in."""

    draft: Draft
    rows: NDArray[np.int64]
    found: Found

    def refuse(self, where: Where, reason: Reason) -> None:
        """Refuses some of the events."""
        if where.any():
            mask = np.zeros(self.draft.size, dtype=bool)
            mask[self.rows[where]] = True
            self.draft.refuse(mask, reason)

    def put(self, name: str, values: "NDArray[np.int64] | int", valid: Where | None = None) -> None:
        """Writes a column of integers, NULL where it is not valid."""
        self.draft.write(name, self.rows, np.asarray(values, np.int64), valid)

    def put_address(self, name: str, keys: NDArray[np.uint8], where: Where | None = None) -> None:
        """Writes a column of addresses, NULL where it is not to be."""
        chosen = slice(None) if where is None else where
        self.draft.write_keys(name, self.rows[chosen], keys[chosen])

    def amount(self, name: str) -> NDArray[np.int64]:
        """A u64 of the event as a signed integer; what does not fit is `overflow`."""
        return self.fitting(np.ascontiguousarray(self.found.columns[name], np.uint64))

    def fitting(self, values: NDArray[np.uint64]) -> NDArray[np.int64]:
        """Amounts as signed integers; what does not fit is `overflow`."""
        self.refuse(values > INT64_MAX, Reason.OVERFLOW)
        return values.astype(np.int64)

    def flag(self, name: str) -> NDArray[np.int64]:
        """A bool of the event as 0 or 1."""
        return np.asarray(self.found.columns[name], np.int64)

    def wide(self, name: str) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
        """The lower and the upper half of an i128; where it fits 64 bits, the lower one is its value."""
        pairs: Any = self.found.columns[name]
        return pairs["low"].astype(np.int64), pairs["high"]

    def key(self, name: str) -> NDArray[np.uint8]:
        """An address of the event."""
        return np.asarray(self.found.columns[name], np.uint8)

    def check_clock(self, since_version: int = 1) -> None:
        """Refuses events whose own time is over an hour from block time: `bad_timestamp`."""
        at, block = self.found.columns["timestamp"].astype(np.int64), self.draft.block_seconds[self.rows]
        is_off = (at < block - MAX_CLOCK_SECONDS) | (at > block + MAX_CLOCK_SECONDS)
        self.refuse(is_off & (self.found.versions >= since_version), Reason.BAD_TIMESTAMP)

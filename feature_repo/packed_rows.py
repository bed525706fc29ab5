"""Packs the features of a trader as of one T into one value, and unpacks them: what a key of the online store holds.

A value is whole or not there: a reader never sees half of a row. It is a digest of the layout (8 bytes), T in
microseconds (8 bytes), a bit per feature that is set where it is missing, and 8 bytes per feature, little-endian: a
double, or a 64-bit integer (times are microseconds, truth is 0 or 1).
"""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import cached_property
from typing import Final

import numpy as np
import pyarrow as pa

from pumploss.contract import Column, Type
from pumploss.errors import ContractError

#: How each type is written: as doubles, or as integers.
_DOUBLE: Final = np.dtype("<f8")
_INTEGER: Final = np.dtype("<i8")
KINDS: Final = {
    Type.DOUBLE: _DOUBLE,
    Type.BIGINT: _INTEGER,
    Type.INT: _INTEGER,
    Type.BOOLEAN: _INTEGER,
    Type.TIMESTAMP: _INTEGER,
}

_WORD: Final = 8
_EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)
_MICROSECOND: Final = timedelta(microseconds=1)


@dataclass(frozen=True)
class Layout:
    """Lays out features in the order of their columns. Raises ContractError for one that does not fit 8 bytes."""

    columns: tuple[Column, ...]

    def __post_init__(self) -> None:
        unfit = [f"{column.name} ({column.type.name})" for column in self.columns if column.type not in KINDS]
        if unfit:
            raise ContractError(
                f"The online store packs numbers and times of 8 bytes, and has none for {', '.join(unfit)}: make them "
                f"one of {', '.join(kind.name for kind in KINDS)} in the feature registry."
            )

    @cached_property
    def digest(self) -> bytes:
        """Digest names, types and order: rows of another layout are told apart by it."""
        named = ";".join(f"{column.name} {column.type.name}" for column in self.columns)
        return hashlib.sha256(named.encode()).digest()[:_WORD]

    @cached_property
    def places(self) -> dict[str, int]:
        """Number the features by name."""
        return {column.name: place for place, column in enumerate(self.columns)}

    @property
    def _bits(self) -> int:
        return -(-len(self.columns) // 8)

    @property
    def size(self) -> int:
        """Return the bytes of a packed row."""
        return 2 * _WORD + self._bits + _WORD * len(self.columns)

    def pack(self, rows: pa.Table, at: datetime) -> list[bytes]:
        """Pack rows, which have these columns among others, all as of one T."""
        count, width = rows.num_rows, len(self.columns)
        words = np.empty((count, width), _INTEGER)
        missing = np.empty((count, width), np.bool_)
        for place, column in enumerate(self.columns):
            values = rows[column.name].combine_chunks()
            missing[:, place] = np.asarray(values.is_null())
            kind = KINDS[column.type]
            plain = values.cast(pa.float64() if kind is _DOUBLE else pa.int64(), safe=False).fill_null(0)
            words[:, place] = plain.to_numpy(zero_copy_only=False).astype(kind).view(_INTEGER)
        head = np.frombuffer(self.digest + ((at - _EPOCH) // _MICROSECOND).to_bytes(_WORD, "little"), np.uint8)
        parts = (
            np.broadcast_to(head, (count, len(head))),
            np.packbits(missing, axis=1, bitorder="little"),
            words.view(np.uint8),
        )
        whole = memoryview(np.concatenate(parts, axis=1).tobytes())
        return [bytes(whole[begin : begin + self.size]) for begin in range(0, count * self.size, self.size)]

    def time_of(self, packed: bytes | None) -> datetime | None:
        """Read T of a packed row; None without a row, and for one of another layout."""
        if packed is None or len(packed) != self.size or packed[:_WORD] != self.digest:
            return None
        return _EPOCH + int.from_bytes(packed[_WORD : 2 * _WORD], "little") * _MICROSECOND

    def unpack(self, rows: Sequence[bytes], names: Sequence[str]) -> pa.Table:
        """Read these features of packed rows of this layout, as the columns that they were packed from."""
        places = [self.places[name] for name in names]
        whole = np.frombuffer(b"".join(rows), np.uint8).reshape(len(rows), self.size)
        begin = 2 * _WORD + self._bits
        bits = np.unpackbits(whole[:, 2 * _WORD : begin], axis=1, bitorder="little").view(np.bool_)
        words = np.ascontiguousarray(whole[:, begin:]).view(_INTEGER)
        kinds = [self.columns[place].type for place in places]
        made = [_column(kind, words[:, place], bits[:, place]) for kind, place in zip(kinds, places, strict=True)]
        return pa.table(made, names=list(names))


def _column(kind: Type, words: np.ndarray, missing: np.ndarray) -> pa.Array:
    plain = np.ascontiguousarray(words).view(KINDS[kind])
    return pa.array(plain, mask=missing).cast(kind.arrow)

"""Turns Arrow columns into arrays of 64-bit integers, texts into places in a sorted list, and back."""

from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from pnl.fifo_kernel import Flags, Integers
from pumploss.errors import ContractError

DICTIONARY = pa.dictionary(pa.int32(), pa.string())


def integers(column: Any, name: str = "a column") -> Integers:
    """Integers, or times in their own unit, without missing values. Raises ContractError where one is missing."""
    whole = column.combine_chunks() if isinstance(column, pa.ChunkedArray) else column
    plain = whole.cast(pa.int64()) if not pa.types.is_integer(whole.type) else whole
    if plain.null_count:
        raise ContractError(f"{plain.null_count} of {len(plain)} values of {name} are missing: it cannot be walked.")
    return np.asarray(plain.to_numpy(zero_copy_only=False), dtype=np.int64)


def numbered(*columns: pa.ChunkedArray) -> tuple[Integers, pa.Array]:
    """Texts as places in the sorted list of them, the columns one after the other; and that list."""
    chunks = [chunk for column in columns for chunk in _dictionary(column).chunks]
    whole = pa.chunked_array(chunks, DICTIONARY).unify_dictionaries().combine_chunks()
    order = pc.sort_indices(whole.dictionary)
    rank = np.empty(len(order), dtype=np.int64)
    rank[order.to_numpy()] = np.arange(len(order))
    return rank[integers(whole.indices, "an address")], whole.dictionary.take(order)


def equals(column: pa.ChunkedArray, value: str) -> Flags:
    """Whether each text is that value; a missing one is not."""
    whole = _dictionary(column).unify_dictionaries().combine_chunks()
    hits = np.array([text == value for text in whole.dictionary.to_pylist()] + [False])
    return hits[integers(whole.indices.fill_null(len(hits) - 1))]


def texts(places: Integers, values: pa.Array, is_missing: Flags | None = None) -> pa.DictionaryArray:
    """The texts at these places of a list, as a dictionary."""
    return pa.DictionaryArray.from_arrays(pa.array(places.astype(np.int32), mask=is_missing), values)


def times(microseconds: Integers, is_missing: Flags | None = None) -> pa.Array:
    """Times in UTC from microseconds since the epoch."""
    return pa.array(microseconds, mask=is_missing).cast(pa.timestamp("us", tz="UTC"))


def _dictionary(column: pa.ChunkedArray) -> pa.ChunkedArray:
    return column if column.type == DICTIONARY else column.cast(pa.string()).dictionary_encode()

"""Turns decoded JSON objects into columns of text, and measures how long their lines must at least have been."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from itertools import chain
from typing import Any

import msgspec
import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from msgspec.structs import astuple
from numpy.typing import NDArray

from sources.reading.json_shapes import Kind, Shape
from sources.reading.nested_text import uniform
from sources.reading.text_columns import text_column, with_nulls

_NULL_LETTERS = len("null")
_LEAST = -(2**63)
_QUOTES = 2
_QUOTE, _BEGIN, _OPEN, _NULL, _LINE_FEED = (ord(letter) for letter in '"[{n\n')


@dataclass(frozen=True)
class Measured:
    """A field's texts, and per row the letters and quotes that it takes up in its line, its name left out.

    `is_present` is None where the field stands in every line; `is_odd` where no text is in doubt. `integers` are the
    values, where they all were integers of 64 bits.
    """

    texts: pa.StringArray
    letters: NDArray[np.int64]
    quotes: NDArray[np.int64]
    is_present: NDArray[np.bool_] | None = None
    is_odd: NDArray[np.bool_] | None = None
    integers: pa.Int64Array | None = None


def columns(shape: Shape, objects: list[Any]) -> dict[str, Measured]:
    """Reads each field of decoded objects."""
    # One list of all values, and every so manieth of it: to ask each object for each of its fields takes twice as long.
    values = list(chain.from_iterable(map(astuple, objects)))
    width = len(shape.kinds)
    return {name: _READERS[kind](values[place::width]) for place, (name, kind) in enumerate(shape.kinds)}


def _texts(values: list[str | None]) -> Measured:
    texts = pa.array(values, pa.string())
    return _measured(texts, _QUOTES)


def _integers(values: list[int | None]) -> Measured:
    try:
        integers = pa.array(values, pa.int64())
    except (OverflowError, pa.ArrowInvalid):  # beyond 64 bits
        return _measured(pa.array([None if value is None else str(value) for value in values], pa.string()), 0)
    measured = _measured(pc.cast(integers, pa.string()), 0)
    # The least integer has no opposite, so as a text it is refused for its size.
    return measured if pc.min(integers).as_py() == _LEAST else replace(measured, integers=integers)


def _booleans(values: list[bool | None]) -> Measured:
    return _measured(pc.cast(pa.array(values, pa.bool_()), pa.string()), 0)


def _measured(texts: pa.StringArray, quotes: int) -> Measured:
    """Measures texts of one kind, which stand between so many quotes; NULL is `null`."""
    lengths = pc.binary_length(texts)
    if not texts.null_count:
        return Measured(texts, lengths.to_numpy() + quotes, np.full(len(texts), quotes, np.int64))
    is_valid = texts.is_valid().to_numpy(zero_copy_only=False)
    letters = np.where(is_valid, lengths.fill_null(0).to_numpy() + quotes, _NULL_LETTERS)
    return Measured(texts, letters, np.where(is_valid, quotes, 0))


def _raws(values: list[msgspec.Raw]) -> Measured:
    """Reads values that may be anything. Odd are those with an escape, and nested ones that are not surely uniform."""
    # No value holds a line feed, so it can tell where each ends.
    lines = b"\n".join([*values, b""])
    letters = np.frombuffer(lines, np.uint8)
    ends = np.flatnonzero(letters == _LINE_FEED)
    lengths = np.diff(ends, prepend=-1) - 1
    first = letters[ends - lengths]
    is_text, is_nested = first == _QUOTE, (first == _BEGIN) | (first == _OPEN)
    quotes, is_odd = _QUOTES * is_text.astype(np.int64), np.zeros(len(ends), np.bool_)
    is_valid = (lengths > 0) & (first != _NULL)
    if b"\\" in lines or is_nested.any() or b"-0\n" in lines:
        texts, quotes[is_nested], is_odd = _of_any_kind(lines, lengths, is_text, is_nested)
    else:
        # The quotes around a text are the only ones that there are.
        texts = text_column(lines.translate(None, b'\n"'), lengths - quotes)
    return Measured(with_nulls(texts, ~is_valid), lengths, quotes, lengths > 0, is_odd)


def _of_any_kind(
    lines: bytes, lengths: NDArray[np.int64], is_text: NDArray[np.bool_], is_nested: NDArray[np.bool_]
) -> tuple[pa.StringArray, NDArray[np.int64], NDArray[np.bool_]]:
    """Reads values one kind after the other: their texts, the quotes in nested ones, and which are odd."""
    raw = text_column(lines.replace(b"\n", b""), lengths)
    # The standard library escapes what is beyond ASCII in nested values, and the last letter of that.
    is_odd = _holding(raw, lines, "\\") | (is_nested & (_holding(raw, lines, "\x7f") | ~_are_ascii(raw, lines)))
    if is_nested.all():
        return (*uniform(raw, is_odd), is_odd)
    texts = pc.if_else(pc.equal(raw, "-0"), "0", raw)
    mask = pa.array(is_text)
    texts = pc.replace_with_mask(texts, mask, pc.utf8_slice_codeunits(raw.filter(mask), 1, -1))
    mask = pa.array(is_nested)
    is_odd_nested = is_odd[is_nested]
    written, quotes = uniform(raw.filter(mask), is_odd_nested)
    is_odd[is_nested] = is_odd_nested
    return pc.replace_with_mask(texts, mask, written), quotes, is_odd


def _holding(raw: pa.StringArray, lines: bytes, letter: str) -> NDArray[np.bool_]:
    """Tells which texts hold a letter that most files do not have."""
    if letter.encode() not in lines:
        return np.zeros(len(raw), np.bool_)
    holds: NDArray[np.bool_] = pc.match_substring(raw, letter).to_numpy(zero_copy_only=False)
    return holds


def _are_ascii(raw: pa.StringArray, lines: bytes) -> NDArray[np.bool_]:
    """Tells which texts are ASCII."""
    if lines.isascii():
        return np.ones(len(raw), np.bool_)
    are_ascii: NDArray[np.bool_] = pc.string_is_ascii(raw).to_numpy(zero_copy_only=False)
    return are_ascii


_READERS: dict[Kind, Callable[[list[Any]], Measured]] = {
    str: _texts,
    int: _integers,
    bool: _booleans,
    msgspec.Raw: _raws,
}

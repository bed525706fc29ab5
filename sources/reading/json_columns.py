"""Turns decoded JSON objects into columns of text, and measures how long their lines must at least have been."""

from collections.abc import Callable
from dataclasses import dataclass
from operator import attrgetter
from typing import Any

import msgspec
import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from sources.reading.json_shapes import Kind, Shape
from sources.reading.nested_text import uniform
from sources.reading.text_columns import letters_of, text_column

_NULL_LETTERS = len("null")
_QUOTES = 2
_QUOTE, _BEGIN, _OPEN, _LINE_FEED = (ord(letter) for letter in '"[{\n')


@dataclass(frozen=True)
class Measured:
    """A field's texts, and per row the letters and quotes that it takes up in its line, its name left out.

    `is_present` is None where the field stands in every line; `is_odd` where no text is in doubt.
    """

    texts: pa.StringArray
    letters: NDArray[np.int64]
    quotes: NDArray[np.int64]
    is_present: NDArray[np.bool_] | None = None
    is_odd: NDArray[np.bool_] | None = None


def columns(shape: Shape, objects: list[Any]) -> dict[str, Measured]:
    """Reads each field of decoded objects."""
    return {
        name: _READERS[kind](list(map(attrgetter(f"f{place}"), objects)))
        for place, (name, kind) in enumerate(shape.kinds)
    }


def _texts(values: list[str | None]) -> Measured:
    texts = pa.array(values, pa.string())
    return _measured(texts, _QUOTES)


def _integers(values: list[int | None]) -> Measured:
    try:
        texts = pc.cast(pa.array(values, pa.int64()), pa.string())
    except (OverflowError, pa.ArrowInvalid):  # beyond 64 bits
        texts = pa.array([None if value is None else str(value) for value in values], pa.string())
    return _measured(texts, 0)


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
    ends = np.flatnonzero(np.frombuffer(lines, np.uint8) == _LINE_FEED)
    raw = text_column(lines.replace(b"\n", b""), (ends - np.arange(len(ends))).astype(np.int32))
    lengths = pc.binary_length(raw).to_numpy().astype(np.int64)
    is_odd = np.zeros(len(raw), np.bool_)
    if b"\\" in lines:
        is_odd = pc.match_substring(raw, "\\").to_numpy(zero_copy_only=False)
        raw = pc.if_else(is_odd, "null", raw)
    first = _first_letters(raw)
    is_present, is_text = first != 0, first == _QUOTE
    texts = _unquoted(raw, is_text)
    is_nested = (first == _BEGIN) | (first == _OPEN)
    quotes = _QUOTES * is_text.astype(np.int64)
    if is_nested.any():
        nested = raw.filter(pa.array(is_nested))
        quotes[is_nested] = pc.count_substring(nested, '"').to_numpy()
        written, is_odd[is_nested] = _nested(nested)
        texts = pc.replace_with_mask(texts, pa.array(is_nested), written)
    return Measured(texts, lengths, quotes, is_present, is_odd)


def _first_letters(raw: pa.StringArray) -> NDArray[np.uint8]:
    """Looks up the first letter of each text; 0 where it has none."""
    letters, offsets, _ = letters_of(raw)
    first = letters[np.minimum(offsets[:-1], len(letters) - 1)] if len(letters) else np.zeros(len(raw), np.uint8)
    return np.where(offsets[1:] > offsets[:-1], first, 0)


def _unquoted(raw: pa.StringArray, is_text: NDArray[np.bool_]) -> pa.StringArray:
    """Takes the quotes off texts that hold none, makes `null` and nothing NULL, and 0 of an integer zero with a sign."""
    plain = pc.if_else(pc.equal(raw, "-0"), "0", raw)
    plain = pc.if_else(pc.or_(pc.equal(raw, "null"), pc.equal(raw, "")), None, plain)
    if not is_text.any():
        return plain
    bare = pc.utf8_slice_codeunits(raw.filter(pa.array(is_text)), 1, -1)
    return pc.replace_with_mask(plain, pa.array(is_text), bare)


def _nested(raw: pa.StringArray) -> tuple[pa.StringArray, NDArray[np.bool_]]:
    """Writes arrays and objects uniformly, and says which are left to the standard library."""
    is_ascii = pc.string_is_ascii(raw)
    texts, is_odd = uniform(pc.if_else(is_ascii, raw, "[]"))
    return texts, is_odd | ~is_ascii.to_numpy(zero_copy_only=False)


_READERS: dict[Kind, Callable[[list[Any]], Measured]] = {
    str: _texts,
    int: _integers,
    bool: _booleans,
    msgspec.Raw: _raws,
}

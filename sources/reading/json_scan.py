"""Where the fields of JSON objects stand, one object per line, found by compiled code.

A line is plain if it is one object, strictly by the grammar, of fields that the source names, none twice, without an
escape; inside nested values also without a character beyond printable ASCII. Other lines are left to a slower reader
that tells what is wrong, or that nothing is.
"""

import numpy as np
from numpy.typing import NDArray

from pumploss.compiled import compiled
from sources.reading.json_nested import SCRATCH_WORDS, nested
from sources.reading.json_tokens import literal_end, number_end, skip, text_end
from sources.reading.physical_lines import Block
from sources.reading.spans import Spans
from sources.reading.verdicts import ODD, PLAIN, PLAIN_IF_UTF8
from sources.reading.words import WORD_BYTES, byte, number

_QUOTE, _COMMA, _COLON, _OPEN, _CLOSE, _BEGIN = (ord(letter) for letter in '",:{}[')
_NULL = ord("n")


def scan(block: Block, fields: tuple[str, ...]) -> tuple[Spans, NDArray[np.uint8]]:
    """Where the fields of a block's lines stand, and per line `PLAIN`, `PLAIN_IF_UTF8` or `ODD`."""
    names = [name.encode() for name in fields]
    places = np.cumsum([0, *map(len, names)], dtype=np.int64)
    spans = Spans.of(block.data, len(fields), len(block))
    verdicts = np.zeros(len(block), np.uint8)
    _scan(
        spans.letters,
        block.starts,
        block.ends,
        np.frombuffer(b"".join(names), np.uint8),
        places,
        spans.begins,
        spans.lengths,
        spans.is_nested,
        verdicts,
    )
    return spans, verdicts


@compiled
def _scan(
    letters: NDArray[np.uint8],
    starts: NDArray[np.int64],
    ends: NDArray[np.int64],
    names: NDArray[np.uint8],
    places: NDArray[np.int64],
    begins: NDArray[np.int32],
    lengths: NDArray[np.int32],
    is_nested: NDArray[np.bool_],
    verdicts: NDArray[np.uint8],
) -> None:
    """Fills in the spans and verdicts of all lines."""
    expected = np.zeros(len(places), np.int64)  # the field of each key of the line before, by its order
    scratch = np.zeros(SCRATCH_WORDS, np.uint64)
    text = letters.ctypes.data
    for row in range(len(starts)):
        end = ends[row]
        at = skip(text, starts[row], end)
        if at >= end or letters[at] != _OPEN:
            verdicts[row] = ODD
            continue
        at = skip(text, at + 1, end)
        if at < end and letters[at] == _CLOSE:
            verdicts[row] = PLAIN if skip(text, at + 1, end) >= end else ODD
            continue
        verdict, order = PLAIN, 0
        while at >= 0:
            field, at = _key(text, at, end, names.ctypes.data, places.ctypes.data, len(places) - 1, expected[order])
            if field < 0 or begins[field, row] != 0:
                break
            expected[order] = field
            order += 1
            at, begin, length, is_ascii = _value(text, at, end, scratch.ctypes.data)
            begins[field, row], lengths[field, row] = begin, length
            is_nested[field, row] = letters[begin] == _OPEN or letters[begin] == _BEGIN
            is_nested[field, row] &= letters[begin - 1] != _QUOTE
            verdict = verdict if is_ascii else PLAIN_IF_UTF8
            at = skip(text, at, end) if at >= 0 else end
            letter = letters[at] if at < end else 0
            if letter == _CLOSE:
                break
            at = skip(text, at + 1, end) if letter == _COMMA else -1
        is_whole = field >= 0 and 0 <= at < end and letters[at] == _CLOSE and skip(text, at + 1, end) >= end
        verdicts[row] = verdict if is_whole else ODD


@compiled
def _key(text: int, at: int, end: int, names: int, places: int, fields: int, likely: int) -> tuple[int, int]:
    """The field that a key names, -1 for what is no known key, and the place of its value."""
    if at >= end or byte(text, at) != _QUOTE:
        return -1, at
    stop, _ = text_end(text, at + 1, end, False)
    if stop < 0:
        return -1, at
    field = likely
    if not _is_name(text, at + 1, stop, names, places, likely):
        field = -1
        for other in range(fields):
            if _is_name(text, at + 1, stop, names, places, other):
                field = other
                break
    at = skip(text, stop + 1, end)
    if at >= end or byte(text, at) != _COLON:
        return -1, at
    return field, skip(text, at + 1, end)


@compiled
def _is_name(text: int, at: int, stop: int, names: int, places: int, field: int) -> bool:
    """Whether a text is the name of a field."""
    first, last = number(places, WORD_BYTES * field), number(places, WORD_BYTES * (field + 1))
    if last - first != stop - at:
        return False
    is_same = True
    for step in range(stop - at):
        is_same &= byte(text, at + step) == byte(names, first + step)
    return is_same


@compiled
def _value(text: int, at: int, end: int, scratch: int) -> tuple[int, int, int, bool]:
    """The place after a value (-1 if it is odd), where its text begins, its length (-1 for null), and is it ASCII."""
    if at >= end:
        return -1, 0, -1, True
    letter = byte(text, at)
    if letter == _QUOTE:
        stop, is_ascii = text_end(text, at + 1, end, False)
        return stop + (stop >= 0), at + 1, stop - at - 1, is_ascii
    if letter in (_OPEN, _BEGIN):
        stop, length = nested(text, at, end, scratch)
        return stop, at, length, True
    stop = literal_end(text, at, end)
    if stop < 0:
        stop = number_end(text, at, end)
    return stop, at, -1 if letter == _NULL else stop - at, True

"""Where the fields of CSV lines stand, found by compiled code.

A line is plain if it has no quote and no control, and as many commas as the header; an empty field is NULL. Other lines
are left to a slower reader.
"""

import numpy as np
from numpy.typing import NDArray

from pumploss.compiled import compiled
from sources.reading.physical_lines import Block
from sources.reading.spans import Spans
from sources.reading.verdicts import ODD, PLAIN, PLAIN_IF_UTF8
from sources.reading.words import EACH, HIGH, WORD_BYTES, byte, lowest_byte, word

_QUOTE, _COMMA, _SPACE, _BEYOND_ASCII = ord('"'), ord(","), ord(" "), 128
_QUOTES, _COMMAS, _SPACES = (EACH * np.uint64(letter) for letter in (_QUOTE, _COMMA, _SPACE))
_NONE = np.uint64(0)


def scan(block: Block, fields: int) -> tuple[Spans, NDArray[np.uint8]]:
    """Where the fields of a block's lines stand, and per line `PLAIN`, `PLAIN_IF_UTF8` or `ODD`."""
    spans = Spans.of(block.data, fields, len(block))
    verdicts = np.zeros(len(block), np.uint8)
    _scan(spans.letters, block.starts, block.ends, spans.begins, spans.lengths, verdicts)
    return spans, verdicts


@compiled
def _scan(
    letters: NDArray[np.uint8],
    starts: NDArray[np.int64],
    ends: NDArray[np.int64],
    begins: NDArray[np.int32],
    lengths: NDArray[np.int32],
    verdicts: NDArray[np.uint8],
) -> None:
    """Fills in the spans and verdicts of all lines."""
    text, last = letters.ctypes.data, len(begins) - 1
    for row in range(len(starts)):
        at, end, begin, field = starts[row], ends[row], starts[row], 0
        strange, high = _NONE, _NONE
        while at < end:
            eight = word(text, at) if at + WORD_BYTES <= end else _padded(text, at, end)
            quotes = eight ^ _QUOTES
            strange |= ((quotes - EACH) & ~quotes) | ((eight - _SPACES) & ~eight)
            high |= eight
            commas = _equal(eight ^ _COMMAS)
            while commas != _NONE:
                comma = at + lowest_byte(commas)
                commas &= commas - np.uint64(1)
                if field < last:
                    begins[field, row], lengths[field, row] = begin, comma - begin if comma > begin else -1
                field += 1
                begin = comma + 1
            at += WORD_BYTES
        if field == last:
            begins[last, row], lengths[last, row] = begin, end - begin if end > begin else -1
        verdicts[row] = PLAIN if high & HIGH == _NONE else PLAIN_IF_UTF8
        if field != last or strange & HIGH != _NONE:
            verdicts[row] = ODD


@compiled
def _padded(text: int, at: int, end: int) -> np.uint64:
    """The last bytes of a line as a word that is filled up with spaces."""
    value = _SPACES
    for place in range(end - at):
        bits = np.uint64(8 * place)
        value ^= (np.uint64(byte(text, at + place)) ^ np.uint64(_SPACE)) << bits
    return value


@compiled
def _equal(differences: np.uint64) -> np.uint64:
    """The top bit of every byte that is 0, exactly."""
    low = ~HIGH
    return ~(((differences & low) + low) | differences | low)

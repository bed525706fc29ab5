"""Decodes lines of JSON objects many at once by msgspec, and names the lines that it leaves to the standard library.

msgspec takes a line feed for white space between and inside objects. Where each line begins with `{` and ends with `}`
and there are as many objects as lines, each line is one object: a line feed inside an object would stand between `}`
and `{`, which no JSON allows there.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

import msgspec
import numpy as np
from numpy.typing import NDArray

from sources.reading.json_shapes import Fault, Shape
from sources.reading.json_text import read_object
from sources.reading.physical_lines import Block

#: How many lines of a block may hold a field unexpectedly, each read alone, before the field may hold anything.
_PATIENCE = 16
#: How many lines show a file's shape.
_LOOKED_AT = 20
_OPEN, _CLOSE = ord("{"), ord("}")


@dataclass
class Decoded:
    """Objects of one shape, and the rows of the block that they are."""

    shape: Shape
    objects: list[Any] = field(default_factory=list)
    ranges: list[NDArray[np.int64]] = field(default_factory=list)

    @property
    def rows(self) -> NDArray[np.int64]:
        """The row of each object, in order."""
        return np.concatenate([np.zeros(0, np.int64), *self.ranges])


class Decoder:
    """Decodes the blocks of one file; what it learns of the file's fields it keeps."""

    def __init__(self, known: tuple[str, ...]) -> None:
        self._known = known
        self._shape = Shape()
        self._misfits: dict[str, int] = {}

    def decode(self, block: Block) -> list[Decoded]:
        """Decodes the lines that are objects of known fields; what it leaves out may be so all the same."""
        if not self._shape.kinds:
            self._learn(block)
        self._misfits.clear()
        decoded: list[Decoded] = []
        for first, after in _runs(block, _may_be_objects(block)):
            for start, objects in self._decode(block, first, after):
                if not decoded or decoded[-1].shape != self._shape:
                    decoded.append(Decoded(self._shape))
                decoded[-1].objects += objects
                decoded[-1].ranges.append(np.arange(start, start + len(objects)))
        return decoded

    def _learn(self, block: Block) -> None:
        """Takes the shape of the first lines that are objects."""
        records = (read_object(block.line(row)) for row in range(min(len(block), _LOOKED_AT)))
        self._shape = Shape.of([record for record in records if isinstance(record, dict)], self._known)

    def _decode(self, block: Block, first: int, after: int) -> Iterator[tuple[int, list[Any]]]:
        """Decodes a run of lines, cut at those that do not fit: yields the first row and the objects of each piece."""
        text, pending = memoryview(block.data), [(first, after, False)]
        while pending:
            first, after, is_cut_again = pending.pop()
            if first == after:
                continue
            begin, end = int(block.starts[first]), int(block.stops[after - 1])
            try:
                objects = self._shape.decoder.decode_lines(text[begin:end])
            except (msgspec.MsgspecError, RecursionError) as error:
                fault = Fault.of(error)
                self._note(fault)
                pending += _cut(block, first, after, fault, is_cut_again)
                continue
            if len(objects) == after - first:
                yield first, objects
            else:
                pending += _apart(block, first, after)

    def _note(self, fault: Fault) -> None:
        """Lets a field hold anything once it has been in the way too often."""
        if fault.field in self._known:
            self._misfits[fault.field] = self._misfits.get(fault.field, 0) + 1
            if self._misfits[fault.field] == _PATIENCE:
                self._shape = self._shape.widened(fault.field)


def _cut(block: Block, first: int, after: int, fault: Fault, is_cut_again: bool) -> list[tuple[int, int, bool]]:
    """Cuts a run at its faulty line: answers what is behind it, then what is before it; or its halves."""
    if fault.byte is not None:
        bad = int(np.searchsorted(block.starts, block.starts[first] + fault.byte, "right")) - 1
    elif fault.object is not None:
        bad = first + fault.object
    elif is_cut_again and after - first > 1:
        # Something is cut short, and it is not the last line: look for it in each half.
        middle = (first + after) // 2
        return [(middle, after, False), (first, middle, False)]
    else:
        bad = after - 1
    bad = min(max(bad, first), after - 1)
    return [(bad + 1, after, False), (first, bad, True)]


def _apart(block: Block, first: int, after: int) -> list[tuple[int, int, bool]]:
    """Cuts a run in which some line holds two objects, at such lines where they are plain to see, else in the middle.

    What comes last stands first in the answer.
    """
    if after - first == 1:
        return []
    begin = int(block.starts[first])
    letters = np.frombuffer(block.data, np.uint8, int(block.stops[after - 1]) - begin, begin)
    seams = np.flatnonzero((letters[:-1] == _CLOSE) & (letters[1:] == _OPEN)) + begin
    bad = np.unique(np.searchsorted(block.starts, seams, "right") - 1).tolist()
    if not bad:
        middle = (first + after) // 2
        return [(middle, after, False), (first, middle, False)]
    runs = zip([first, *(row + 1 for row in bad)], [*bad, after], strict=True)
    return [(start, end, False) for start, end in runs][::-1]


def _may_be_objects(block: Block) -> NDArray[np.bool_]:
    """Tells which lines are UTF-8, and begin and end as an object does."""
    letters = np.frombuffer(block.data, np.uint8)
    may_be: NDArray[np.bool_] = (letters[block.starts] == _OPEN) & (letters[block.ends - 1] == _CLOSE)
    return may_be & block.are_utf8()


def _runs(block: Block, may_be_objects: NDArray[np.bool_]) -> Iterator[tuple[int, int]]:
    """Yields the first row and the one behind the last of each run of lines with nothing but blank lines between."""
    rows = np.flatnonzero(may_be_objects)
    if not len(rows):
        return
    long_before = np.searchsorted([line.number for line in block.long], block.numbers[rows])
    ends = np.flatnonzero((np.diff(rows) != 1) | (np.diff(long_before) != 0)) + 1
    for run in np.split(rows, ends):
        yield int(run[0]), int(run[-1]) + 1

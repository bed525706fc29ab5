"""Decodes lines of JSON objects by msgspec, and leaves those that do not fit to the standard library.

msgspec takes a line feed for white space between and inside objects. Where each line begins with `{` and ends with `}`
and there are as many objects as lines, each line is one object: a line feed inside an object would stand between `}`
and `{`, which no JSON allows there. Where that does not hold, the lines of the block are decoded one by one.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from typing import Any

import msgspec
import numpy as np
from numpy.typing import NDArray

from sources.reading.json_shapes import Shape, misfit
from sources.reading.json_text import read_object
from sources.reading.physical_lines import Block

#: How many lines of a block may hold a field unexpectedly before the field may hold anything.
_PATIENCE = 16
#: How many lines show a file's shape.
_LOOKED_AT = 20
_OPEN, _CLOSE = ord("{"), ord("}")


@dataclass
class Decoded:
    """Objects of one shape, and the rows of the block that they are."""

    shape: Shape
    objects: list[Any] = field(default_factory=list)
    places: list[int] = field(default_factory=list)

    @property
    def rows(self) -> NDArray[np.int64]:
        """The row of each object, in order."""
        return np.array(self.places, np.int64)


class Decoder:
    """Decodes the blocks of one file; what it learns of the file's fields it keeps."""

    def __init__(self, known: tuple[str, ...]) -> None:
        self._known = known
        self._shape = Shape()

    def decode(self, block: Block) -> list[Decoded]:
        """Decodes the lines that are objects of known fields; what it leaves out may be so all the same."""
        if not self._shape.kinds:
            self._learn(block)
        rows = np.flatnonzero(_may_be_objects(block))
        try:
            objects = self._shape.decoder.decode_lines(block.pick(rows).joined())
        except (msgspec.MsgspecError, RecursionError):
            objects = []
        if len(objects) == len(rows):
            return [Decoded(self._shape, objects, rows.tolist())]
        return list(self._one_by_one(block, rows.tolist()))

    def _learn(self, block: Block) -> None:
        """Takes the shape of the first lines that are objects."""
        records = (read_object(block.line(row)) for row in range(min(len(block), _LOOKED_AT)))
        self._shape = Shape.of([record for record in records if isinstance(record, dict)], self._known)

    def _one_by_one(self, block: Block, rows: Iterable[int]) -> Iterator[Decoded]:
        """Decodes lines each for itself; a field that is in the way too often may hold anything from then on."""
        misfits: dict[str, int] = {}
        decoded, decode = Decoded(self._shape), self._shape.decoder.decode
        starts, ends = block.starts.tolist(), block.ends.tolist()
        for row in rows:
            try:
                decoded.objects.append(decode(block.data[starts[row] : ends[row]]))
                decoded.places.append(row)
            except (msgspec.MsgspecError, RecursionError) as error:
                name = misfit(error)
                if name in self._known:
                    misfits[name] = misfits.get(name, 0) + 1
                    if misfits[name] == _PATIENCE:
                        yield decoded
                        self._shape = self._shape.widened(name)
                        decoded, decode = Decoded(self._shape), self._shape.decoder.decode
        yield decoded


def _may_be_objects(block: Block) -> NDArray[np.bool_]:
    """Tells which lines are UTF-8, and begin and end as an object does."""
    letters = np.frombuffer(block.data, np.uint8)
    may_be: NDArray[np.bool_] = (letters[block.starts] == _OPEN) & (letters[block.ends - 1] == _CLOSE)
    return may_be & block.are_utf8()

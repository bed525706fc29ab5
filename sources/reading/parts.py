"""Puts the records of a block together: those that were read at once, and those that were read one by one."""

from collections.abc import Callable
from dataclasses import dataclass, field

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from pumploss.reasons import Reason
from sources.reading.physical_lines import Block
from sources.reading.records import ReadBlock, Records, Refused, refuse

#: Reads the values of a line in the order of the fields, or says why it has none.
ReadLine = Callable[[bytes], list[str | None] | tuple[Reason, str]]


@dataclass(frozen=True)
class Part:
    """Some rows of a block, in order, and their texts by field; only those count that are `kept`, or all.

    `integers` are what those fields hold that were read as integers; they are only handed on of a block in one part.
    """

    rows: NDArray[np.int64]
    texts: dict[str, pa.StringArray]
    kept: NDArray[np.bool_] | None = None
    integers: dict[str, pa.Int64Array] = field(default_factory=dict)

    @property
    def places(self) -> NDArray[np.int64]:
        """Where the rows that count stand among all."""
        return np.arange(len(self.rows)) if self.kept is None else np.flatnonzero(self.kept)


def completed(block: Block, parts: list[Part], names: tuple[str, ...], read_line: ReadLine) -> ReadBlock:
    """Reads the lines of a block that are in none of the parts one by one, and puts all in the order of the lines."""
    is_odd = np.ones(len(block), np.bool_)
    for part in parts:
        is_odd[part.rows[part.places]] = False
    odd, refused = _one_by_one(block, np.flatnonzero(is_odd), names, read_line)
    whole = _in_order([*parts, odd])
    lines = block.pick(whole.rows)
    return Records(whole.texts, lines.numbers, lines.raw, whole.integers), refused


def _one_by_one(
    block: Block, odd: NDArray[np.int64], names: tuple[str, ...], read_line: ReadLine
) -> tuple[Part, list[Refused]]:
    """Reads odd lines: those with fields, and the refused ones."""
    rows: list[int] = []
    values: list[list[str | None]] = []
    refused: list[Refused] = []
    for row in odd.tolist():
        read = read_line(block.line(row))
        if isinstance(read, list):
            rows.append(row)
            values.append(read)
        else:
            refused.append(refuse(int(block.numbers[row]), *read, block.raw(row)))
    columns = zip(*values, strict=True) if values else [()] * len(names)
    texts = {name: pa.array(column, pa.string()) for name, column in zip(names, columns, strict=True)}
    return Part(np.array(rows, np.int64), texts), refused


def _in_order(parts: list[Part]) -> Part:
    """Puts parts of a block together in the order of its lines."""
    parts = [part for part in parts if len(part.rows)] or parts[:1]
    if len(parts) == 1 and len(parts[0].places) == len(parts[0].rows):
        return parts[0]
    rows = np.concatenate([part.rows for part in parts])
    starts = np.cumsum([0, *(len(part.rows) for part in parts)])
    places = np.concatenate([start + part.places for start, part in zip(starts, parts, strict=False)])
    places = places[np.argsort(rows[places])]
    chosen = pa.array(places)
    texts = {name: pa.concat_arrays([part.texts[name] for part in parts]).take(chosen) for name in parts[0].texts}
    return Part(rows[places], texts)

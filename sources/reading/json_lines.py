"""Reads lines of JSON objects as columns of text: many at once by msgspec, odd ones by the standard library.

msgspec takes a name that stands twice without a word. But a line is as long as what was read of it, written without
white space and escapes, or it holds something more. Where it is longer and has no escape, its quotes are counted: a
name that stands twice has two more than were read. Lines of which neither is so are odd.
"""

from collections import Counter

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from pumploss.reasons import Reason
from sources.reading.fields import Fields
from sources.reading.json_columns import Measured, columns
from sources.reading.json_decoding import Decoded, Decoder
from sources.reading.json_text import read_line, read_object
from sources.reading.parts import Part, completed
from sources.reading.physical_lines import Block
from sources.reading.records import ReadBlock


class JsonReader:
    """Reads the blocks of one file."""

    def __init__(self, fields: Fields) -> None:
        self._fields = fields
        self._decoder = Decoder(fields.all_fields)
        #: How many records lack each field that every record of the source has.
        self.lacking: Counter[str] = Counter()

    def read(self, block: Block) -> ReadBlock:
        """Reads the block's records by field, and the lines that have no fields."""
        sure = [self._sure(block, decoded) for decoded in self._decoder.decode(block)]
        return completed(block, sure, self._fields.all_fields, self._odd)

    def _sure(self, block: Block, decoded: Decoded) -> Part:
        """Reads decoded objects, without those whose lines may hold more than was decoded."""
        rows, measured = decoded.rows, columns(decoded.shape, decoded.objects)
        is_sure = _are_whole(block, rows, measured)
        for column in measured.values():
            if column.is_odd is not None:
                is_sure &= ~column.is_odd
        for name in self._fields.always_present:
            if name not in measured:
                self.lacking[name] += int(is_sure.sum())
            elif (is_present := measured[name].is_present) is not None:
                self.lacking[name] += int((is_sure & ~is_present).sum())
        absent = pa.nulls(len(rows), pa.string())
        texts = {name: measured[name].texts if name in measured else absent for name in self._fields.all_fields}
        integers = {name: column.integers for name, column in measured.items() if column.integers is not None}
        return Part(rows, texts, is_sure, integers)

    def _odd(self, line: bytes) -> list[str | None] | tuple[Reason, str]:
        """Reads a line by the standard library."""
        values = read_line(line, self._fields)
        if isinstance(values, list) and None in values[: len(self._fields.fields)]:
            record = read_object(line)
            self.lacking.update(name for name in self._fields.always_present if name not in record)
        return values


def _are_whole(block: Block, rows: NDArray[np.int64], measured: dict[str, Measured]) -> NDArray[np.bool_]:
    """Tells which lines hold nothing but what was read of them; see the top of the module."""
    letters, names, quotes = np.ones(len(rows), np.int64), np.zeros(len(rows), np.int64), np.zeros(len(rows), np.int64)
    for name, column in measured.items():
        # Two quotes, a colon, and a comma or the brace at the end.
        own = column.letters + (len(name.encode()) + 4)
        letters += own if column.is_present is None else np.where(column.is_present, own, 0)
        names += 1 if column.is_present is None else column.is_present
        quotes += column.quotes
    is_whole: NDArray[np.bool_] = letters == (block.ends - block.starts)[rows]
    for place in np.flatnonzero(~is_whole).tolist():
        line = block.line(rows[place])
        is_whole[place] = line.count(b'"') == 2 * names[place] + quotes[place] and b"\\" not in line
    return is_whole

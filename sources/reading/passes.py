"""Passes over a file twice: checks whether it can be trusted, then reads its records.

The first 64 MiB of a text are read in the first pass already, while the rest is inflated, and kept; the rest is
inflated again and read in the second, so memory does not grow with the file. Both passes must then have seen the same
bytes.
"""

from collections.abc import Generator, Iterator
from contextlib import closing
from dataclasses import dataclass, replace
from datetime import date
from itertools import islice
from typing import TYPE_CHECKING

import pyarrow as pa

from pumploss.ahead import ahead
from pumploss.errors import LandingError
from pumploss.reasons import FileReason
from sources.reading import csv_lines, json_text, parquet
from sources.reading.fields import Fields
from sources.reading.file_format import Format, format_of
from sources.reading.files import FileRefusedError, Stored, inflated, opened
from sources.reading.json_lines import JsonReader
from sources.reading.physical_lines import Block, blocks
from sources.reading.records import ReadBlock, refuse_long

if TYPE_CHECKING:
    from fsspec import AbstractFileSystem

#: How much inflated text at the head of a file is read in the first pass.
HELD_BYTES = 64 << 20


@dataclass(frozen=True)
class FileRef:
    """A landed file: where it is, its name below the landing root, and its dump day."""

    path: str
    name: str
    dump_day: date


@dataclass(frozen=True)
class Checked:
    """What the first pass found out: `records`, or why the file is refused.

    `held` are the blocks at the head of a text that were read already: all of them if `is_all_held`.
    """

    sha256: str
    records: int | None = None
    refused: FileRefusedError | None = None
    held: tuple[ReadBlock, ...] = ()
    is_all_held: bool = False
    reader: "_TextReader | None" = None

    @property
    def lacking(self) -> dict[str, int]:
        """How many of the records that were read so far lack each field that they should have."""
        return {} if self.reader is None else dict(self.reader.json.lacking)  # a copy: another thread reads on


class _TextReader:
    """Reads the blocks of one text, in order."""

    def __init__(self, fields: Fields, layout: Format) -> None:
        self._fields = fields
        self._layout = layout
        self._names: list[str] = []
        self.json = JsonReader(fields)

    def read(self, block: Block) -> ReadBlock:
        """Reads a block's records, and the lines that are none; the first line of a CSV is its header."""
        lines = block
        if self._layout is Format.CSV and not self._names and len(block):
            self._names = csv_lines.header(self._fields, block.line(0))
            lines = block.pick(slice(1, None))
        records, refused = self._split(lines)
        for name in self._fields.ignored:
            records.columns.setdefault(name, pa.nulls(len(records), pa.string()))
        return records, refused + [refuse_long(line) for line in block.long]

    def _split(self, lines: Block) -> ReadBlock:
        if self._layout is Format.CSV:
            return csv_lines.read(lines, self._names, self._fields.ignored)
        return self.json.read(lines)


def check(fields: Fields, landed: FileRef, storage: "AbstractFileSystem") -> Checked:
    """Checks a file, in the first pass."""
    with opened(storage, landed.path) as handle:
        stored = Stored(handle)
        try:
            layout, codec = _layout(fields, landed)
            if layout is Format.PARQUET:
                count = sum(len(records) for records in parquet.records(stored, fields))
                return Checked(stored.sha256(), count)
            with closing(ahead(inflated(stored, codec))) as text:
                checked = _check_text(fields, layout, blocks(text))
        except FileRefusedError as refused:
            return Checked(stored.sha256(), refused=refused)
        return replace(checked, sha256=stored.sha256())


def _check_text(fields: Fields, layout: Format, text: Iterator[Block]) -> Checked:
    """Counts the records in a text, and reads its head while the rest is inflated; raises FileRefusedError."""
    count, size, is_first = 0, 0, True
    held: list[ReadBlock] = []
    reader = _TextReader(fields, layout)
    for block in text:
        if is_first and block.records:
            _judge_first(fields, layout, block)
            count, is_first = count - (layout is Format.CSV), False
        count += block.records
        size += len(block.data)
        if size <= HELD_BYTES:
            held.append(reader.read(block))
    if is_first and layout is Format.CSV:
        raise FileRefusedError(
            FileReason.EMPTY,
            f"no header; a day without trades has one: {','.join(fields.all_fields)}",
        )
    return Checked("", count, held=tuple(held), is_all_held=size <= HELD_BYTES, reader=reader)


def _judge_first(fields: Fields, layout: Format, block: Block) -> None:
    """Judges the file by its first line; raises FileRefusedError."""
    is_long = not len(block) or (block.long and block.long[0].number < block.numbers[0])
    line = block.long[0].head if is_long else block.line(0)
    if layout is Format.CSV:
        csv_lines.header(fields, line)
    else:
        json_text.check_first(line)


def _layout(fields: Fields, landed: FileRef) -> tuple[Format, str | None]:
    """Answers the file's format and codec; raises FileRefusedError where the source has no such format."""
    layout = format_of(landed.name)
    if layout is None or layout[0] not in fields.formats:
        expected = ", ".join(fields.formats)
        raise FileRefusedError(FileReason.FORMAT, f"{fields.name} is read from {expected}; land it as that")
    return layout


def read(fields: Fields, landed: FileRef, storage: "AbstractFileSystem", checked: Checked) -> Generator[ReadBlock]:
    """Reads a file's records block by block, with the lines that are none, in the second pass.

    While one block is interpreted the next is read, so a file keeps two cores busy.
    """
    with closing(ahead(_read(fields, landed, storage, checked))) as read_blocks:
        yield from read_blocks


def _read(fields: Fields, landed: FileRef, storage: "AbstractFileSystem", checked: Checked) -> Iterator[ReadBlock]:
    yield from checked.held
    if checked.is_all_held:
        return
    _, codec = _layout(fields, landed)
    with opened(storage, landed.path) as handle:
        stored = Stored(handle)
        if checked.reader is None:
            yield from ((records, []) for records in parquet.records(stored, fields))
        else:
            with closing(ahead(inflated(stored, codec))) as text:
                for block in islice(blocks(text), len(checked.held), None):
                    yield checked.reader.read(block)
        if stored.sha256() != checked.sha256:
            raise LandingError(f"{landed.name} changed while it was read; land whole files under new names")

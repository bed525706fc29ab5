"""Passes over a file twice: checks whether it can be trusted, then reads its records.

What inflates to no more than 64 MiB is kept between the passes; the rest is read again, so memory
does not grow with the file. Both passes must then have read the same bytes.
"""

from collections.abc import Iterable, Iterator
from contextlib import closing
from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING

import pyarrow as pa

from pumploss.errors import LandingError
from pumploss.reasons import FileReason
from sources.reading import csv_lines, json_text, parquet
from sources.reading.fields import Fields
from sources.reading.file_format import Format, format_of
from sources.reading.files import FileRefusedError, Stored, ahead, inflated, opened
from sources.reading.json_lines import JsonReader
from sources.reading.physical_lines import Block, blocks
from sources.reading.records import ReadBlock, refuse_long

if TYPE_CHECKING:
    from fsspec import AbstractFileSystem

#: How much inflated text of one file is kept from the first pass for the second.
HELD_BYTES = 64 << 20


@dataclass(frozen=True)
class FileRef:
    """A landed file: where it is, its name below the landing root, and its dump day."""

    path: str
    name: str
    dump_day: date


@dataclass(frozen=True)
class Checked:
    """What the first pass found out: `records` or why the file is refused, and its text if small."""

    sha256: str
    records: int | None = None
    held: list[Block] | None = None
    refused: FileRefusedError | None = None


def check(fields: Fields, landed: FileRef, storage: "AbstractFileSystem") -> Checked:
    """Checks a file, in the first pass."""
    with opened(storage, landed.path) as handle:
        stored = Stored(handle)
        try:
            layout, codec = _layout(fields, landed)
            if layout is Format.PARQUET:
                held = None
                count = sum(len(records) for records in parquet.records(stored, fields))
            else:
                with closing(ahead(inflated(stored, codec))) as text:
                    count, held = _count(fields, layout, blocks(text))
        except FileRefusedError as refused:
            return Checked(stored.sha256(), refused=refused)
        return Checked(stored.sha256(), count, held)


def _count(fields: Fields, layout: Format, text: Iterator[Block]) -> tuple[int, list[Block] | None]:
    """Counts the records in a text, and answers the text if it is small; raises FileRefusedError."""
    count, size, is_first = 0, 0, True
    held: list[Block] | None = []
    for block in text:
        if is_first and block.records:
            _judge_first(fields, layout, block)
            count, is_first = count - (layout is Format.CSV), False
        count += block.records
        size += len(block.data)
        if held is not None and size <= HELD_BYTES:
            held.append(block)
        else:
            held = None
    if is_first and layout is Format.CSV:
        raise FileRefusedError(
            FileReason.EMPTY,
            f"no header; a day without trades has one: {','.join(fields.all_fields)}",
        )
    return count, held


def _judge_first(fields: Fields, layout: Format, block: Block) -> None:
    """Judges the file by its first line; raises FileRefusedError."""
    is_long = not len(block) or (block.long and block.long[0].number < block.numbers[0])
    line = block.long[0].head if is_long else block.line(0)
    if layout is Format.CSV:
        csv_lines.header(fields, line)
    else:
        json_text.check_first(fields, line)


def _layout(fields: Fields, landed: FileRef) -> tuple[Format, str | None]:
    """Answers the file's format and codec; raises FileRefusedError where the source has no such format."""
    layout = format_of(landed.name)
    if layout is None or layout[0] not in fields.formats:
        expected = ", ".join(fields.formats)
        raise FileRefusedError(FileReason.FORMAT, f"{fields.name} is read from {expected}; land it as that")
    return layout


def read(fields: Fields, landed: FileRef, storage: "AbstractFileSystem", checked: Checked) -> Iterator[ReadBlock]:
    """Reads a file's records block by block, with the lines that are none, in the second pass.

    While one block is interpreted the next is read, so a file keeps two cores busy.
    """
    with closing(ahead(_read(fields, landed, storage, checked))) as read_blocks:
        yield from read_blocks


def _read(fields: Fields, landed: FileRef, storage: "AbstractFileSystem", checked: Checked) -> Iterator[ReadBlock]:
    layout, codec = _layout(fields, landed)
    if checked.held is not None:
        yield from _read_text(fields, layout, checked.held)
        return
    with opened(storage, landed.path) as handle:
        stored = Stored(handle)
        if layout is Format.PARQUET:
            yield from ((records, []) for records in parquet.records(stored, fields))
        else:
            yield from _read_text(fields, layout, blocks(inflated(stored, codec)))
        if stored.sha256() != checked.sha256:
            raise LandingError(f"{landed.name} changed while it was read; land whole files under new names")


def _read_text(fields: Fields, layout: Format, text: Iterable[Block]) -> Iterator[ReadBlock]:
    """Reads the records of a text."""
    names: list[str] = []
    json_reader = JsonReader(fields)
    for block in text:
        lines = block
        if layout is Format.CSV and not names and len(block):
            names = csv_lines.header(fields, block.line(0))
            lines = block.pick(slice(1, None))
        records, refused = csv_lines.read(lines, names) if layout is Format.CSV else json_reader.read(lines)
        for name in fields.may_lack:
            records.columns.setdefault(name, pa.nulls(len(records), pa.string()))
        yield records, refused + [refuse_long(line) for line in block.long]

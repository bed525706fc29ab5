"""The two passes over a file: can it be trusted, and what are its records.

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
from sources.declaration import Format, Source
from sources.reading import csv_lines, json_lines, parquet
from sources.reading.files import FileRefusedError, Stored, ahead, format_of, inflated, opened
from sources.reading.physical_lines import Block, blocks
from sources.reading.records import Split, refuse_long

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
class Survey:
    """What the first pass found: `records` or why the file is refused, and its text if small."""

    sha256: str
    records: int | None = None
    held: list[Block] | None = None
    refused: FileRefusedError | None = None


def survey(source: Source, landed: FileRef, storage: "AbstractFileSystem") -> Survey:
    """The first pass."""
    with opened(storage, landed.path) as handle:
        stored = Stored(handle)
        try:
            layout, codec = _layout(source, landed)
            if layout is Format.PARQUET:
                held = None
                count = sum(len(records) for records in parquet.records(stored, source))
            else:
                with closing(ahead(inflated(stored, codec))) as text:
                    count, held = _count(source, layout, blocks(text))
        except FileRefusedError as refused:
            return Survey(stored.sha256(), refused=refused)
        return Survey(stored.sha256(), count, held)


def _count(source: Source, layout: Format, text: Iterator[Block]) -> tuple[int, list[Block] | None]:
    """The number of records in a text, and the text if it is small; raises FileRefusedError."""
    count, size, is_first = 0, 0, True
    held: list[Block] | None = []
    for block in text:
        if is_first and block.records:
            _judge_first(source, layout, block)
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
            f"no header; a day without trades has one: {','.join(source.all_fields)}",
        )
    return count, held


def _judge_first(source: Source, layout: Format, block: Block) -> None:
    """Judges the file by its first line; raises FileRefusedError."""
    is_long = not len(block) or (block.long and block.long[0].number < block.numbers[0])
    line = block.long[0].head if is_long else block.line(0)
    if layout is Format.CSV:
        csv_lines.header(source, line)
    else:
        json_lines.check_first(source, line)


def _layout(source: Source, landed: FileRef) -> tuple[Format, str | None]:
    """The file's format and codec; raises FileRefusedError where the source has no such format."""
    found = format_of(landed.name)
    if found is None or found[0] not in source.formats:
        expected = ", ".join(source.formats)
        raise FileRefusedError(FileReason.FORMAT, f"{source.name} is read from {expected}; land it as that")
    return found


def splits(source: Source, landed: FileRef, storage: "AbstractFileSystem", surveyed: Survey) -> Iterator[Split]:
    """The second pass: the file's records, split into fields, with the lines that could not be.

    While one block is interpreted the next is split, so a file keeps two cores busy.
    """
    with closing(ahead(_splits(source, landed, storage, surveyed))) as found:
        yield from found


def _splits(source: Source, landed: FileRef, storage: "AbstractFileSystem", surveyed: Survey) -> Iterator[Split]:
    layout, codec = _layout(source, landed)
    if surveyed.held is not None:
        yield from _split_text(source, layout, surveyed.held)
        return
    with opened(storage, landed.path) as handle:
        stored = Stored(handle)
        if layout is Format.PARQUET:
            yield from ((records, []) for records in parquet.records(stored, source))
        else:
            yield from _split_text(source, layout, blocks(inflated(stored, codec)))
        if stored.sha256() != surveyed.sha256:
            raise LandingError(f"{landed.name} changed while it was read; land whole files under new names")


def _split_text(source: Source, layout: Format, text: Iterable[Block]) -> Iterator[Split]:
    """The records of a text, block by block."""
    names: list[str] = []
    for block in text:
        lines = block
        if layout is Format.CSV and not names and len(block):
            names = csv_lines.header(source, block.line(0))
            lines = block.pick(slice(1, None))
        is_csv = layout is Format.CSV
        records, refused = csv_lines.split(lines, names) if is_csv else json_lines.split(lines, source)
        for name in source.may_lack:
            records.columns.setdefault(name, pa.nulls(len(records), pa.string()))
        yield records, refused + [refuse_long(line) for line in block.long]

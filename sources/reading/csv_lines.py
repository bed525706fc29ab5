"""Reads lines of CSV as columns of text: plain lines at once by Arrow, odd ones by the standard library.

A line is odd if it holds a quote, a NUL, a carriage return or what is not UTF-8, or a number of commas that the header
does not have. An empty field is NULL, quoted or not: CSV does not tell them apart. A field that is ignored by name may
hold bytes that are not UTF-8.
"""

import csv
from collections.abc import Iterable
from itertools import compress, repeat

import numpy as np
import pyarrow as pa
import pyarrow.csv as arrow_csv
from numpy.typing import NDArray

from pumploss.reasons import FileReason, Reason
from sources.reading.fields import Fields
from sources.reading.files import FileRefusedError
from sources.reading.odd_text import escaped, is_encodable, not_utf8
from sources.reading.parts import Part, completed
from sources.reading.physical_lines import BYTE_ORDER_MARK, Block
from sources.reading.records import ReadBlock


def header(fields: Fields, line: bytes) -> list[str]:
    """Reads the names of a CSV's fields, in its own order; raises FileRefusedError: `binary` or `drift`."""
    if b"\0" in line:
        raise FileRefusedError(FileReason.BINARY, f"NUL bytes in the header {line[:40]!r}; land the CSV itself")
    try:
        text = line.decode("utf-8")
    except UnicodeDecodeError:
        raise FileRefusedError(
            FileReason.BINARY, f"the header {line[:40]!r} is not UTF-8; land the CSV itself"
        ) from None
    try:
        names = next(csv.reader([text], strict=True))
    except csv.Error as error:
        raise FileRefusedError(FileReason.DRIFT, f"the header {text[:80]!r} is not CSV: {error}") from error
    fields.require([name[:80] for name in names], fields.fields)
    return names


def read(block: Block, names: list[str], ignored: tuple[str, ...] = ()) -> ReadBlock:
    """Reads the block's records by field, and the lines that have no fields."""
    mapped = [name not in ignored for name in names]
    return completed(block, [_at_once(block, names)], tuple(names), lambda line: read_line(line, len(names), mapped))


def _may_be_plain(block: Block) -> NDArray[np.bool_]:
    """Tells which lines are UTF-8 and hold nothing that Arrow would read in another way than as a letter."""
    may_be = np.ones(len(block), np.bool_)
    letters = np.frombuffer(block.data, np.uint8)
    for letter in (b'"', b"\0", b"\r"):
        if letter in block.data:
            at = np.flatnonzero(letters == ord(letter))
            rows = np.searchsorted(block.starts, at, "right") - 1
            # One carriage return before the line feed is no part of the line; what stands between lines is in none.
            may_be[rows[(rows >= 0) & (at < block.ends[rows])]] = False
    if BYTE_ORDER_MARK in block.data:
        # Arrow would take it off the first line that it sees.
        may_be &= [not block.data.startswith(BYTE_ORDER_MARK, start) for start in block.starts.tolist()]
    return may_be & block.are_utf8()


def _at_once(block: Block, names: list[str]) -> Part:
    """Reads lines by Arrow that have as many fields as the header."""
    rows = np.flatnonzero(_may_be_plain(block)) if len(block) else np.zeros(0, np.int64)
    if not len(rows):
        return Part(rows, dict.fromkeys(names, pa.array([], pa.string())))
    of_other_width: list[int] = []

    def skip(line: arrow_csv.InvalidRow) -> str:
        of_other_width.append(line.number - 1)
        return "skip"

    text = block.pick(rows).joined()
    table = arrow_csv.read_csv(
        pa.BufferReader(text),
        read_options=arrow_csv.ReadOptions(use_threads=False, column_names=names, block_size=len(text) + 1),
        parse_options=arrow_csv.ParseOptions(
            quote_char=False, double_quote=False, escape_char=False, ignore_empty_lines=False, invalid_row_handler=skip
        ),
        convert_options=arrow_csv.ConvertOptions(
            column_types=dict.fromkeys(names, pa.string()), null_values=[""], strings_can_be_null=True
        ),
    )
    return Part(np.delete(rows, of_other_width), {name: table[name].combine_chunks() for name in names})


def read_line(line: bytes, width: int, mapped: Iterable[bool] | None = None) -> list[str | None] | tuple[Reason, str]:
    """Reads the fields of one line, or says why it has none; an open quote ends with its line.

    `mapped` tells which fields must be text; by default all.
    """
    if b"\0" in line:
        return Reason.ENCODING, f"NUL byte at {line.index(0)}"
    text = line.decode("utf-8", "surrogateescape")
    if text.count('"') % 2:
        return not_utf8(line) or (Reason.UNBALANCED_QUOTE, f"{text.count(chr(34))} quotes in the line")
    try:
        # The csv module takes no field over 128 KiB; a line without quotes does not need it.
        is_plain = text.count(",") == width - 1 and not {'"', "\r"} & set(text)
        fields = text.split(",") if is_plain else next(csv.reader([text], strict=True))
    except csv.Error as error:
        return not_utf8(line) or (Reason.MALFORMED, str(error))
    if len(fields) != width:
        return not_utf8(line) or (Reason.FIELD_COUNT, f"{len(fields)} fields, the header has {width}")
    if fault := not_utf8(line):
        if not all(map(is_encodable, compress(fields, mapped or repeat(True)))):
            return fault
        fields = [escaped(field) for field in fields]
    return [field or None for field in fields]

"""Lines of CSV to fields: plain lines all at once, odd ones one by one.

A line is odd if it holds a quote, a control, what is not UTF-8, or a number of commas that the header does not have. An
empty field is NULL, quoted or not: CSV does not tell them apart.
"""

import csv

import numpy as np
from numpy.typing import NDArray

from pumploss.reasons import FileReason, Reason
from sources.declaration import Source
from sources.reading.csv_scan import scan
from sources.reading.files import FileRefusedError
from sources.reading.physical_lines import Block
from sources.reading.records import Records, Refused, Split, refuse, require_fields
from sources.reading.verdicts import is_odd, without


def header(source: Source, line: bytes) -> list[str]:
    """The names of a CSV's fields, in its own order; raises FileRefusedError: `binary` or `drift`."""
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
    needed = tuple(name for name in source.all_fields if name not in source.may_lack)
    require_fields(source, [name[:80] for name in names], needed)
    return names


def split(block: Block, names: list[str]) -> Split:
    """The block's records by field, and the lines that have no fields."""
    spans, verdicts = scan(block, len(names))
    odd = np.flatnonzero(is_odd(block, verdicts))
    rows, values, refused = _one_by_one(block, odd, len(names))
    kept = without(len(block), odd, rows)
    spans = spans.patched(rows, [[value or None for value in fields] for fields in values])
    columns = {name: spans.column(field, kept) for field, name in enumerate(names)}
    kept_lines = block.pick(kept)
    return Records(columns, kept_lines.numbers, kept_lines.raw), refused


def _one_by_one(block: Block, odd: NDArray[np.int64], width: int) -> tuple[list[int], list[list[str]], list[Refused]]:
    """Odd lines: their rows and fields, and the refused ones."""
    rows, values, refused = [], [], []
    for row in map(int, odd):
        found = fields(block.line(row), width)
        if isinstance(found, list):
            rows.append(row)
            values.append(found)
        else:
            refused.append(refuse(int(block.numbers[row]), *found, block.raw(row)))
    return rows, values, refused


def fields(line: bytes, width: int) -> list[str] | tuple[Reason, str]:
    """The fields of one line, or why it has none; an open quote ends with its line."""
    if b"\0" in line:
        return Reason.ENCODING, f"NUL byte at {line.index(0)}"
    try:
        text = line.decode("utf-8")
    except UnicodeDecodeError as error:
        return Reason.ENCODING, f"byte {line[error.start]:#04x} at {error.start} is not UTF-8"
    if text.count('"') % 2:
        return Reason.UNBALANCED_QUOTE, f"{text.count(chr(34))} quotes in the line"
    try:
        # The csv module takes no field over 128 KiB; a line without quotes does not need it.
        is_plain = text.count(",") == width - 1 and not {'"', "\r"} & set(text)
        found = text.split(",") if is_plain else next(csv.reader([text], strict=True))
    except csv.Error as error:
        return Reason.MALFORMED, str(error)
    if len(found) != width:
        return Reason.FIELD_COUNT, f"{len(found)} fields, the header has {width}"
    return found

"""Lines of CSV to fields: plain lines through Arrow in one piece, odd ones one by one.

A line is odd if it holds a quote, a carriage return inside, a byte that is not ASCII, or a number
of commas that the header does not have. An empty field is NULL, quoted or not: CSV does not tell
them apart.
"""

import csv

import numpy as np
import pyarrow as pa
import pyarrow.csv as arrow_csv
from numpy.typing import NDArray

from jobs.sources.declaration import Source
from jobs.sources.lines import Block
from jobs.sources.reading import FileRefusedError
from jobs.sources.reason import FileReason, Reason
from jobs.sources.records import Records, Refused, Split, refuse, require_fields

_BEYOND_ASCII = 128


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
    odd = _odd(block, len(names) - 1)
    if not odd.any():
        return Records(_plain(block, names), block.numbers, block.raw), []
    plain = _plain(block.pick(~odd), names)
    rows, values, refused = _one_by_one(block, np.flatnonzero(odd), len(names))
    taken = np.concatenate([np.flatnonzero(~odd), np.array(rows, np.int64)])
    order = np.argsort(taken)
    columns = {
        name: pa.concat_arrays([plain[name], pa.array([v[i] or None for v in values], pa.string())]).take(order)
        for i, name in enumerate(names)
    }
    kept = block.pick(taken[order])
    return Records(columns, kept.numbers, kept.raw), refused


def _odd(block: Block, commas: int) -> NDArray[np.bool_]:
    """The lines that cannot be cut at their commas, or hold what needs a look."""
    letters = np.frombuffer(block.data, np.uint8)
    odd: NDArray[np.bool_] = _count(block, letters == ord(",")) != commas
    for suspect in (b'"', b"\r", b"\0"):
        if suspect in block.data:
            odd |= _count(block, letters == suspect[0]) > 0
    if not block.data.isascii():
        odd |= _count(block, letters >= _BEYOND_ASCII) > 0
    return odd


def _count(block: Block, where: NDArray[np.bool_]) -> NDArray[np.int64]:
    """How many of the marked bytes stand in each line."""
    places = np.flatnonzero(where)
    return np.searchsorted(places, block.ends) - np.searchsorted(places, block.starts)


def _plain(block: Block, names: list[str]) -> dict[str, pa.StringArray]:
    """Lines without quotes and with the right number of commas, cut by Arrow."""
    if not len(block):
        return {name: pa.array([], pa.string()) for name in names}
    text = block.joined()
    table = arrow_csv.read_csv(
        pa.BufferReader(text),
        read_options=arrow_csv.ReadOptions(column_names=names, use_threads=False, block_size=len(text) + 1),
        parse_options=arrow_csv.ParseOptions(quote_char=False, ignore_empty_lines=False),
        convert_options=arrow_csv.ConvertOptions(
            column_types={name: pa.string() for name in names},
            null_values=[""],
            strings_can_be_null=True,
            check_utf8=False,
        ),
    ).combine_chunks()
    if table.num_rows != len(block):
        raise AssertionError(f"{len(block)} plain lines were cut into {table.num_rows}")
    return {name: table.column(name).chunk(0) for name in names}


def _one_by_one(block: Block, odd: NDArray[np.int64], width: int) -> tuple[list[int], list[list[str]], list[Refused]]:
    """Odd lines: their rows and fields, and the refused ones."""
    rows, values, refused = [], [], []
    for row in map(int, odd):
        found = _fields(block.line(row), width)
        if isinstance(found, list):
            rows.append(row)
            values.append(found)
        else:
            refused.append(refuse(int(block.numbers[row]), *found, block.raw(row)))
    return rows, values, refused


def _fields(line: bytes, width: int) -> list[str] | tuple[Reason, str]:
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
        fields = next(csv.reader([text], strict=True))
    except csv.Error as error:
        return Reason.MALFORMED, str(error)
    if len(fields) != width:
        return Reason.FIELD_COUNT, f"{len(fields)} fields, the header has {width}"
    return fields

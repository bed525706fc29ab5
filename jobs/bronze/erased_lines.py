"""Drops the lines of erased traders while their file is read: of such a line nothing is kept but its place."""

from collections.abc import Callable, Iterator

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from jobs.bronze.named_keys import candidates
from pumploss.lake.tombstones import Marks
from sources.parsing.schema import PARSED, batch

#: The kind of a row that stands for a dropped line, beside those of `sources.parsing.schema`.
ERASED = "erased"
_PLACE = ("file", "dump_day", "source", "line_number")

Parse = Callable[[Iterator[pa.RecordBatch]], Iterator[pa.RecordBatch]]


def without_erased(parse: Parse, marks: Marks | None) -> Parse:
    """Make a parser for `mapInArrow` that gives a row of kind ERASED for each line that names an erased trader.

    A launch by such a trader stays, without its creator: it is a fact of the coin. A trader is hashed once per batch.
    """
    if marks is None:
        return parse

    def parsed(files: Iterator[pa.RecordBatch]) -> Iterator[pa.RecordBatch]:
        for rows in parse(files):
            yield from _split(rows, marks)

    return parsed


def _split(rows: pa.RecordBatch, marks: Marks) -> Iterator[pa.RecordBatch]:
    creators = _are_erased(rows["creator_address"], marks)
    if creators.any():
        place = PARSED.get_field_index("creator_address")
        blank = pc.if_else(pa.array(creators), None, rows["creator_address"])
        rows = pa.RecordBatch.from_arrays([*rows.columns[:place], blank, *rows.columns[place + 1 :]], schema=PARSED)
    erased = _are_erased(rows["trader_address"], marks) | _name_erased(rows["raw"], marks)
    if not erased.any():
        yield rows
        return
    yield rows.filter(pa.array(~erased))
    gone = rows.select(list(_PLACE)).filter(pa.array(erased))
    values = {name: gone[name] for name in _PLACE}
    yield batch(gone.num_rows, {"kind": pa.repeat(pa.scalar(ERASED), gone.num_rows), **values})


def _are_erased(addresses: pa.Array, marks: Marks) -> NDArray[np.bool_]:
    if addresses.null_count == len(addresses):
        return np.zeros(len(addresses), np.bool_)
    found = addresses.dictionary_encode()
    known = pa.array([marks.hold(address.encode()) for address in found.dictionary.to_pylist()], pa.bool_())
    taken = pc.fill_null(known.take(found.indices), False)
    return np.asarray(taken.to_numpy(zero_copy_only=False), np.bool_)


def _name_erased(lines: pa.Array, marks: Marks) -> NDArray[np.bool_]:
    """Look into refused lines, which are few: whom they name stands anywhere in their text."""
    erased = np.zeros(len(lines), np.bool_)
    for row in np.flatnonzero(lines.is_valid().to_numpy(zero_copy_only=False)).tolist():
        erased[row] = names_erased(lines[row].as_py(), marks)
    return erased


def names_erased(line: str, marks: Marks) -> bool:
    """Tell whether a line names an erased trader, as base58 or inside bytes that are written in base64 or hex."""
    return any(map(marks.hold, candidates(line)))

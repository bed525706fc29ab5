"""Where landed dumps hold a trader. They belong to the operator, so they are read and never changed."""

from collections.abc import Iterator
from functools import reduce

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq
from fsspec.core import url_to_fs

from jobs.erasing.forms import Trader
from sources.landing.folders import LandedFile, Landing
from sources.reading.file_format import Format, format_of
from sources.reading.files import FileRefusedError, Stored, inflated, opened
from sources.reading.physical_lines import blocks


def landed_lines(landing: Landing, trader: Trader) -> dict[str, list[int]]:
    """Lists the lines of every landed file that hold the trader, by the file's name; every dump is read for it.

    A file that cannot be inflated is read as far as it can be.
    """
    found = {file.name: sorted(_lines(file, trader)) for file in _files(landing)}
    return {name: lines for name, lines in found.items() if lines}


def dumps_named_after(landing: Landing, trader: Trader) -> list[str]:
    """Lists the landed files in whose name the address stands."""
    return [file.name for file in _files(landing) if trader.is_in(file.name.encode())]


def _files(landing: Landing) -> Iterator[LandedFile]:
    for name in landing.sources():
        for day in landing.days(name):
            yield from landing.files(name, day)


def _lines(file: LandedFile, trader: Trader) -> Iterator[int]:
    storage, path = url_to_fs(file.path)
    layout, codec = format_of(file.name) or (Format.CSV, None)
    with opened(storage, path) as handle:
        if layout is Format.PARQUET:
            yield from _rows(pq.ParquetFile(handle), trader)
            return
        try:
            for block in blocks(inflated(Stored(handle), codec)):
                yield from (long.number for long in block.long if trader.is_in(long.head))
                if trader.is_in(block.data):
                    held = (row for row in range(len(block)) if trader.is_in(block.line(row)))
                    yield from (int(block.numbers[row]) for row in held)
        except FileRefusedError:
            return


def _rows(file: pq.ParquetFile, trader: Trader) -> Iterator[int]:
    """Numbers the rows of a Parquet file from 1, as its lines are."""
    first = 1
    for batch in file.iter_batches():
        texts = [column.cast(pa.string()) for column in batch.columns if _is_text(column.type)]
        held = reduce(pc.or_, map(trader.are_in, texts), pa.repeat(pa.scalar(False), batch.num_rows))
        yield from (first + np.flatnonzero(held.to_numpy(zero_copy_only=False))).tolist()
        first += batch.num_rows


def _is_text(kind: pa.DataType) -> bool:
    value = kind.value_type if pa.types.is_dictionary(kind) else kind
    return bool(pa.types.is_string(value) or pa.types.is_large_string(value))

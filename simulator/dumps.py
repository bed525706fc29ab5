"""Writes dumps of a simulated market into a landing folder, as the source `canonical` delivers them."""

import hashlib
import io
import json
import os
import zlib
from collections.abc import Callable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Final, Literal

import pyarrow as pa
import pyarrow.csv
import pyarrow.parquet as pq
import zstandard

from simulator.columns import iso_text, to_table
from simulator.day_by_day import DayTape
from simulator.market import Market, tapes

DumpFormat = Literal["csv.gz", "jsonl.zst", "parquet"]

SOURCE: Final = "canonical"
#: Rows turned into text at a time: bounds memory, and fixes the blocks that compression sees.
BLOCK_ROWS: Final = 100_000
#: Most bytes are random identities, where the search for repetitions costs time and finds little: gzip only codes
#: letters by frequency (a sixth larger than level 1, more than twice as fast).
_GZIP_LEVEL: Final = 1
ZSTD_LEVEL: Final = 3
_GZIP_WINDOW: Final = 31  # zlib writes a gzip header without a time
_GZIP_MEMORY: Final = 9
_WORKERS: Final = 2


@dataclass(frozen=True, slots=True)
class WrittenDump:
    """Describes one day's file. `is_new` is False when the same bytes were there, `is_replaced` where others were."""

    path: Path
    day: date
    rows: int
    sha256: str
    is_new: bool
    is_replaced: bool


def write_dumps(
    market: Market,
    landing: str | Path,
    format: DumpFormat = "csv.gz",  # noqa: A002 - the word the command line uses
    days: slice | None = None,
    progress: Callable[[date, int], None] | None = None,
) -> list[WrittenDump]:
    """Write the files `<landing>/canonical/<day>/trades.<format>`, one per day.

    `days` selects by number from 0 (default all). A file appears whole or not at all, and one that already holds the
    same bytes is left alone. `progress` is told each day and its rows, in order.
    """
    first, last, step = (days or slice(None)).indices(market.days)
    wanted = range(first, last, step)
    written: list[WrittenDump] = []

    def finish(future: Future[WrittenDump]) -> None:
        written.append(future.result())
        if progress is not None:
            progress(written[-1].day, written[-1].rows)

    # Compression runs beside the simulation of the next day; few days are in memory at once.
    with ThreadPoolExecutor(_WORKERS) as pool:
        running: list[Future[WrittenDump]] = []
        for tape in _wanted_tapes(market, wanted):
            running.append(pool.submit(_write_day, tape, market.seed, Path(landing), format))
            if len(running) > _WORKERS:
                finish(running.pop(0))
        for future in running:
            finish(future)
    return written


def _wanted_tapes(market: Market, wanted: range) -> Iterator[DayTape]:
    for number, tape in enumerate(tapes(market)):
        if number in wanted:
            yield tape
        if not wanted or number >= max(wanted):
            return


def _write_day(tape: DayTape, seed: int, landing: Path, form: DumpFormat) -> WrittenDump:
    table = to_table(tape, seed)
    path = landing / SOURCE / tape.day.isoformat() / f"trades.{form}"
    path.parent.mkdir(parents=True, exist_ok=True)
    temporary = path.with_name(f".{path.name}.{os.getpid()}.part")
    digest = hashlib.sha256()
    try:
        with temporary.open("wb") as file:
            for block in _WRITERS[form](tape.day, table):
                digest.update(block)
                file.write(block)
            file.flush()
            os.fsync(file.fileno())
        was_there = path.exists()
        is_new = not was_there or _sha256(path) != digest.hexdigest()
        if is_new:
            temporary.replace(path)
    finally:
        temporary.unlink(missing_ok=True)
    return WrittenDump(path, tape.day, len(table), digest.hexdigest(), is_new, is_new and was_there)


def _sha256(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def _text_blocks(day: date, table: pa.Table) -> Iterator[pa.Table]:
    """Cut the table into blocks, with times as text."""
    for at in range(0, len(table), BLOCK_ROWS):
        block = table.slice(at, BLOCK_ROWS)
        moments = block["traded_at"].cast(pa.int64()).to_numpy()
        yield block.set_column(0, "traded_at", iso_text(day, moments))


def _csv_gz(day: date, table: pa.Table) -> Iterator[bytes]:
    packer = zlib.compressobj(_GZIP_LEVEL, zlib.DEFLATED, _GZIP_WINDOW, _GZIP_MEMORY, zlib.Z_HUFFMAN_ONLY)
    yield packer.compress((",".join(table.column_names) + "\n").encode())
    options = pyarrow.csv.WriteOptions(include_header=False, quoting_style="none")
    for block in _text_blocks(day, table):
        text = io.BytesIO()
        pyarrow.csv.write_csv(block, text, options)
        yield packer.compress(text.getbuffer())
    yield packer.flush()


def _jsonl_zst(day: date, table: pa.Table) -> Iterator[bytes]:
    packer = zstandard.ZstdCompressor(level=ZSTD_LEVEL).compressobj()
    for block in _text_blocks(day, table):
        lines = (json.dumps(row, separators=(",", ":")) for row in block.to_pylist())
        yield packer.compress("".join(f"{line}\n" for line in lines).encode())
    yield packer.flush()


def _parquet(_day: date, table: pa.Table) -> Iterator[bytes]:
    sink = io.BytesIO()
    pq.write_table(table, sink, compression="zstd", row_group_size=BLOCK_ROWS)
    yield sink.getvalue()


_WRITERS: Final[dict[DumpFormat, Callable[[date, pa.Table], Iterator[bytes]]]] = {
    "csv.gz": _csv_gz,
    "jsonl.zst": _jsonl_zst,
    "parquet": _parquet,
}

"""Parses files to batches: a pure function of a file's bytes, its source and its dump day.

The first pass over a file inflates all of it, counts its records, hashes it and looks at its header; a file that is
refused there yields no trade at all, only its closing row. The second pass parses it in blocks, and ends where too many
records are not of its source's fields: of a file whose closing row says that it is refused, no row counts. Single lines
that were quarantined can be read again as if their file had landed now.
"""

from collections.abc import Generator, Iterator
from contextlib import closing
from dataclasses import replace
from itertools import pairwise

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from fsspec import AbstractFileSystem
from fsspec.core import url_to_fs
from numpy.typing import NDArray

from pumploss.errors import ConservationError, SourceError
from sources import source
from sources.declaration import Source
from sources.parsing.blocks import MAX_LATENESS, parse_block
from sources.parsing.drift import Drift
from sources.parsing.read_file import FileKey, ReadFile
from sources.parsing.schema import PARSED, PARSED_DDL, Occurrences, file_batch
from sources.reading import passes
from sources.reading.file_format import Format, format_of
from sources.reading.files import FileRefusedError
from sources.reading.json_lines import JsonReader
from sources.reading.passes import Checked, FileRef
from sources.reading.physical_lines import blocks
from sources.reading.records import ReadBlock

__all__ = ["MAX_LATENESS", "PARSED", "PARSED_DDL", "FileRef", "ReadFile", "parse_file", "parse_files", "reparse"]


def parse_file(source: Source, landed: FileRef, storage: AbstractFileSystem) -> Iterator[pa.RecordBatch]:
    """Parses one landed file: batches of the schema `PARSED`, the last of one row of kind `file`.

    Raises LandingError where the storage fails or the file changes meanwhile, and ConservationError
    where the rows are not as many as the records; what is wrong with the file itself is told in its
    closing row.
    """
    checked = passes.check(source, landed, storage)
    read = ReadFile(landed.dump_day, source.name, landed.name, checked.sha256)
    try:
        if checked.refused is not None:
            raise checked.refused
        read = yield from _parse_records(source, read, checked, passes.read(source, landed, storage, checked))
    except FileRefusedError as refused:
        read = replace(read, reason=refused.reason.value, detail=f"{landed.name}: {refused.detail}")
    yield file_batch(read)


def _parse_records(
    source: Source, read: ReadFile, checked: Checked, read_blocks: Generator[ReadBlock]
) -> Generator[pa.RecordBatch, None, ReadFile]:
    """Parses the records of a file, and answers what its closing row says; raises FileRefusedError `drift`."""
    occurrences, rows, trailing, floats = Occurrences(), 0, None, 0
    drift = Drift(source, checked.records or 0)
    with closing(read_blocks):
        for block in read_blocks:
            for parsed in parse_block(source, read, block, occurrences):
                rows += parsed.num_rows
                trailing = _added(trailing, parsed["trailing_bytes"])
                floats += parsed["is_float"].true_count
                drift.add(parsed)
                yield parsed
            drift.require_few(checked.lacking)
    if rows != checked.records:
        raise ConservationError(f"{read.file} has {checked.records} records but gave {rows} rows; nothing was kept")
    return replace(read, records=checked.records, trailing_bytes_count=trailing, float_count=floats)


def parse_files(batches: Iterator[pa.RecordBatch]) -> Iterator[pa.RecordBatch]:
    """Parses files, for `mapInArrow`: `path`, `name`, `source`, `dump_day` per file, to all `parse_file` rows."""
    for files in batches:
        for file in files.to_pylist():
            storage, path = url_to_fs(file["path"])
            yield from parse_file(source(file["source"]), FileRef(path, file["name"], file["dump_day"]), storage)


def reparse(batches: Iterator[pa.RecordBatch]) -> Iterator[pa.RecordBatch]:
    """Parses quarantined lines again, for `mapInArrow`: `source`, `dump_day`, `file`, `line_number` and `raw` per line,
    to the rows that `parse_file` gives for these lines, closing rows left out.

    Only JSON lines can be read alone: raises SourceError for a line of another format, which needs its file. Lines that
    the quarantine holds cut or escaped are refused again.
    """
    for lines in batches:
        of_lines = [FileKey(**row) for row in lines.select(["dump_day", "source", "file"]).to_pylist()]
        ends = [row for row in range(1, len(of_lines)) if of_lines[row] != of_lines[row - 1]]
        for start, end in pairwise([0, *ends, len(of_lines)] if of_lines else []):
            numbers, texts = (lines[name].slice(start, end - start) for name in ("line_number", "raw"))
            declared = source(of_lines[start].source)
            block = _read_again(declared, of_lines[start].file, numbers.to_numpy(), texts.to_pylist())
            yield from parse_block(declared, of_lines[start], block, Occurrences())


def _read_again(source: Source, file: str, numbers: NDArray[np.int64], texts: list[str]) -> ReadBlock:
    """Reads lines of one file, by number and raw text; raises SourceError unless they are JSON lines."""
    layout = format_of(file)
    if layout is None or layout[0] is not Format.JSONL:
        raise SourceError(
            f"{file} line {numbers[0]}: only JSON lines say by themselves what their fields are; run the dump day "
            "again to read lines of other formats"
        )
    (block,) = blocks([b"".join(text.encode() + b"\n" for text in texts)])
    return JsonReader(source).read(replace(block, numbers=np.asarray(numbers, np.int64)))


def _added(total: int | None, trailing: pa.Int64Array) -> int | None:
    """Counts the rows with trailing bytes so far; None where none could have any."""
    if trailing.null_count == len(trailing):
        return total
    return (total or 0) + int(pc.greater(trailing, 0).true_count)

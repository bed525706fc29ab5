"""Files to parsed batches: a pure function of a file's bytes, its source and its dump day.

The first pass over a file inflates all of it, counts its records, hashes it and looks at its
fields; a file that is refused there yields no trade at all, only its closing row. The second pass
parses it in blocks. Single lines that were quarantined can be read again as if their file had landed now.
"""

from collections.abc import Iterator
from datetime import UTC, date, datetime, time, timedelta
from itertools import pairwise

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from fsspec import AbstractFileSystem
from fsspec.core import url_to_fs

from pumploss.errors import ConservationError
from pumploss.reasons import Reason
from sources import source
from sources.declaration import Cadence, Source
from sources.interpreting.rows import Rows
from sources.parsing.again import again
from sources.parsing.schema import (
    PARSED,
    PARSED_DDL,
    Occurrences,
    batch,
    file_batch,
    line_digests,
    refused_batch,
    repeated,
)
from sources.reading.passes import FileRef, splits, survey
from sources.reading.records import Records, Refused, Split, refuse

__all__ = ["PARSED", "PARSED_DDL", "FileRef", "parse_file", "parse_files", "reparse"]

#: How far back a daily source may correct itself.
MAX_LATENESS = timedelta(days=7)


def parse_file(source: Source, landed: FileRef, storage: AbstractFileSystem) -> Iterator[pa.RecordBatch]:
    """One landed file as batches of the schema `PARSED`, the last of one row of kind `file`.

    Raises LandingError where the storage fails or the file changes meanwhile, and ConservationError
    where the rows are not as many as the records; what is wrong with the file itself is told in its
    closing row.
    """
    place = {"file": landed.name, "dump_day": landed.dump_day, "source": source.name}
    surveyed = survey(source, landed, storage)
    if surveyed.refused is not None:
        fault = {
            "reason": surveyed.refused.reason.value,
            "detail": f"{landed.name}: {surveyed.refused.detail}",
        }
        yield file_batch(place, {"sha256": surveyed.sha256, **fault})
        return
    occurrences, rows, trailing = Occurrences(), 0, None
    for split in splits(source, landed, storage, surveyed):
        for parsed in _parsed(source, landed.dump_day, split, occurrences, place):
            rows += parsed.num_rows
            trailing = _added(trailing, parsed["trailing_bytes"])
            yield parsed
    if rows != surveyed.records:
        raise ConservationError(f"{landed.name} has {surveyed.records} records but gave {rows} rows; nothing was kept")
    counts = {"records": surveyed.records, "trailing_bytes_count": trailing}
    yield file_batch(place, {"sha256": surveyed.sha256, **counts})


def parse_files(batches: Iterator[pa.RecordBatch]) -> Iterator[pa.RecordBatch]:
    """For `mapInArrow`: `path`, `name`, `source`, `dump_day` per file, to all `parse_file` rows."""
    for files in batches:
        for file in files.to_pylist():
            storage, path = url_to_fs(file["path"])
            yield from parse_file(source(file["source"]), FileRef(path, file["name"], file["dump_day"]), storage)


def reparse(batches: Iterator[pa.RecordBatch]) -> Iterator[pa.RecordBatch]:
    """For `mapInArrow`: `source`, `dump_day`, `file`, `line_number` and `raw` per quarantined line, to the rows that
    `parse_file` gives for these lines, closing rows left out.

    Only JSON lines can be read alone: raises SourceError for a line of another format, which needs its file. Lines that
    the quarantine holds cut or escaped are refused again.
    """
    for lines in batches:
        places = lines.select(["source", "dump_day", "file"]).to_pylist()
        ends = [row for row in range(1, len(places)) if places[row] != places[row - 1]]
        for start, end in pairwise([0, *ends, len(places)] if places else []):
            place = places[start]
            numbers, texts = (lines[name].slice(start, end - start) for name in ("line_number", "raw"))
            declared = source(place["source"])
            split = again(declared, place["file"], numbers.to_numpy(), texts.to_pylist())
            yield from _parsed(declared, place["dump_day"], split, Occurrences(), place)


def _added(total: int | None, trailing: pa.Int64Array) -> int | None:
    """The number of rows with trailing bytes so far; None where none could have any."""
    if trailing.null_count == len(trailing):
        return total
    return (total or 0) + int(pc.greater(trailing, 0).true_count)


def _parsed(
    source: Source, dump_day: date, split: Split, occurrences: Occurrences, place: dict[str, object]
) -> Iterator[pa.RecordBatch]:
    """A block of records as batches: trades and events, then the refused lines in their order."""
    records, refused = split
    rows, more = _interpret(source, dump_day, records, occurrences, place)
    if rows.num_rows:
        yield rows
    if refused or more:
        yield refused_batch(sorted(refused + more, key=lambda line: line.line_number), place)


def _interpret(
    source: Source, dump_day: date, records: Records, occurrences: Occurrences, place: dict[str, object]
) -> tuple[pa.RecordBatch, list[Refused]]:
    """The trades and events of a block of records, and the lines that are none."""
    if not len(records):
        return batch(0, {}), []
    rows = Rows(source, records)
    found = source.interpret(rows)
    times = [found[name] for name in ("traded_at", "occurred_at") if name in found]
    _refuse_by_date(source, dump_day, rows, pc.coalesce(*times))
    accepted = rows.is_accepted
    refused = [
        refuse(int(records.numbers[row]), *rows.refusal(row), records.raw(row))
        for row in np.flatnonzero(~accepted).tolist()
    ]
    digests = line_digests(source, records, accepted)
    kept = found if accepted.all() else {name: column.filter(pa.array(accepted)) for name, column in found.items()}
    count = len(digests)
    is_signed = kept["signature"].is_valid().to_numpy(zero_copy_only=False)
    columns = {
        **repeated(count, {"kind": "trade", "is_decimals_assumed": False, **place}),
        **kept,
        **_kinds(kept),
        "line_number": pa.array(records.numbers[accepted]),
        "line_digest": digests,
        "occurrence": occurrences.number(digests, is_signed),
    }
    return batch(count, columns), refused


def _kinds(columns: dict[str, pa.Array]) -> dict[str, pa.Array]:
    """What each row is, where a source tells events from trades."""
    if "event_kind" not in columns:
        return {}
    return {"kind": pc.if_else(columns["event_kind"].is_valid(), "event", "trade")}


def _refuse_by_date(source: Source, dump_day: date, rows: Rows, traded_at: pa.TimestampArray) -> None:
    """Refuses trades and events after the dump day, and for daily sources those over 7 days before it."""
    name = source.time_field
    midnight = datetime.combine(dump_day, time(), UTC)
    rows.refuse(pc.greater_equal(traded_at, midnight + timedelta(days=1)), Reason.FUTURE, name)
    if source.cadence is Cadence.DAILY:
        rows.refuse(pc.less(traded_at, midnight - MAX_LATENESS), Reason.TOO_LATE, name)

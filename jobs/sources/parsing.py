"""Files to parsed batches: a pure function of a file's bytes, its source and its dump day.

The first pass over a file inflates all of it, counts its records, hashes it and looks at its
fields; a file that is refused there yields no trade at all, only its closing row. The second pass
parses it in blocks.
"""

from collections.abc import Iterator
from datetime import UTC, date, datetime, time, timedelta
from typing import TYPE_CHECKING

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from jobs.sources.declaration import Cadence, Source
from jobs.sources.parsed import (
    PARSED,
    PARSED_DDL,
    Occurrences,
    batch,
    file_batch,
    line_digests,
    refused_batch,
    repeated,
)
from jobs.sources.passes import FileRef, splits, survey
from jobs.sources.reason import Reason
from jobs.sources.records import Records, Refused, refuse
from jobs.sources.rows import Rows
from pumploss.errors import ConservationError

if TYPE_CHECKING:
    from fsspec import AbstractFileSystem

__all__ = ["PARSED", "PARSED_DDL", "FileRef", "parse_file", "parse_files"]

#: How far back a daily source may correct itself.
MAX_LATENESS = timedelta(days=7)


def parse_file(source: Source, landed: FileRef, storage: "AbstractFileSystem") -> Iterator[pa.RecordBatch]:
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
    occurrences, rows = Occurrences(), 0
    for records, refused in splits(source, landed, storage, surveyed):
        trades, more = _interpret(source, landed, records, occurrences, place)
        rows += trades.num_rows + len(refused) + len(more)
        if trades.num_rows:
            yield trades
        if refused or more:
            yield refused_batch(sorted(refused + more, key=lambda line: line.line_number), place)
    if rows != surveyed.records:
        raise ConservationError(f"{landed.name} has {surveyed.records} records but gave {rows} rows; nothing was kept")
    yield file_batch(place, {"records": surveyed.records, "sha256": surveyed.sha256})


def parse_files(batches: Iterator[pa.RecordBatch]) -> Iterator[pa.RecordBatch]:
    """For `mapInArrow`: `path`, `name`, `source`, `dump_day` per file, to all `parse_file` rows."""
    from fsspec.core import url_to_fs

    from jobs.sources import source

    for files in batches:
        for file in files.to_pylist():
            storage, path = url_to_fs(file["path"])
            yield from parse_file(source(file["source"]), FileRef(path, file["name"], file["dump_day"]), storage)


def _interpret(
    source: Source,
    landed: FileRef,
    records: Records,
    occurrences: Occurrences,
    place: dict[str, object],
) -> tuple[pa.RecordBatch, list[Refused]]:
    """The trades of a block of records, and the lines that are none."""
    if not len(records):
        return batch(0, {}), []
    rows = Rows(source, records)
    trades = source.interpret(rows)
    _refuse_by_date(source, landed.dump_day, rows, trades["traded_at"])
    accepted = rows.is_accepted
    refused = [
        refuse(int(records.numbers[row]), *rows.refusal(row), records.raw(row))
        for row in np.flatnonzero(~accepted).tolist()
    ]
    digests = line_digests(source, records, accepted)
    kept = trades if accepted.all() else {name: column.filter(pa.array(accepted)) for name, column in trades.items()}
    count = len(digests)
    is_signed = kept["signature"].is_valid().to_numpy(zero_copy_only=False)
    columns = {
        **repeated(count, {"kind": "trade", "is_decimals_assumed": False, **place}),
        **kept,
        "line_number": pa.array(records.numbers[accepted]),
        "line_digest": pa.array(digests, pa.string()),
        "occurrence": occurrences.number(digests, is_signed),
    }
    return batch(count, columns), refused


def _refuse_by_date(source: Source, dump_day: date, rows: Rows, traded_at: pa.TimestampArray) -> None:
    """Refuses trades after the dump day, and for daily sources those over 7 days before it."""
    name = source.time_field
    midnight = datetime.combine(dump_day, time(), UTC)
    rows.refuse(pc.greater_equal(traded_at, midnight + timedelta(days=1)), Reason.FUTURE, name)
    if source.cadence is Cadence.DAILY:
        rows.refuse(pc.less(traded_at, midnight - MAX_LATENESS), Reason.TOO_LATE, name)

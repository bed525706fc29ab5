"""What became of every record of every landed file, and the errors where that is not known."""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from types import MappingProxyType
from typing import Any, NamedTuple

from pyspark.sql import DataFrame

from pumploss.days import Days
from pumploss.errors import ConservationError, LandingError
from pumploss.report import RunReport
from pumploss.tables import bronze_token_events
from sources.parsing.read_file import ReadFile

#: A landed file, by dump day and name.
DayFile = tuple[date, str]


class Retried(NamedTuple):
    """Lines of a file of an earlier day that are taken on a later one, and the file `by` which they can be read."""

    by: str
    lines: int


@dataclass(frozen=True)
class Fates:
    """Lines by dump day and file: trades written, refused, dropped as duplicates, and events routed to their table.

    `retried` are lines of files of earlier days, by the day on which they are taken. `erased` are of erased traders.
    """

    written: Counter[DayFile]
    quarantined: Counter[DayFile]
    duplicate: Counter[DayFile]
    routed: Counter[DayFile] = field(default_factory=Counter)
    retried: Mapping[DayFile, Retried] = field(default_factory=dict)
    erased: Counter[DayFile] = field(default_factory=Counter)

    def of(self, day: date, file: str) -> dict[str, int]:
        """Counts what became of the lines of a file that are trades, or might have been."""
        return {name: getattr(self, name)[day, file] for name in ("written", "quarantined", "duplicate")}


def by_file(frame: DataFrame) -> Counter[DayFile]:
    """Counts rows by dump day and file."""
    rows = frame.groupBy("dump_day", "file").count().collect()
    return Counter({(row["dump_day"], row["file"]): row["count"] for row in rows})


def account(
    files: Iterable[ReadFile], fates: Fates, report: RunReport, stamps: Mapping[str, str] = MappingProxyType({})
) -> None:
    """Writes each file's sums, and its stamp by name, into the report. Raises ConservationError where they do not add
    up.
    """
    for file in files:
        own, again = fates.of(file.dump_day, file.file), _retried(fates, file)
        day = report.day(file.dump_day)
        stamp = {"stamp": stamps[file.file]} if stamps.get(file.file) else {}
        day.inputs.append(_entry(file, fates, own, again) | stamp)
        day.rows_read += (file.records or 0) + sum(earlier["records"] for earlier in again)
        for counts in (own, *again):
            day.rows_written += counts["written"]
            day.rows_quarantined += counts["quarantined"]
            day.rows_duplicate += counts["duplicate"]


def _entry(file: ReadFile, fates: Fates, own: dict[str, int], again: list[dict[str, Any]]) -> dict[str, Any]:
    """Makes what the ledger's inputs say of a file. Raises ConservationError."""
    routed_count = fates.routed[file.dump_day, file.file]
    routed = {bronze_token_events.TABLE.name: routed_count} if routed_count else {}
    erased = {"erased": count} if (count := fates.erased[file.dump_day, file.file]) else {}
    _require_sum(file.file, file.records or 0, {**own, **routed, **erased})
    entry: dict[str, Any] = {"path": file.file, "sha256": file.sha256, "records": file.records, **own}
    entry |= {"trailing_bytes_count": file.trailing_bytes_count} if file.trailing_bytes_count else {}
    entry |= {"float_count": file.float_count} if file.float_count else {}
    entry |= {"routed": routed} if routed else {}
    entry |= erased
    return entry | ({"retried": again} if again else {})


def _retried(fates: Fates, by: ReadFile) -> list[dict[str, Any]]:
    """Sums up the earlier files whose lines this file made readable. Raises ConservationError."""
    sums = []
    for (day, name), retried in sorted(fates.retried.items()):
        if (day, retried.by) == (by.dump_day, by.file):
            counts = fates.of(day, name)
            _require_sum(name, retried.lines, counts)
            sums.append({"path": name, "records": retried.lines, **counts})
    return sums


def _require_sum(file: str, records: int, counts: Mapping[str, int]) -> None:
    if sum(counts.values()) != records:
        raise ConservationError(
            f"{file} holds {records} records, but {counts} do not add up to that; nothing was "
            "written. This is a fault of the reader: keep the file and report it."
        )


def refuse_files(files: Sequence[ReadFile], days: Days, report: RunReport) -> None:
    """Raises LandingError where a file could not be read at all; the ledger's failed rows still name every file."""
    unreadable = [file for file in files if file.reason is not None]
    if not unreadable:
        return
    for file in files:
        entry = {"path": file.file, "sha256": file.sha256, "records": file.records, "reason": file.reason}
        report.day(file.dump_day).inputs.append(entry)
    report.is_evidence = True
    listed = "\n  ".join(f"{file.reason}: {file.detail}" for file in unreadable[:10])
    listed += f"\n  and {len(unreadable) - 10} more" if unreadable[10:] else ""
    raise LandingError(
        f"{len(unreadable)} landed files of {days[0]} to {days[-1]} cannot be read, "
        f"so nothing of these days was taken:\n  {listed}\n"
        "Land them again, whole, in place of the broken ones, and run the days again."
    )

"""What became of every record of every landed file, and the errors where that is not known."""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date
from typing import TYPE_CHECKING, Any

from pumploss.days import Days
from pumploss.errors import ConservationError, LandingError
from pumploss.report import RunReport
from pumploss.tables import bronze_token_events

if TYPE_CHECKING:
    from pyspark.sql import DataFrame

Place = tuple[date, str]


@dataclass
class Fates:
    """Lines by dump day and file: trades written, refused, dropped as duplicates, and events routed to their table.

    `retried` are lines of files of earlier days, taken on another day: how many, and the file of that day which made
    them readable.
    """

    written: Counter[Place]
    quarantined: Counter[Place]
    duplicate: Counter[Place]
    routed: Counter[Place] = field(default_factory=Counter)
    retried: dict[Place, tuple[str, int]] = field(default_factory=dict)

    def of(self, place: Place) -> dict[str, int]:
        """What became of the lines of a file that are trades, or might have been."""
        return {name: getattr(self, name)[place] for name in ("written", "quarantined", "duplicate")}


def by_file(frame: "DataFrame") -> Counter[Place]:
    """Rows by dump day and file."""
    rows = frame.groupBy("dump_day", "file").count().collect()
    return Counter({(row["dump_day"], row["file"]): row["count"] for row in rows})


def account(landed: list[dict[str, Any]], fates: Fates, report: RunReport) -> None:
    """Write each file's sums into the report. Raises ConservationError where they do not add up."""
    for row in landed:
        place = (row["dump_day"], row["file"])
        counts = fates.of(place)
        routed = {bronze_token_events.TABLE.name: fates.routed[place]} if fates.routed[place] else {}
        _require_sum(row["file"], row["records"], {**counts, **routed})
        entry = {"path": row["file"], "sha256": row["sha256"], "records": row["records"], **counts}
        again = _retried(fates, row["dump_day"], row["file"])
        longer = row["trailing_bytes_count"]
        entry |= {"trailing_bytes_count": longer} if longer else {}
        entry |= {"routed": routed} if routed else {}
        entry |= {"retried": again} if again else {}
        day = report.day(row["dump_day"])
        day.inputs.append(entry)
        day.rows_read += row["records"] + sum(one["records"] for one in again)
        for one in (counts, *again):
            day.rows_written += one["written"]
            day.rows_quarantined += one["quarantined"]
            day.rows_duplicate += one["duplicate"]


def _retried(fates: Fates, day: date, by: str) -> list[dict[str, Any]]:
    """Sums of the earlier files whose lines a file of this day made readable."""
    found = []
    for (retry_day, file), (known_file, records) in sorted(fates.retried.items()):
        if (retry_day, known_file) == (day, by):
            counts = fates.of((day, file))
            _require_sum(file, records, counts)
            found.append({"path": file, "records": records, **counts})
    return found


def _require_sum(file: str, records: int, counts: dict[str, int]) -> None:
    if sum(counts.values()) != records:
        raise ConservationError(
            f"{file} holds {records} records, but {counts} do not add up to that; nothing was "
            "written. This is a fault of the reader: keep the file and report it."
        )


def refuse_files(landed: list[dict[str, Any]], days: Days, report: RunReport) -> None:
    """Raise where a file could not be read at all; the ledger's failed rows still name every file."""
    unreadable = [row for row in landed if row["reason"] is not None]
    if not unreadable:
        return
    for row in landed:
        kept = {"path": row["file"], "sha256": row["sha256"], "records": row["records"], "reason": row["reason"]}
        report.day(row["dump_day"]).inputs.append(kept)
    listed = "\n  ".join(f"{row['reason']}: {row['detail']}" for row in unreadable[:10])
    error = LandingError(
        f"{len(unreadable)} landed files of {days[0]} to {days[-1]} cannot be read, "
        f"so nothing of these days was taken:\n  {listed}\n"
        "Land them again, whole, in place of the broken ones, and run the days again."
    )
    error.days = report.days
    raise error


def refuse_empty(daily: list[str], landed: Iterable[dict[str, Any]], days: Days) -> None:
    """Raise LandingError for days of daily sources in which not one record landed."""
    records: Counter[tuple[str, date]] = Counter()
    for row in landed:
        records[(row["source"], row["dump_day"])] += row["records"]
    empty = [f"{name}/{day}" for name in daily for day in days if not records[(name, day)]]
    if empty:
        raise LandingError(
            f"{', '.join(empty[:5])} landed without a single record: a market that never sleeps has no such day. "
            "Land the day again; nothing was written."
        )

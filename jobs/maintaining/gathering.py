"""Days in more files than their rows are worth: gathered in one commit, in their table's order, with the same rows."""

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING, Any

from jobs.pipeline import WRITER
from jobs.running.context import Context
from jobs.running.lookups import STATES, keep_segments
from jobs.running.standing import table_of
from pumploss import checks
from pumploss.contract import Table
from pumploss.days import listed, shift
from pumploss.errors import LakeError
from pumploss.lake.segments import built_days
from pumploss.lake.segments.tiers import SETTLED_DAYS
from pumploss.lake.splits import splits_of

if TYPE_CHECKING:
    from pumploss.lake.files import StoredFile


@dataclass(frozen=True)
class Scattered:
    """Names partition days of a table that lie in `files` files, and would in `splits` each of their partitions."""

    table: Table
    days: tuple[date, ...]
    splits: int
    files: int
    wanted: int


def scattered(context: Context, table: Table) -> list[Scattered]:
    """Find settled days that lie in more files than a step would write them in, by how many they should lie in.

    Only days that the ledger calls good are touched, and none of the last days: they may be restated soon.
    """
    files: dict[date, list[StoredFile]] = {}
    for file in context.lake.files(table):
        files.setdefault(date.fromisoformat(file.partition[table.day]), []).append(file)
    latest, offset = context.ledger.latest(), WRITER[table.name].offset_days
    settled = shift(max(files, default=date.min), -SETTLED_DAYS) if files else date.min
    found: dict[int, list[tuple[date, int, int]]] = {}
    for day, of_day in sorted(files.items()):
        row = latest.get((WRITER[table.name].name, shift(day, -offset)))
        splits = splits_of(sum(file.rows for file in of_day)) if table.split_by else 1
        wanted = splits * len({tuple(file.partition.values()) for file in of_day})
        if day <= settled and len(of_day) > wanted and row is not None and row["status"] == "ok":
            found.setdefault(splits, []).append((day, len(of_day), wanted))
    return [
        Scattered(table, tuple(day for day, _, _ in days), splits, sum(n for _, n, _ in days), sum(n for *_, n in days))
        for splits, days in found.items()
    ]


def gather(context: Context, found: Scattered) -> None:
    """Write the days anew, in fewer files; the ledger then names these, and segments rest on them.

    Raises LakeError, and leaves the table as it was, where a day does not hold what the ledger says. Killed at any
    point, the table holds its rows in old files or in new ones, and the ledger agrees with either.
    """
    lake, table = context.lake, found.table
    staged = lake.stage(table, lake.read(table, found.days), found.splits)
    digests = checks.digests(table, staged)
    offset = WRITER[table.name].offset_days
    others = [day for day in found.days if digests.get(day) != context.recorded_digest(table, shift(day, -offset))]
    if others:
        raise LakeError(
            f"{table.name} of {listed(others)} does not hold what the ledger names, so its files were left alone. "
            "`pumploss verify --repair` has the days built again."
        )
    stored = lake.rows_by_day(table)
    _restate(context, found, {day: {"files": None} for day in found.days})
    version = lake.replace(table, staged, found.days, {day: stored[day] for day in found.days})
    files = built_days(lake, table)
    _restate(context, found, {day: {"files": files[day].digest, "version": version} for day in found.days})
    if table.name in STATES:
        keep_segments(context, table, max(files))


def _restate(context: Context, found: Scattered, facts: Mapping[date, dict[str, Any]]) -> None:
    """Have the ledger repeat what it says of the days, but for these facts of their files; None leaves one open."""
    step = WRITER[found.table.name]
    rows = []
    for day, changed in facts.items():
        row = context.ledger.standing(step.name)[shift(day, -step.offset_days)]
        outputs = json.loads(row["outputs"])
        known = {**outputs[found.table.name], **changed}
        outputs[found.table.name] = {name: value for name, value in known.items() if value is not None}
        kept = {name: value for name, value in row.items() if name not in ("written_at", "run_day")}
        rows.append({**kept, "run_id": context.run_id, "outputs": json.dumps(outputs)})
    context.ledger.append(rows)


def all_scattered(context: Context) -> Iterator[Scattered]:
    """Find the scattered days of every table."""
    for name in WRITER:
        yield from scattered(context, table_of(name))

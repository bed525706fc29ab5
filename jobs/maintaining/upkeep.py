"""Lists what upkeep would do, in the order in which it is done, and notes in the ledger what it came to."""

import time
from collections.abc import Iterator, Mapping, Sequence
from datetime import timedelta
from functools import partial
from typing import Any, Final

from jobs.maintaining.chore import Chore
from jobs.maintaining.gathering import all_scattered, gather
from jobs.maintaining.leftovers import airflow_logs, old_pages, stages
from jobs.maintaining.pins import Pin
from jobs.pipeline import WRITER, Step
from jobs.running.context import Context
from jobs.running.ledger_rows import Ending, rows_of
from jobs.running.standing import table_of
from pumploss import clock
from pumploss.contract import Table
from pumploss.lake import maintenance
from pumploss.report import DayReport
from pumploss.tables.run_ledger import TABLE as LEDGER

#: The name that upkeep has in the ledger.
NAME: Final = "maintain"
#: Days that a version stays readable after it was replaced, unless somebody says otherwise: Delta's own figure.
RETENTION_DAYS: Final = 7


def chores(context: Context, pinned: Sequence[Pin], retention: timedelta) -> Iterator[Chore]:
    """List everything that there is to do. Each is found only when the one before was looked at, and perhaps done.

    Versions that are `pinned` stay whole whatever the retention.
    """
    yield from stages(context)
    yield from _gathering(context)
    tables = [table for table in (*map(table_of, WRITER), LEDGER) if context.lake.exists(table)]
    for table in tables:
        versions = [pin.version for pin in pinned if pin.table == table.name]
        keep = maintenance.openable(context.lake, table, versions)
        yield from _files(context, table, retention, keep)
        yield from _log(context, table, keep)
    yield from airflow_logs(context)
    yield from old_pages(context)


def _gathering(context: Context) -> Iterator[Chore]:
    for found in all_scattered(context):
        first, last = found.days[0], found.days[-1]
        more = f"{len(found.days)} days, {first} to {last}: {found.wanted} files instead of {found.files}"
        fewer = found.files - found.wanted
        yield Chore("small files", found.table.name, fewer, 0, partial(gather, context, found), more)
    if context.lake.exists(LEDGER) and (fewer := maintenance.gatherable(context.lake, LEDGER)):
        do = partial(maintenance.gathered, context.lake, LEDGER)
        yield Chore("small files", LEDGER.name, fewer, 0, do, "one file a day")


def _files(context: Context, table: Table, retention: timedelta, keep: Sequence[int]) -> Iterator[Chore]:
    dead = maintenance.dead_files(context.lake, table, retention, keep)
    if dead:
        yield Chore(
            "dead files",
            table.name,
            len(dead),
            sum(dead.values()),
            lambda: maintenance.vacuum(context.lake, table, retention, keep),
            f"kept for {len(keep)} pinned versions: what they name" if keep else "",
        )


def _log(context: Context, table: Table, keep: Sequence[int]) -> Iterator[Chore]:
    lake = context.lake
    commits = maintenance.commits_since_checkpoint(lake, table)
    if commits > maintenance.UNCHECKED_COMMITS:
        more = f"{commits} commits are read as one file"
        yield Chore("checkpoint", table.name, 0, 0, lambda: maintenance.checkpoint(lake, table), more)
    old = maintenance.old_commits(lake, table, keep, clock.now())
    if old:
        yield Chore("old commits", table.name, *old, lambda: maintenance.expire_commits(lake, table))


def note(context: Context, done: Sequence[Chore], seconds: float) -> None:
    """Add a row to the ledger that says what was freed, by kind and table."""
    by_kind: dict[str, dict[str, int]] = {}
    for chore in done:
        sums = by_kind.setdefault(chore.what, {"files": 0, "bytes": 0})
        sums["files"] += chore.files
        sums["bytes"] += chore.bytes
    facts: Mapping[str, Any] = {"freed_bytes": sum(chore.bytes for chore in done), "freed": by_kind}
    today = clock.now().date()
    report = DayReport(outputs={NAME: dict(facts)})
    context.ledger.append(rows_of(context, Step(NAME, ()), {today: report}, Ending("ok", seconds)))


def maintain(context: Context, pinned: Sequence[Pin], retention: timedelta) -> list[Chore]:
    """Do everything that there is to do, and note it; answers what was done."""
    started, done = time.monotonic(), []
    for chore in chores(context, pinned, retention):
        chore.do()
        context.say(f"{chore.what} of {chore.where}: {chore.files:,} files, {chore.bytes:,} bytes")
        done.append(chore)
    if done:
        note(context, done, time.monotonic() - started)
    return done

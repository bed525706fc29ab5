"""Lists what upkeep would do, in the order in which it is done, and notes in the ledger what it came to."""

import time
from collections import defaultdict
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from datetime import timedelta
from functools import partial
from typing import Any, Final

from jobs.maintaining.chore import Chore, Gathering
from jobs.maintaining.gathering import Scattered, all_scattered, gather
from jobs.maintaining.leftovers import airflow_logs, old_pages, stages
from jobs.maintaining.pins import Pin
from jobs.maintaining.rejected import rejected_models
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
#: By how many files fewer the ledger must become to be worth gathering: upkeep itself adds some.
LEDGER_FILES: Final = 10


def chores(context: Context, pinned: Sequence[Pin], retention: timedelta) -> Iterator[Chore]:
    """List everything that there is to do. Each is found only when the one before was looked at, and perhaps done.

    Versions that are `pinned` stay whole whatever the retention.
    """
    yield from stages(context)
    replaced: dict[str, list[str]] = defaultdict(list)
    for table, paths, chore in _gathering(context):
        replaced[table.name] += paths
        yield chore
    tables = [table for table in (*map(table_of, WRITER), LEDGER) if context.lake.exists(table)]
    for table in tables:
        versions = [pin.version for pin in pinned if pin.table == table.name]
        keep = maintenance.openable(context.lake, table, versions)
        yield from _files(context, table, retention, keep, replaced[table.name])
        yield from _log(context, table, keep)
    yield from airflow_logs(context)
    yield from old_pages(context)
    yield from rejected_models(context)


def _gathering(context: Context) -> Iterator[tuple[Table, list[str], Chore]]:
    """Find what to gather: of which table, the files that it replaces, and how."""
    for found in all_scattered(context):
        paths = [file.path for file in context.lake.files(found.table, found.days)]
        gathering = Gathering(len(found.days), found.files, found.wanted, partial(_count, context, found))
        first, last = found.days[0], found.days[-1]
        more = f"{first} to {last}" if last > first else str(first)
        do = partial(gather, context, found)
        yield found.table, paths, Chore("small files", found.table.name, do, gathering=gathering, more=more)
    crowded = maintenance.crowded(context.lake, LEDGER) if context.lake.exists(LEDGER) else []
    if sum(len(files) - 1 for files in crowded) >= LEDGER_FILES:
        paths = [file.path for files in crowded for file in files]
        days = {tuple(files[0].partition.values()) for files in crowded}

        def count() -> int:
            return sum(tuple(file.partition.values()) in days for file in context.lake.files(LEDGER))

        gathering = Gathering(len(days), len(paths), len(days), count)
        compact = partial(maintenance.gathered, context.lake, LEDGER)
        yield LEDGER, paths, Chore("small files", LEDGER.name, compact, gathering=gathering)


def _count(context: Context, found: Scattered) -> int:
    return len(context.lake.files(found.table, found.days))


def _files(
    context: Context, table: Table, retention: timedelta, keep: Sequence[int], replaced: Collection[str]
) -> Iterator[Chore]:
    """Find dead files; where nothing is gathered yet, those that it will leave dead and no retention protects, too."""
    lake = context.lake
    dead = maintenance.dead_files(lake, table, retention, keep)
    if replaced and retention < timedelta(hours=1):  # the vacuum counts whole hours
        kept = {file.path for version in keep for file in lake.files(table, version=version)}
        live = {file.path for file in lake.files(table)}
        dead |= maintenance.sizes(lake, [path for path in replaced if path in live and path not in kept])
    if dead:
        do = partial(maintenance.vacuum, lake, table, retention, keep)
        more = f"kept for {len(keep)} pinned versions: what they name" if keep else ""
        yield Chore("dead files", table.name, do, dead, more=more, exists=_looking(context))


def _log(context: Context, table: Table, keep: Sequence[int]) -> Iterator[Chore]:
    lake = context.lake
    commits = maintenance.commits_since_checkpoint(lake, table)
    if commits > maintenance.UNCHECKED_COMMITS:
        more = f"{commits} commits are read as one file"
        yield Chore("checkpoint", table.name, partial(maintenance.checkpoint, lake, table), more=more)
    old = maintenance.old_commits(lake, table, keep, clock.now())
    if old:
        do = partial(maintenance.expire_commits, lake, table)
        yield Chore("old commits", table.name, do, old, exists=_looking(context))


def _looking(context: Context) -> Callable[[str], bool]:
    """Answer a look at whether a file of the lake exists, past what its storage remembers of folders."""

    def exists(path: str) -> bool:
        context.lake.storage.invalidate_cache(path.rpartition("/")[0])
        return bool(context.lake.storage.exists(path))

    return exists


def note(context: Context, done: Sequence[Chore], seconds: float) -> None:
    """Add a row to the ledger that says what was deleted, by kind, and gathered, by table."""
    by_kind: dict[str, dict[str, int]] = {}
    gathered: dict[str, dict[str, int]] = {}
    for chore in done:
        if chore.doomed:
            sums = by_kind.setdefault(chore.what, {"files": 0, "bytes": 0})
            sums["files"] += chore.files
            sums["bytes"] += chore.bytes
        if into := chore.gathering:
            sums = gathered.setdefault(chore.where, {"days": 0, "before": 0, "after": 0})
            sums |= {name: count + getattr(into, name) for name, count in sums.items()}
    facts: Mapping[str, Any] = {
        "freed_files": sum(chore.files for chore in done),
        "freed_bytes": sum(chore.bytes for chore in done),
        "freed": by_kind,
        "gathered": gathered,
    }
    today = clock.now().date()
    report = DayReport(outputs={NAME: dict(facts)})
    context.ledger.append(rows_of(context, Step(NAME, ()), {today: report}, Ending("ok", seconds)))


def maintain(context: Context, pinned: Sequence[Pin], retention: timedelta) -> list[Chore]:
    """Do everything that there is to do, and note it, also what was done before an error; answers what was done."""
    started, done = time.monotonic(), list[Chore]()
    try:
        for chore in chores(context, pinned, retention):
            context.say(" ".join(filter(None, chore.row())))
            done.append(chore.carried_out())
    finally:
        if done:
            note(context, done, time.monotonic() - started)
    return done

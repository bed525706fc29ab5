"""The lake against its ledger: versions, rows and files by the logs, then the content of every day; segments."""

import json
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import replace
from datetime import date

from jobs.pipeline import BY_NAME, WRITER
from jobs.running.context import Context
from jobs.running.horizon import refuse_other_horizon
from jobs.running.ledger_rows import Ending, rows_of
from jobs.running.lookups import STATES, keep_segments
from jobs.running.standing import table_of, torn_days
from jobs.verifying.erasures import is_being_erased
from jobs.verifying.finding import Finding
from pumploss import checks
from pumploss.contract import Table
from pumploss.days import shift
from pumploss.errors import LakeError, SettingsError
from pumploss.lake.segments import Segment, State, built_days
from pumploss.lake.segments.building import remove
from pumploss.lake.segments.manifest import DayFiles, shelf
from pumploss.report import DayReport
from pumploss.tables import gold_labels

_REBUILT = "`pumploss verify --repair` marks the day stale, and `pumploss nightly` makes it anew from its inputs"


def by_logs(context: Context) -> Iterator[Finding]:
    """Compares what the ledger says of every table with its log; no data is read.

    Labels of another horizon than this run's are one finding: their days are counted otherwise.
    """
    for name in WRITER:
        try:
            if name == gold_labels.TABLE.name:
                refuse_other_horizon(context.lake)
            torn = torn_days(context, table_of(name))
        except SettingsError as error:
            yield Finding(name, str(error), "Nothing runs until then")
            continue
        except LakeError as error:
            yield Finding(name, str(error).rstrip("."), "No step reads the table until then")
            continue
        for day, what in sorted(torn.items()):
            yield _torn(context, table_of(name), day, what)


def _legible(context: Context) -> Iterator[Table]:
    """Lists the tables whose log can be read; the others are found `by_logs`."""
    for table in map(table_of, WRITER):
        with suppress(LakeError):
            context.lake.version(table)
            yield table


def by_files(context: Context) -> Iterator[Finding]:
    """Holds every data file against the digest in its name; a damaged day is taken out before it is built again."""
    for table in _legible(context):
        for partition_day in context.lake.damaged_days(table):
            yield _damaged(context, table, partition_day, shift(partition_day, -WRITER[table.name].offset_days))


def _damaged(context: Context, table: Table, partition_day: date, day: date) -> Finding:
    found = _torn(context, table, day, f"a file of {table.name} of {partition_day} does not hold what was written")

    rebuilt = found.mend
    if rebuilt is None:
        return found

    def mend() -> str:
        context.lake.drop(table, [partition_day])
        return rebuilt()

    return replace(found, mend=mend)


def by_content(context: Context) -> Iterator[Finding]:
    """Reads every day of every table and compares its digest with the ledger's. Days that differ by the log are left
    to `by_logs`, damaged ones to `by_files`, stale ones to the next night.
    """
    for table in filter(context.lake.exists, _legible(context)):
        name, step = table.name, WRITER[table.name]
        damaged = set(context.lake.damaged_days(table))
        days = [day for day in context.lake.rows_by_day(table) if day not in damaged]
        torn, digests = torn_days(context, table), checks.digests(table, context.lake.read(table, days))
        for day, row in sorted(context.ledger.standing(step.name).items()):
            said = json.loads(row["outputs"] or "{}").get(name, {}).get("digest")
            partition_day = shift(day, step.offset_days)
            held = said if partition_day in damaged else digests.get(partition_day, "0-0")
            if row["status"] == "ok" and said is not None and said != held and day not in torn:
                yield _torn(context, table, day, f"{name} holds content {held}, the ledger names {said}")


def _torn(context: Context, table: Table, day: date, what: str) -> Finding:
    step = WRITER[table.name].name

    def mend() -> str:
        context.ledger.append(rows_of(context, BY_NAME[step], {day: DayReport()}, Ending("stale", error=what)))
        return f"{step} of {day} is marked stale"

    if is_being_erased(context, table.name, shift(day, WRITER[table.name].offset_days)):
        return Finding(f"{table.name} of {day}", what, "An unfinished erasure rewrites it: finish that first")
    return Finding(f"{table.name} of {day}", what, _REBUILT, mend)


def of_segments(context: Context) -> Iterator[Finding]:
    """Lists segments that are torn. Those of files that the table no longer has are in nobody's way."""
    legible = {table.name for table in _legible(context)}
    for state in STATES.values():
        if state.table.name not in legible:
            continue
        built = built_days(context.lake, state.table)
        for name in shelf(context.lake, state, built).unsound if built else ():
            if not _is_outdated(context, state, name, built):
                yield _torn_segment(context, state, name, shift(max(built), 1))


def _is_outdated(context: Context, state: State, name: str, built: dict[date, DayFiles]) -> bool:
    segment = Segment.kept(context.lake, state.table, name)
    return segment is not None and any(
        day not in {str(known) for known in built} or built[date.fromisoformat(day)].digest != digest
        for day, digest in segment.days
    )


def _torn_segment(context: Context, state: State, name: str, after: date) -> Finding:
    def mend() -> str:
        remove(context.lake, state, name)
        return f"it is removed, and {keep_segments(context, state.table, after)} segments were gathered"

    return Finding(
        f"segment {name} of {state.table.name}",
        "it is torn, so nobody uses it",
        "Nothing is lost: days without a segment are read themselves, and nights gather them again",
        mend,
    )

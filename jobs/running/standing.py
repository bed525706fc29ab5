"""Whether the lake still holds what the ledger says: versions, rows and files of every day, by the logs alone."""

import json
from collections.abc import Iterable
from datetime import date
from functools import cache
from typing import Any
from weakref import WeakKeyDictionary

from features.registry import TABLE as FEATURES
from jobs.pipeline import BY_NAME, LANDING, WRITER, Step
from jobs.running.context import Context
from jobs.running.ledger_rows import Ending, rows_of
from pumploss import catalog
from pumploss.contract import Table
from pumploss.days import shift
from pumploss.lake import Lake
from pumploss.lake.segments import built_days
from pumploss.report import DayReport

#: The version of each table that was held against the ledger already, by lake.
_looked_at: WeakKeyDictionary[Lake, dict[str, int | None]] = WeakKeyDictionary()


@cache
def table_of(name: str) -> Table:
    """Answers the table of a name, with the columns that the registry of features adds."""
    return FEATURES if name == FEATURES.name else catalog.tables()[name]


def declared_tables(step: Step) -> tuple[str, ...]:
    """Names the tables that a step reads or writes."""
    return tuple(dict.fromkeys(name for name in (*step.reads, *step.writes) if name != LANDING))


def torn_days(context: Context, table: Table) -> dict[date, str]:
    """Finds dump days of which the lake does not hold what the ledger says of the table, each with what differs."""
    step, torn = WRITER[table.name], {}
    version, stored = context.lake.version(table), built_days(context.lake, table)
    for day, row in context.ledger.standing(step.name).items():
        said = json.loads(row["outputs"] or "{}").get(table.name, {}) if row["status"] == "ok" else {}
        held = stored.get(shift(day, step.offset_days))
        if said and (difference := _difference(table.name, said, version, held)):
            torn[day] = difference
        elif row["status"] == "ok" and row["rows_written"] and not said and held is None:
            # Another step wrote the table in an earlier version of the project, and was not reached that day.
            torn[day] = f"the lake has no {table.name}, and the ledger does not say that it was written"
    return torn


def outgrown_days(context: Context, table: Table) -> dict[date, str]:
    """Finds the days of a table that an earlier version of the project wrote without columns that it has now.

    Days of a step that is not restated are left as they are: its new columns stay without a value there.
    """
    step, lacking = WRITER[table.name], context.lake.lacking(table)
    if not lacking or not step.is_restated:
        return {}
    more = f" and {len(lacking) - 1} more columns" if lacking[1:] else ""
    return dict.fromkeys(context.ledger.held(step.name), f"{table.name} was built before {lacking[0]}{more} came")


def _difference(name: str, said: dict[str, Any], version: int | None, held: Any) -> str | None:
    """Says what differs between what the ledger and what the log says of a day; None where nothing does."""
    rows, files = (held.rows, held.digest) if held else (0, "")
    if version is None:
        return f"the lake has no {name}" if said.get("rows") or "version" in said else None
    if version < said.get("version", 0):
        return f"the lake has {name} at version {version}, the ledger names version {said['version']}"
    if rows != said.get("rows", rows):
        return f"the lake has {rows} rows of {name}, the ledger names {said['rows']}"
    if files != said.get("files", files):
        return f"the files of {name} are others than those that the ledger names"
    return None


def mark_torn(context: Context, step: Step) -> None:
    """Marks those days stale of which a table of the step is not what the ledger says: the next night makes them anew.

    A table is looked at once per version: what this run adds to it, it also tells the ledger.
    """
    mark_tables(context, declared_tables(step))


def mark_tables(context: Context, names: Iterable[str]) -> dict[tuple[str, date], str]:
    """Marks days of these tables stale where the lake does not hold what the ledger says; answers them by step."""
    looked_at = _looked_at.setdefault(context.lake, {})
    torn: dict[tuple[str, date], str] = {}
    narrow: list[Table] = []
    for table in map(table_of, names):
        version = context.lake.version(table)
        if looked_at.get(table.name, -1) != version:
            found = torn_days(context, table) | outgrown_days(context, table)
            torn |= {(WRITER[table.name].name, day): why for day, why in found.items()}
            narrow += [table] * bool(context.lake.lacking(table))
            looked_at[table.name] = version
    rows = []
    for (name, day), why in torn.items():
        rows += rows_of(context, BY_NAME[name], {day: DayReport()}, Ending("stale", error=why))
    context.ledger.append(rows)
    for table in narrow:  # only now: a run that dies in between finds the days again
        context.lake.widen(table)
    if torn:
        (name, day), why = min(torn.items(), key=lambda item: item[0][1])
        context.say(f"{len(torn)} built days are not as the ledger says, from {name} of {day}: {why}.")
    return torn

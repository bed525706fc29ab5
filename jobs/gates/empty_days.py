"""Days of daily sources without a single record: refused, until an operator accepts that nothing was traded.

What was accepted is kept in the ledger with the measures of the dump, and holds for as long as nothing lands there.
"""

from collections import Counter
from collections.abc import Collection, Iterable

from jobs.gates.dump_measures import Dump
from jobs.gates.recorded import recorded
from jobs.running.context import Context
from pumploss.days import Days, as_options, listed
from pumploss.errors import LandingError
from sources.landing.dump_days import daily_sources
from sources.parsing.read_file import ReadFile

#: The measure that is accepted of a day without any.
RECORDS = "records"


def accepted(context: Context, days: Days) -> set[Dump]:
    """Lists the dumps that may be empty, or missing: of all these days where the run accepts it, else of the ledger."""
    dumps = {(day, source) for day in days for source in daily_sources(context.landing)}
    if context.accept_completeness:
        return dumps
    noted = recorded(context)
    return {dump for dump in dumps & noted.keys() if is_empty(noted[dump])}


def is_empty(noted: dict[str, object]) -> bool:
    """Tells by what was noted of a dump whether it was accepted as one without records."""
    subjects = noted.get("accepted")
    return not noted.get(RECORDS) and isinstance(subjects, list) and RECORDS in subjects


def empty_dumps(daily: Iterable[str], files: Iterable[ReadFile], days: Days, taken: Collection[Dump]) -> list[Dump]:
    """Finds the days of daily sources in which not one record landed. Raises LandingError unless all may be so."""
    records: Counter[Dump] = Counter()
    for file in files:
        records[file.dump_day, file.source] += file.records or 0
    empty = [(day, name) for name in daily for day in days if not records[day, name]]
    if refused := [dump for dump in empty if dump not in taken]:
        raise LandingError(
            f"{listed(f'{name}/{day}' for day, name in refused)} landed without a single record: a market that never "
            "sleeps has no such day. Land the day again; nothing was written. If nothing was traded, accept it: "
            f"`pumploss run bronze_trades {as_options(day for day, _ in refused)} --accept-completeness`."
        )
    return empty

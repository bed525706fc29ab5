"""Dumps of daily sources of which not one line was accepted: refused, until an operator says that it really was so.

What was accepted is kept in the ledger with the measures of the dump, and holds for as long as it has as many records.
"""

from collections import Counter
from collections.abc import Iterable
from typing import Any

from pyspark.sql import DataFrame
from pyspark.sql import functions as F

from jobs.bronze.accounting import Fates
from jobs.gates.dump_measures import Dump
from jobs.gates.recorded import recorded
from jobs.running.step_context import StepContext
from pumploss.days import as_options, listed
from pumploss.errors import LandingError
from pumploss.reasons import Reason
from sources import SOURCES
from sources.parsing.read_file import ReadFile

#: Reasons of lines that were read well: the feed has the form that its source reads.
READ = (Reason.UNKNOWN_POOL.value, Reason.QUOTE_LEG.value, Reason.NON_SOL_QUOTE.value)
#: The measure that is accepted of a dump without trades.
ROWS = "rows"


def refused_dumps(context: StepContext, files: Iterable[ReadFile], fates: Fates, kept: DataFrame) -> list[Dump]:
    """Finds the dumps of daily sources without a record that is a trade, an event, a copy, erased, or one of READ.

    Raises LandingError unless somebody has accepted that each of them is so.
    """
    records, taken = Counter[Dump](), Counter[Dump]()
    for file in files:
        dump = file.dump_day, file.source
        records[dump] += file.records or 0
        taken[dump] += sum(
            counts[file.dump_day, file.file] for counts in (fates.written, fates.duplicate, fates.routed, fates.erased)
        )
    refused = sorted(dump for dump in records if records[dump] and not taken[dump] and SOURCES[dump[1]].is_daily)
    refused = _without_read(refused, kept)
    noted = recorded(context) if refused and not context.accept_completeness else {}
    is_taken = {
        dump: context.accept_completeness or _is_accepted(noted.get(dump, {}), records[dump]) for dump in refused
    }
    if unasked := [dump for dump in refused if not is_taken[dump]]:
        context.report.is_evidence = True
        raise LandingError(
            f"Of {listed(f'{name}/{day}' for day, name in unasked)} not one line was accepted "
            f"({_said(unasked, kept)}): the feed has another form than its source reads; nothing was written. Mend "
            "the source or land the day again, and run it. If it really was so, accept it: "
            f"`pumploss run bronze_trades {as_options(day for day, _ in unasked)} --accept-completeness`."
        )
    if refused:
        said = listed(f"{name}/{day}" for day, name in refused)
        context.report.warnings.append(f"not one line of {said} was accepted, as somebody has said may be")
    return refused


def _is_accepted(noted: dict[str, Any], records: int) -> bool:
    """Tells by what was noted of a dump whether it was accepted as one without trades, of as many records."""
    return noted.get("records") == records and not noted.get(ROWS) and ROWS in noted.get("accepted", ())


def _without_read(refused: list[Dump], kept: DataFrame) -> list[Dump]:
    """Leaves out dumps with a line that was read, and is of another thing or becomes a trade once its pool is known."""
    if not refused:
        return []
    rows = kept.where(F.col("reason").isin(*READ)).select("dump_day", "source").distinct().collect()
    understood = {(row["dump_day"], row["source"]) for row in rows}
    return [dump for dump in refused if dump not in understood]


def _said(refused: list[Dump], kept: DataFrame) -> str:
    """Counts the reasons of refused dumps, for people."""
    counts: Counter[str] = Counter()
    for row in kept.groupBy("dump_day", "source", "reason").count().collect():
        if (row["dump_day"], row["source"]) in refused:
            counts[row["reason"]] += row["count"]
    return ", ".join(f"{count} {reason}" for reason, count in counts.most_common(3))

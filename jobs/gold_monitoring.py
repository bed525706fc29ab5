"""Watches the models that scored a night: drift, age, and how right the scores were whose outcomes have matured.

Bounds are in `models/bounds.py`. What breaks one is a warning of the night and stands in the ledger; past a `stop`
bound the model is to be trained again. Whatever fails here is a warning, too: no fault of watching holds up what it
watches.
"""

from datetime import date

import pyarrow as pa

from jobs.monitoring.night import Night
from jobs.monitoring.telling import sentences, training_command
from jobs.monitoring.watching import Watched
from jobs.running.step_context import StepContext
from models.bounds import Verdict
from models.registry import Registry
from pumploss.days import Days, midnight, shift
from pumploss.errors import CheckError, failure_text
from pumploss.tables.gold_monitoring import TABLE
from pumploss.tables.gold_scores import TABLE as SCORES


def run(context: StepContext, days: Days) -> None:
    """Measures T = D + 1 of each dump day D that has scores, and replaces its rows; days without are left alone."""
    report, registry = context.report, Registry(context.settings)
    found = {day: Night(context, registry, shift(day, 1)).watched() for day in days}
    known = {day: watched for day, watched in found.items() if watched}
    if not known and not context.ledger.held(SCORES.name) & set(days):
        report.skipped = f"there are no scores of T = {shift(days[-1], 1)}: nothing to watch"
        return
    for day in days:
        report.day(day)  # a day without a score has run as well
    rows = [one.row(shift(day, 1)) for day, watched in known.items() for one in watched]
    stamped = [{**row, "as_of": midnight(row["monitor_day"])} for row in rows]
    frame = context.spark.createDataFrame(pa.Table.from_pylist(stamped, schema=TABLE.arrow_schema), TABLE.ddl)
    try:
        context.publish(TABLE, frame, [shift(day, 1) for day in known])
    except CheckError as error:
        report.warnings.append(failure_text(error))
        return
    for day, watched in known.items():
        _tell(context, day, watched)


def _tell(context: StepContext, day: date, watched: list[Watched]) -> None:
    """Notes for the ledger and for people which bounds broke, and what to do past a `stop` bound."""
    report = context.report
    warns, stops = (sentences(watched, verdict) for verdict in (Verdict.WARN, Verdict.STOP))
    stopped = sorted({one.model for one in watched if one.figure.verdict is Verdict.STOP})
    report.day(day).rows_read = max(one.figure.rows for one in watched)
    report.day(day).note(TABLE.name, warns=warns, stops=stops, stopped=stopped)
    report.warnings.extend([*stops, *warns])
    if stopped:
        report.warnings.append(f"to be trained again: `{training_command(stopped, day)}`")

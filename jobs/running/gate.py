"""The gate before readers see a table: what was staged is measured and judged, and the result kept for Data Docs."""

import time
from collections.abc import Callable, Mapping, Sequence
from datetime import date
from pathlib import Path

from pyspark.sql import DataFrame

from pumploss import checks
from pumploss.checks import data_docs
from pumploss.contract import Table
from pumploss.errors import CheckError, failure_text
from pumploss.report import RunReport

#: Failed checks that are shown with rows.
EXAMPLES = 3
#: Failed checks that an error lists.
_LISTED = 10


def judge_staged(
    table: Table, stage: DataFrame, run_days: Mapping[date, date], folder: Path, report: RunReport
) -> checks.Measured:
    """Measures and judges what was staged, and keeps the result in the folder of Data Docs.

    `run_days` are the dump days by partition day. Failed checks that only warn go into the report; raises CheckError
    where a STOP check fails, with some of the rows.
    """
    started = time.perf_counter()
    measured = checks.measure(table, stage)
    judged = checks.judged(table.name, table.all_checks, measured.metrics)
    verdicts = checks.confirmed(stage, checks.failures(measured, judged))
    stops = checks.stops(verdicts)
    rows = {verdict: checks.examples(table, stage, verdict) for verdict in stops[:EXAMPLES]}
    if run_days:
        document(folder, judged, tuple(run_days), max(run_days.values()), failed_checks(verdicts, rows), report)
    took(report, table.name, started)
    report.warnings.extend(f"{table.name} {verdict}" for verdict in verdicts if verdict not in stops)
    if stops:
        raise _refusal(table, stops, rows)
    return measured


def _refusal(table: Table, stops: Sequence[checks.Verdict], rows: Mapping[checks.Verdict, Sequence[str]]) -> CheckError:
    listed = "\n  ".join(str(verdict) for verdict in stops[:_LISTED])
    shown = "\n    ".join(row for examples in rows.values() for row in examples)
    return CheckError(
        f"{table.name} was not published, readers keep what they have. Failed:\n  {listed}\n"
        f"  rows, for example:\n    {shown}\nMend the input or the step, then run the day again. "
        "`pumploss docs` shows all checks."
    )


def document(
    folder: Path,
    judged: checks.Judged,
    days: Sequence[date],
    night: date,
    failed: Mapping[str, data_docs.Failed],
    report: RunReport,
) -> None:
    """Keeps what was judged for Data Docs. Whatever fails there holds up no night, but is said."""
    try:
        data_docs.keep(folder, judged, night, days, failed)
    except Exception as error:  # noqa: BLE001 - Great Expectations raises of every kind over a torn or foreign file
        report.warnings.append(f"Data Docs lack a result of {night}: {failure_text(error)}")


def build_data_docs(folder: Path, say: Callable[[str], None], report: RunReport | None = None) -> None:
    """Brings the pages of Data Docs up to date, where anything was judged since; trouble with them is only said."""
    started = time.perf_counter()
    try:
        if data_docs.has_results(folder) and not data_docs.is_current(folder):
            data_docs.build(folder)
    except Exception as error:  # noqa: BLE001 - as above
        say(
            f"Data Docs could not be built: {failure_text(error)}. Nothing else depends on them: where this comes "
            f"again, delete {folder}, and they begin anew with the next night."
        )
    if report is not None:
        took(report, "data_docs", started)


def took(report: RunReport, gate: str, started: float) -> None:
    """Adds the seconds since `started` to what a gate cost the step: `gate_seconds` of the report's details."""
    seconds = report.details.setdefault("gate_seconds", {})
    seconds[gate] = seconds.get(gate, 0.0) + time.perf_counter() - started


def failed_checks(
    verdicts: Sequence[checks.Verdict], rows: Mapping[checks.Verdict, Sequence[str]]
) -> dict[str, data_docs.Failed]:
    """Sums up what Data Docs say of failed checks, by name: days, and rows where there are some."""
    failed: dict[str, data_docs.Failed] = {}
    for verdict in verdicts:
        known = failed.get(verdict.check.name, data_docs.Failed())
        failed[verdict.check.name] = data_docs.Failed((*known.days, verdict.day), (*known.rows, *rows.get(verdict, ())))
    return failed

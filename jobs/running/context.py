"""What a step is given: engine, lake, ledger and landing, and the one way to read and to publish a table."""

import json
import time
import uuid
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import date
from functools import cached_property

from pyspark.sql import DataFrame, SparkSession

from jobs.pipeline import WRITER
from pumploss import checks, engine
from pumploss.checks import data_docs
from pumploss.contract import Table
from pumploss.days import shift
from pumploss.errors import CheckError, StoreError
from pumploss.lake import Lake, Ledger
from pumploss.report import RunReport
from pumploss.settings import Settings
from sources.landing.folders import Landing

#: Failed checks that are shown with rows.
EXAMPLES = 3


def _silent(_: str) -> None:
    """Say nothing."""


@dataclass
class Context:
    """Everything that a step may touch; `say` takes one line of progress for people.

    `accept_completeness` says that somebody has looked: days that seem incomplete are really so.
    """

    settings: Settings
    run_id: str = field(default_factory=lambda: uuid.uuid4().hex)
    say: Callable[[str], None] = _silent
    accept_completeness: bool = False

    @cached_property
    def spark(self) -> SparkSession:
        """The engine's session, started on first use."""
        return engine.session(self.settings)

    @cached_property
    def lake(self) -> Lake:
        """The lake of these settings; the engine starts when rows are first read or written."""
        return Lake(self.settings.lake, lambda: self.spark, self.run_id)

    @cached_property
    def ledger(self) -> Ledger:
        """The run ledger of the lake."""
        return Ledger(self.lake)

    @cached_property
    def landing(self) -> Landing:
        """The landing of these settings."""
        return Landing(self.settings.landing)

    def read(self, table: Table, days: Collection[date] | None = None) -> DataFrame:
        """The table, whole or the given partition days of it. Raises StaleError if any of them is stale."""
        step = WRITER[table.name]
        run_days = None if days is None else [shift(day, -step.offset_days) for day in days]
        self.ledger.refuse_stale(step.name, run_days)
        return self.lake.read(table, days)

    def read_before(self, table: Table, day: date) -> DataFrame:
        """All partition days before one. Raises StaleError if any of them is stale."""
        return self.read(table, [built for built in self.lake.rows_by_day(table) if built < day])

    def publish(
        self, table: Table, frame: DataFrame, days: Collection[date], report: RunReport, staged: bool = False
    ) -> dict[date, int]:
        """Stage the frame, check it, replace these partition days by it; answers rows per day.

        Counts, digests and versions go into the report. Raises CheckError when a STOP check fails: the table is then as
        it was.
        """
        step = WRITER[table.name]
        stage = frame if staged else self.lake.stage(table, frame)
        run_days = {day: shift(day, -step.offset_days) for day in sorted(days)}
        measured = self._gate(table, stage, run_days, report)
        version = self.lake.replace(table, stage, days, measured.rows)
        report.output_version = version
        for day, run_day in run_days.items():
            self._note(table, day, run_day, measured, version, report)
        return measured.rows

    def _gate(
        self, table: Table, stage: DataFrame, run_days: Mapping[date, date], report: RunReport
    ) -> checks.Measured:
        """Measure and judge what was staged, and keep the result; the report's details have `gate_seconds` by table."""
        started = time.perf_counter()
        measured = checks.measure(table, stage)
        judged = checks.judged(table.name, table.all_checks, measured.metrics)
        verdicts = checks.confirmed(stage, checks.failures(measured, judged))
        stops = checks.stops(verdicts)
        rows = {verdict: checks.examples(table, stage, verdict) for verdict in stops[:EXAMPLES]}
        if run_days:
            self.document(judged, tuple(run_days), max(run_days.values()), failed_checks(verdicts, rows), report)
        _took(report, table.name, started)
        report.warnings.extend(f"{table.name} {verdict}" for verdict in verdicts if verdict not in stops)
        if stops:
            listed = "\n  ".join(str(verdict) for verdict in stops[:10])
            shown = "\n    ".join(row for found in rows.values() for row in found)
            raise CheckError(
                f"{table.name} was not published, readers keep what they have. Failed:\n  {listed}\n"
                f"  rows, for example:\n    {shown}\nMend the input or the step, then run the day again. "
                "`pumploss docs` shows all checks."
            )
        return measured

    def document(
        self,
        judged: checks.Judged,
        days: Sequence[date],
        night: date,
        failed: Mapping[str, data_docs.Failed],
        report: RunReport,
    ) -> None:
        """Keep what was judged for Data Docs. A disk that is full there holds up no night, but is said."""
        try:
            data_docs.keep(self.settings.data_docs_dir, judged, night, days, failed)
        except (OSError, StoreError) as error:
            report.warnings.append(f"Data Docs lack a result of {night}: {error}")

    def build_data_docs(self, report: RunReport | None = None) -> None:
        """Bring the pages of Data Docs up to date, where anything was judged since; trouble with them is only said."""
        started, folder = time.perf_counter(), self.settings.data_docs_dir
        try:
            if data_docs.has_results(folder) and not data_docs.is_current(folder):
                data_docs.build(folder)
        except (OSError, StoreError) as error:
            self.say(f"Data Docs could not be built: {error}")
        if report is not None:
            _took(report, "data_docs", started)

    def _note(
        self, table: Table, day: date, run_day: date, measured: checks.Measured, version: int, report: RunReport
    ) -> None:
        rows = measured.rows.get(day, 0)
        digest = measured.digests.get(day, "0-0")
        noted = report.day(run_day).outputs.setdefault(table.name, {})
        noted.update({"rows": rows, "digest": digest, "version": version})
        # A first day without rows is what its readers have read so far.
        if (self.recorded_digest(table, run_day) or "0-0") != digest:
            report.changed.add(run_day)

    def recorded_digest(self, table: Table, run_day: date) -> str | None:
        """Content digest of the table's day as the ledger has it, or None where it was never built."""
        row = self.ledger.latest().get((WRITER[table.name].name, run_day))
        outputs = json.loads(row["outputs"] or "{}") if row else {}
        digest = outputs.get(table.name, {}).get("digest")
        return None if digest is None else str(digest)


def _took(report: RunReport, gate: str, started: float) -> None:
    """Add the seconds since to what a gate cost the step."""
    seconds = report.details.setdefault("gate_seconds", {})
    seconds[gate] = seconds.get(gate, 0.0) + time.perf_counter() - started


def failed_checks(
    verdicts: Sequence[checks.Verdict], rows: Mapping[checks.Verdict, Sequence[str]]
) -> dict[str, data_docs.Failed]:
    """What Data Docs say of failed checks, by name."""
    found: dict[str, data_docs.Failed] = {}
    for verdict in verdicts:
        known = found.get(verdict.check.name, data_docs.Failed())
        found[verdict.check.name] = data_docs.Failed((*known.days, verdict.day), (*known.rows, *rows.get(verdict, ())))
    return found


@contextmanager
def open_context(settings: Settings, say: Callable[[str], None] = _silent) -> Iterator[Context]:
    """A context whose stages are deleted when it closes."""
    context = Context(settings, say=say)
    try:
        yield context
    finally:
        if "lake" in context.__dict__:
            context.lake.unstage()

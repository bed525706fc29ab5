"""What a step is given: engine, lake, ledger and landing, and the one way to read and to publish a table."""

import uuid
from collections.abc import Callable, Collection, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import date
from functools import cached_property
from typing import TYPE_CHECKING

from jobs.pipeline import WRITER
from pumploss import checks, engine
from pumploss.contract import Table
from pumploss.days import shift
from pumploss.errors import CheckError
from pumploss.lake import Lake, Ledger
from pumploss.report import RunReport
from pumploss.settings import Settings

if TYPE_CHECKING:
    from pyspark.sql import DataFrame, SparkSession

    from jobs.landing import Landing


def _silent(_: str) -> None:
    """Say nothing."""


@dataclass
class Context:
    """Everything that a step may touch; `say` takes one line of progress for people."""

    settings: Settings
    run_id: str = field(default_factory=lambda: uuid.uuid4().hex)
    say: Callable[[str], None] = _silent

    @cached_property
    def spark(self) -> "SparkSession":
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
    def landing(self) -> "Landing":
        """The landing of these settings."""
        from jobs.landing import Landing

        return Landing(self.settings.landing)

    def read(self, table: Table, days: Collection[date] | None = None) -> "DataFrame":
        """The table, whole or the given partition days of it. Raises StaleError if any of them is stale."""
        step = WRITER[table.name]
        run_days = None if days is None else [shift(day, -step.offset_days) for day in days]
        self.ledger.refuse_stale(step.name, run_days)
        return self.lake.read(table, days)

    def read_before(self, table: Table, day: date) -> "DataFrame":
        """All partition days before one. Raises StaleError if any of them is stale."""
        return self.read(table, [built for built in self.lake.rows_by_day(table) if built < day])

    def publish(
        self, table: Table, frame: "DataFrame", days: Collection[date], report: RunReport, staged: bool = False
    ) -> dict[date, int]:
        """Stage the frame, check it, replace these partition days by it; answers rows per day.

        Counts, digests and versions go into the report. Raises CheckError when a STOP check fails: the table is then as
        it was.
        """
        step = WRITER[table.name]
        stage = frame if staged else self.lake.stage(table.name, frame)
        measured = checks.measure(table, stage)
        self._judge(table, stage, measured, report)
        version = self.lake.replace(table, stage, days, measured.rows)
        report.output_version = version
        for day in sorted(days):
            self._note(table, day, shift(day, -step.offset_days), measured, version, report)
        return measured.rows

    def _judge(self, table: Table, stage: "DataFrame", measured: checks.Measured, report: RunReport) -> None:
        verdicts = checks.confirmed(stage, checks.judge(measured))
        stops = checks.stops(verdicts)
        report.warnings.extend(f"{table.name} {verdict}" for verdict in verdicts if verdict not in stops)
        if stops:
            rows = "\n    ".join(row for verdict in stops[:3] for row in checks.examples(table, stage, verdict))
            listed = "\n  ".join(str(verdict) for verdict in stops[:10])
            raise CheckError(
                f"{table.name} was not published, readers keep what they have. Failed:\n  {listed}\n"
                f"  rows, for example:\n    {rows}\nMend the input or the step, then run the day again."
            )

    def _note(
        self, table: Table, day: date, run_day: date, measured: checks.Measured, version: int, report: RunReport
    ) -> None:
        rows = measured.rows.get(day, 0)
        digest = measured.digests.get(day, "0-0")
        report.day(run_day).outputs[table.name] = {"rows": rows, "digest": digest, "version": version}
        if self.recorded_digest(table, run_day) != digest:
            report.changed.add(run_day)

    def recorded_digest(self, table: Table, run_day: date) -> str | None:
        """Content digest of the table's day as the ledger has it, or None where it was never built."""
        import json

        row = self.ledger.latest().get((WRITER[table.name].name, run_day))
        outputs = json.loads(row["outputs"] or "{}") if row else {}
        digest = outputs.get(table.name, {}).get("digest")
        return None if digest is None else str(digest)


@contextmanager
def open_context(settings: Settings, say: Callable[[str], None] = _silent) -> Iterator[Context]:
    """A context whose stages are deleted when it closes."""
    context = Context(settings, say=say)
    try:
        yield context
    finally:
        if "lake" in context.__dict__:
            context.lake.unstage()

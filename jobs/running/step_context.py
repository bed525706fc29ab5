"""What a step is given: it reads what the step declares, publishes what the step writes, and tells the report."""

from collections.abc import Collection, Sequence
from datetime import date
from functools import cached_property

from pyspark.sql import Column, DataFrame, SparkSession

from jobs.pipeline import BY_NAME
from jobs.running import gate
from jobs.running.context import Context
from jobs.running.standing import declared_tables, table_of
from pumploss import checks
from pumploss.contract import Table
from pumploss.days import Days, shift
from pumploss.errors import LakeError
from pumploss.lake import Lake, Ledger
from pumploss.lake.segments import built_days
from pumploss.lake.splits import splits_of
from pumploss.report import RunReport
from pumploss.walks import groups_of
from sources.landing.folders import Landing


class StepContext(Context):
    """A context bound to one pass of the report's step over days; engine, lake and ledger are those of the run.

    The rows read and written of each day go into the report. A step that builds no table counts for itself.
    """

    def __init__(self, run: Context, days: Days, report: RunReport) -> None:
        super().__init__(run.settings, run.run_id, run.say, run.accept_completeness)
        self.step = BY_NAME[report.step]
        self.days = days
        self.report = report
        self._run = run
        self._versions = {name: self.lake.version(table_of(name)) for name in declared_tables(self.step)}

    @cached_property
    def spark(self) -> SparkSession:
        """The run's session."""
        return self._run.spark

    @cached_property
    def lake(self) -> Lake:
        """The run's lake."""
        return self._run.lake

    @cached_property
    def ledger(self) -> Ledger:
        """The run's ledger."""
        return self._run.ledger

    @cached_property
    def landing(self) -> Landing:
        """The run's landing."""
        return self._run.landing

    def require_readable(self, table: Table, days: Collection[date] | None = None) -> None:
        """Raises LakeError for a table that the step does not declare, StaleError for days that are stale."""
        if table.name not in (*self.step.reads, *self.step.writes):
            raise LakeError(
                f"{self.step.name} reads {table.name} without saying so: add it to the step's `reads` in "
                "jobs/pipeline.py, so that it is built first and a change of it makes the step's days stale."
            )
        super().require_readable(table, days)

    def read(self, table: Table, days: Collection[date] | None = None, version: int | None = None) -> DataFrame:
        """Reads a table that the step declares; of its first table, a day's rows count as read by that day's run."""
        frame = super().read(table, days, version)
        if self.step.writes and table.name == self.step.reads[0]:
            rows = self.lake.rows_by_day(table)
            for day in days or ():
                run_day = shift(day, -self.step.offset_days)
                if run_day in self.days:
                    self.report.day(run_day).rows_read = rows.get(day, 0)
        return frame

    def read_own(self, table: Table, days: Collection[date] | None = None) -> DataFrame:
        """Reads a table of this step as it stands before the pass, stale days included."""
        self._require_own(table)
        return self.lake.read(table, days)

    def stage(self, table: Table, frame: DataFrame, blocks: Sequence[Column] = ()) -> DataFrame:
        """Computes the frame once, into files as the table's will lie: the larger its days, the more of them.

        `blocks` are conditions of which each row meets one (see `Lake.stage`).
        """
        return self.lake.stage(table, frame, splits_of(self.largest_day()), blocks)

    def largest_day(self) -> int:
        """Answers the rows of the largest day of the step's tables as they stand: about what a day may hold."""
        rows = (self.lake.rows_by_day(table_of(name)).values() for name in declared_tables(self.step))
        return max((max(of_table, default=0) for of_table in rows), default=0)

    def groups(self, days: Collection[date]) -> int:
        """Answers into how many groups of cohorts a pass that reads these days is cut where it is walked."""
        return groups_of(self.largest_day() * len(days))

    def publish(
        self, table: Table, frame: DataFrame, days: Collection[date], staged: bool = False, counted: bool = True
    ) -> dict[date, int]:
        """Stages the frame, checks it, replaces these partition days by it; answers rows per day.

        `staged` says that the frame lies in the stage as the table's files will, `counted` that its rows are added to
        the rows written. Raises CheckError when a STOP check fails: the table is then as it was.
        """
        self._require_own(table)
        stage = frame if staged else self.stage(table, frame)
        run_days = {day: shift(day, -self.step.offset_days) for day in sorted(days)}
        measured = gate.judge_staged(table, stage, run_days, self.settings.data_docs_dir, self.report)
        self.require_unmoved()
        self._run.claim_lake()
        version = self._versions[table.name] = self.lake.replace(table, stage, days, measured.rows)
        self.report.output_version = version
        files = built_days(self.lake, table)
        for day, run_day in run_days.items():
            self._note(table, day, run_day, measured, version)
            self.report.day(run_day).note(table.name, files=files[day].digest if day in files else "")
            self.report.day(run_day).rows_written += measured.rows.get(day, 0) if counted else 0
        return measured.rows

    def require_unmoved(self) -> None:
        """Raises LakeError where a table of the step has another version than when the pass began to read.

        Whatever was computed then rests on what the lake no longer holds, or on some of both.
        """
        if self._run.hold is not None:
            self._run.hold.require()
        now = {name: self.lake.version(table_of(name)) for name in self._versions}
        moved = [f"{name} from version {self._versions[name]} to {now[name]}" for name in now]
        moved = [text for text, name in zip(moved, now, strict=True) if now[name] != self._versions[name]]
        if moved:
            raise LakeError(
                f"{self.step.name} of {self.days[0]} to {self.days[-1]} was not published: while it ran, somebody else "
                f"changed {', '.join(moved)}. Whoever writes into {self.lake.root} goes through `pumploss`, which lets "
                "one run in at a time; run the step again."
            )

    def _require_own(self, table: Table) -> None:
        if table.name not in self.step.writes:
            raise LakeError(f"{self.step.name} does not write {table.name}: say so in jobs/pipeline.py, or read it.")

    def _note(self, table: Table, day: date, run_day: date, measured: checks.Measured, version: int) -> None:
        digest = measured.digests.get(day, "0-0")
        self.report.day(run_day).note(table.name, rows=measured.rows.get(day, 0), digest=digest, version=version)
        # A first day without rows is what its readers have read so far.
        if (self.recorded_digest(table, run_day) or "0-0") != digest:
            self.report.changed.add(run_day)

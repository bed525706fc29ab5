"""One run: its engine, lake, ledger and landing, opened on first use, and the way to read a table outside a step."""

import json
import uuid
from collections.abc import Callable, Collection, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import date
from functools import cached_property

from pyspark.sql import DataFrame, SparkSession

from jobs.pipeline import WRITER
from jobs.running.repairs import repair
from pumploss import engine
from pumploss.contract import Table
from pumploss.days import shift
from pumploss.lake import Lake, Ledger
from pumploss.lake.locks import Hold, lake_hold
from pumploss.lake.owner import claim
from pumploss.settings import Settings
from sources.landing.folders import Landing


def _silent(_: str) -> None:
    """Says nothing."""


@dataclass
class Context:
    """What commands and notebooks work with: it reads any table. A step is given a `StepContext` instead.

    `say` takes one line of progress for people. `accept_completeness` says that somebody has looked: days that seem
    incomplete are really so. `wait_seconds` is how long a lake that another run holds is waited for.
    """

    settings: Settings
    run_id: str = field(default_factory=lambda: uuid.uuid4().hex)
    say: Callable[[str], None] = _silent
    accept_completeness: bool = False
    wait_seconds: float = 120.0
    hold: Hold | None = field(default=None, init=False, repr=False)
    _is_claimed: bool = field(default=False, init=False, repr=False)
    #: What is done when the context closes, by a name, once each.
    at_close: dict[str, Callable[[], None]] = field(default_factory=dict, init=False, repr=False)

    @cached_property
    def spark(self) -> SparkSession:
        """The engine's session, started on first use."""
        return engine.session(self.settings)

    @cached_property
    def lake(self) -> Lake:
        """The lake of these settings; the engine starts when rows are first read or written."""
        return Lake(self.settings.lake, lambda: self.spark, self.run_id, repair)

    @cached_property
    def ledger(self) -> Ledger:
        """The run ledger of the lake."""
        return Ledger(self.lake)

    @cached_property
    def landing(self) -> Landing:
        """The landing of these settings."""
        return Landing(self.settings.landing)

    @contextmanager
    def held_lake(self) -> Iterator[Hold]:
        """Holds the lake for this run, together with other processes of it, unless this context does already.

        Raises BusyLakeError, with who holds it, where another run does for too long.
        """
        if self.hold is not None:
            yield self.hold
            return
        run = self.settings.run or self.run_id
        with lake_hold(self.settings.lake, run, self.wait_seconds, self.say) as hold:
            self.hold = hold
            try:
                yield hold
            finally:
                self.hold = None

    def claim_lake(self) -> None:
        """Binds the lake to the landing of this run, which is about to write what it has built from it.

        Raises LakeError where it is bound to another.
        """
        if not self._is_claimed:
            claim(self.lake, self.settings.landing)
            self._is_claimed = True

    def require_readable(self, table: Table, days: Collection[date] | None = None) -> None:
        """Raises StaleError if any of the partition days, or any at all, is stale."""
        step = WRITER[table.name]
        run_days = None if days is None else [shift(day, -step.offset_days) for day in days]
        self.ledger.refuse_stale(step.name, run_days)

    def read(self, table: Table, days: Collection[date] | None = None, version: int | None = None) -> DataFrame:
        """Reads a table, whole or the given partition days of it, at a Delta version or the latest.

        Raises StaleError if any of them is stale.
        """
        self.require_readable(table, days)
        return self.lake.read(table, days, version)

    def read_before(self, table: Table, day: date) -> DataFrame:
        """Reads all partition days before one. Raises StaleError if any of them is stale, also one that is gone."""
        step = WRITER[table.name]
        stale = {shift(run_day, step.offset_days) for run_day in self.ledger.stale(step.name)}
        self.require_readable(table, [built for built in stale if built < day])
        return self.read(table, [built for built in self.lake.rows_by_day(table) if built < day])

    def recorded_digest(self, table: Table, run_day: date) -> str | None:
        """Answers the content digest of the table's day that the ledger has, or None where it was never built."""
        row = self.ledger.latest().get((WRITER[table.name].name, run_day))
        outputs = json.loads(row["outputs"] or "{}") if row else {}
        digest = outputs.get(table.name, {}).get("digest")
        return None if digest is None else str(digest)


@contextmanager
def open_context(settings: Settings, say: Callable[[str], None] = _silent) -> Iterator[Context]:
    """Opens a context whose stages are deleted when it closes."""
    context = Context(settings, say=say)
    try:
        yield context
    finally:
        if "lake" in context.__dict__:
            context.lake.unstage()
        for last_act in context.at_close.values():
            last_act()

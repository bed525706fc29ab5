"""The whole way from a landing to published results: earlier days in one range pass, the last night through Airflow."""

import hashlib
import json
import time
from collections.abc import Callable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import AbstractContextManager, ExitStack, contextmanager
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any, Protocol

from jobs.airflow import TaskState, test_daily
from jobs.pipeline import STEPS, Cadence, Step, daily
from jobs.running.context import Context, open_context
from jobs.running.runner import run_step
from pumploss import embedded
from pumploss.days import Days, ordered
from pumploss.errors import LandingError
from pumploss.report import RunReport
from pumploss.settings import Settings
from sources.landing.dump_days import run_days
from sources.landing.folders import Landing

#: What earlier days need for the last night to build on: every table that needs no model.
DATA_STEPS = tuple(step for step in daily() if step.writes and not step.waits_for)

#: A file system may keep times to the second only.
CLOCK_SECONDS = 2.0


class Watch(Protocol):
    """Who looks on: is told of phases, of what is worked on, and of what is done."""

    def phase(self, title: str, total: int) -> AbstractContextManager[None]:
        """So many things are done under this title."""

    def at(self, text: str) -> None:
        """This is worked on now."""

    def done(self, text: str | None = None) -> None:
        """One thing is done."""


@dataclass
class Night:
    """What a nightly run did: the days of the landing, and seconds by phase."""

    days: Days
    seconds: dict[str, float] = field(default_factory=dict)


def nightly(
    settings: Settings, watch: Watch, use_airflow: bool = True, then: Callable[[Night], None] = lambda _: None
) -> Night:
    """Build every landed day that is not built or stale, then run the last one through to the published results.

    The last day is always run, which changes nothing where nothing changed. `then` is called while the stores are
    still up. Raises LandingError for a landing that
    cannot be trusted, and whatever a step raises; what was built until then stays, and the next run goes on from it.
    """
    days = landed_days(Landing(settings.landing))
    night = Night(days)
    with ExitStack() as stack:
        context = stack.enter_context(open_context(settings))
        context.lake.claim(settings.landing)
        ready = stack.enter_context(_preparing(settings, use_airflow))
        with _timed(night, "earlier days"):
            _build(context, days[:-1], watch)
        with _timed(night, "waiting for Airflow and the stores"):
            ready.result()
        with _timed(night, "last night"):
            (_through_airflow if use_airflow else _in_process)(settings, days[-1], watch)
        then(night)
    return night


def landed_days(landing: Landing) -> Days:
    """Every dump day from the first that landed to the last. Raises LandingError for an empty landing."""
    landed = landing.all_days(date.min, date.max)
    if not landed:
        raise LandingError(
            f"Nothing has landed in {landing.root}: land dumps as <source>/<YYYY-MM-DD>/<file>, or leave --landing out "
            "to simulate a market."
        )
    return run_days(landing, landed[0], landed[-1])


@contextmanager
def held_stores(settings: Settings) -> Iterator[None]:
    """The embedded servers stay up meanwhile, so that steps need not start and stop them one by one."""
    with ExitStack() as stack:
        if settings.warm_dsn is None:
            stack.enter_context(embedded.postgres(settings.warm_dir))
        if settings.hot_url is None:
            stack.enter_context(embedded.redis(settings.hot_dir))
        yield


@contextmanager
def _preparing(settings: Settings, use_airflow: bool) -> Iterator[Future[None]]:
    """Servers and Airflow's database get ready in the background: both only wait, while the engine computes."""

    def prepare() -> None:
        stack.enter_context(held_stores(settings))
        if use_airflow:
            from jobs.airflow import migrate

            migrate(settings)

    # The pool is left before the servers are let go.
    with ExitStack() as stack, ThreadPoolExecutor(1) as pool:
        yield pool.submit(prepare)


@contextmanager
def _timed(night: Night, phase: str) -> Iterator[None]:
    started = time.monotonic()
    yield
    night.seconds[phase] = time.monotonic() - started


def _build(context: Context, earlier: Days, watch: Watch) -> None:
    """Bring the earlier days up to date, each step in one pass over those that need it."""
    if not earlier:
        return
    # Dumps that changed or came later rebuild their day, and through the ledger every day that rests on it.
    wanted = {"bronze_trades": changed_dumps(context, earlier)}
    with watch.phase(f"{len(earlier)} earlier days, {earlier[0]} to {earlier[-1]}", len(DATA_STEPS)):
        for step in DATA_STEPS:
            days = ordered({*unbuilt(context, step, earlier), *wanted.get(step.name, ())})
            if not days:
                watch.done(f"{step.name}: up to date")
                continue
            watch.at(f"{step.name} {days[0]} to {days[-1]}")
            watch.done(sentence(run_step(context, step.name, days)))


def unbuilt(context: Context, step: Step, days: Days) -> Days:
    """Those of the days that the step never built, or that are stale."""
    fresh = context.ledger.built(step.name) - context.ledger.stale(step.name)
    return ordered(set(days) - fresh)


def changed_dumps(context: Context, days: Days) -> Days:
    """Built days whose landed files are no longer those that the ledger names.

    Local files that are older than the run that read them are taken to be the same; those of a bucket by their names.
    """
    latest = context.ledger.latest()
    landed = {name: set(context.landing.days(name)) for name in context.landing.sources()}
    changed = []
    for day in days:
        row = latest.get(("bronze_trades", day))
        if row is not None and row["status"] == "ok":
            files = [f for name, found in landed.items() if day in found for f in context.landing.files(name, day)]
            known = {entry["path"]: entry["sha256"] for entry in json.loads(row["inputs"])}
            if known.keys() != {file.name for file in files} or any(
                _is_touched(Path(file.path), row) and _sha256(Path(file.path)) != known[file.name] for file in files
            ):
                changed.append(day)
    return tuple(changed)


def _is_touched(path: Path, row: dict[str, Any]) -> bool:
    if not path.is_file():
        return False
    started: datetime = row["written_at"] - timedelta(seconds=row["seconds"] + CLOCK_SECONDS)
    return datetime.fromtimestamp(path.stat().st_mtime, UTC) >= started


def _sha256(path: Path) -> str:

    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def _in_process(settings: Settings, day: date, watch: Watch) -> None:
    """The steps of the daily DAG, in its order, in this process."""
    with open_context(settings) as context, watch.phase(f"The night of {day}", len(STEPS)):
        for step in STEPS:
            watch.at(f"{step.name} {day}")
            options = {"if_missing": True} if step.cadence is Cadence.WEEKLY else {}
            watch.done(sentence(run_step(context, step.name, [day], **options)))


def _through_airflow(settings: Settings, day: date, watch: Watch) -> None:
    """The daily DAG, whose tasks are the steps and one that waits for the dump."""

    def tell(task: TaskState) -> None:
        watch.done(f"{task.task_id}: {task.state}, {task.seconds:.1f} s")

    with watch.phase(f"The night of {day}, through Airflow", len(STEPS) + 1):
        watch.at("Airflow is starting")
        test_daily(settings, day, tell)


def sentence(report: RunReport) -> str:
    """A report in one line, and one more for each thing to know."""
    counts = ("read", "written", "quarantined", "duplicate")
    said = [f"{report.total(f'rows_{name}'):,} {name}" for name in counts if report.total(f"rows_{name}")]
    seconds = f"{report.details.get('seconds', 0.0):.1f} s"
    why = [f"skipped: {report.skipped}"] if report.skipped else []
    more = [*why, *(text for text in (*report.notes, *report.warnings) if text != report.skipped)]
    return "\n      ".join([f"{report.step}: {', '.join([*said, seconds])}", *more])

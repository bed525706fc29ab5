"""The whole way from a landing to published results: earlier days in one range pass, the last night through Airflow."""

import subprocess
import time
import uuid
from collections.abc import Callable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import AbstractContextManager, ExitStack, contextmanager
from dataclasses import dataclass, field, replace
from datetime import date
from threading import Event, Thread
from typing import Protocol

from jobs.airflow import TaskState, migrate, require_database, test_daily
from jobs.pipeline import BY_NAME, STEPS, WRITER, Cadence, daily
from jobs.running.context import Context, open_context
from jobs.running.due_days import changed_dumps, holes, landed_days, unbuilt
from jobs.running.horizon import refuse_other_horizon
from jobs.running.runner import run_step
from jobs.running.standing import mark_tables
from pumploss import embedded, engine
from pumploss.days import Days, ordered
from pumploss.errors import ModelError
from pumploss.lake.locks import Hold
from pumploss.lake.owner import admit
from pumploss.settings import Settings
from sources.landing.folders import Landing

#: What earlier days need for the last night to build on: every table that needs no model.
DATA_STEPS = tuple(step for step in daily() if step.writes and not step.waits_for)


class Watch(Protocol):
    """Who looks on: is told of phases, of what is worked on, and of what is done."""

    def phase(self, title: str, total: int) -> AbstractContextManager[None]:
        """Hears that so many things are done under this title."""

    def say(self, text: str) -> None:
        """Hears something that people must know at once."""

    def at(self, text: str) -> None:
        """Hears what is worked on now."""

    def done(self, text: str | None = None) -> None:
        """Hears that one thing is done."""


@dataclass
class NightlyRun:
    """What a nightly run did: the days of the landing, and seconds by phase."""

    days: Days
    seconds: dict[str, float] = field(default_factory=dict)


def nightly(
    settings: Settings,
    watch: Watch,
    use_airflow: bool = True,
    meanwhile: Callable[[], None] = lambda: None,
    then: Callable[[NightlyRun], None] = lambda _: None,
    wait_seconds: float = 0.0,
) -> NightlyRun:
    """Builds every landed day that is not built or stale, then runs the last one through to the published results.

    The last day is always run, which changes nothing where nothing changed. `meanwhile` is called in a thread beside
    Airflow, which works in a process of its own, and `then` at the end, while the stores are still up. The run holds
    the lake from beginning to end, its tasks included; another run is waited for. Raises BusyLakeError where that takes
    too long, LandingError for a landing that cannot be trusted, SettingsError or StoreError, before anything is built,
    where the engine or Airflow's database cannot be used, and whatever a step raises; what was built until then stays,
    and the next run goes on from it.
    """
    # None of these is a reason to wait, or to build days first.
    landed_days(Landing(settings.landing))
    engine.refuse_unreached(settings)
    if use_airflow:
        require_database(settings)
    settings = replace(settings, run=settings.run or uuid.uuid4().hex)
    with ExitStack() as stack:
        context = stack.enter_context(open_context(settings, watch.say))
        context.wait_seconds = wait_seconds
        hold = stack.enter_context(context.held_lake())
        night = NightlyRun(days := landed_days(context.landing))
        admit(context.lake, settings.landing)
        refuse_other_horizon(context.lake)
        ready = stack.enter_context(_preparing(settings, use_airflow))
        with _timed(night, "earlier days"):
            _build(context, days[:-1], watch)
        with _timed(night, "waiting for Airflow and the stores"):
            ready.result()
        with _timed(night, "last night"):
            if use_airflow:
                Thread(target=meanwhile, daemon=True).start()
                _through_airflow(settings, days[-1], watch, hold)
            else:
                _in_process(settings, days[-1], watch)
        then(night)
    return night


@contextmanager
def held_stores(settings: Settings) -> Iterator[None]:
    """Keeps the embedded servers up meanwhile, so that steps need not start and stop them one by one."""
    with ExitStack() as stack:
        if settings.warm_dsn is None:
            stack.enter_context(embedded.postgres(settings.warm_dir))
        if settings.hot_url is None:
            stack.enter_context(embedded.redis(settings.hot_dir))
        yield


@contextmanager
def _preparing(settings: Settings, use_airflow: bool) -> Iterator[Future[None]]:
    """Readies servers and Airflow's database in the background: both only wait, while the engine computes.

    Where the run ends before, so does what readies the database: the pool is not left before.
    """
    children: list[subprocess.Popen[bytes]] = []
    is_over = Event()

    def started(child: "subprocess.Popen[bytes]") -> None:
        children.append(child)
        if is_over.is_set():
            child.terminate()

    def prepare() -> None:
        stack.enter_context(held_stores(settings))
        if use_airflow and not is_over.is_set():
            migrate(settings, started)

    # The pool is left before the servers are let go.
    with ExitStack() as stack, ThreadPoolExecutor(1) as pool:
        try:
            yield pool.submit(prepare)
        except BaseException:
            is_over.set()
            for child in children:
                child.terminate()
            raise


@contextmanager
def _timed(night: NightlyRun, phase: str) -> Iterator[None]:
    started = time.monotonic()
    yield
    night.seconds[phase] = time.monotonic() - started


def _build(context: Context, earlier: Days, watch: Watch) -> None:
    """Brings the earlier days up to date, each step in one pass over those that need it."""
    if not earlier:
        return
    # What the lake no longer holds counts as stale before anything is called built.
    mark_tables(context, WRITER)
    # Dumps that changed or came later rebuild their day, and through the ledger every day that rests on it.
    wanted = {"bronze_trades": changed_dumps(context, earlier)}
    with watch.phase(f"{len(earlier)} earlier days, {earlier[0]} to {earlier[-1]}", len(DATA_STEPS)):
        for step in DATA_STEPS:
            days = ordered({*unbuilt(context, step, earlier), *wanted.get(step.name, ())})
            if not days:
                watch.done(f"{step.name}: up to date")
                continue
            watch.at(f"{step.name} {days[0]} to {days[-1]}")
            watch.done(run_step(context, step.name, days).sentence())
    _fill_scores(context, earlier, watch)
    _fill_monitoring(context, earlier, watch)


def _fill_scores(context: Context, earlier: Days, watch: Watch) -> None:
    """Scores those earlier days that lack scores between days that have them; says which cannot be scored and why."""
    step = BY_NAME["gold_scores"]
    stale = context.ledger.stale(step.name)
    lacking = ordered(holes(context, step, earlier).keys() | (stale & set(earlier)))
    if not lacking:
        return
    with watch.phase(f"{len(lacking)} earlier days without scores, {lacking[0]} to {lacking[-1]}", len(lacking)):
        for day in lacking:
            watch.at(f"{step.name} {day}")
            try:
                watch.done(run_step(context, step.name, [day]).sentence())
            except ModelError as error:
                watch.done(f"{step.name} of {day} cannot be made up for: {error}")


def _fill_monitoring(context: Context, earlier: Days, watch: Watch) -> None:
    """Watches those earlier days that have scores and were not watched, between days that were."""
    step = BY_NAME["gold_monitoring"]
    lacking = ordered(holes(context, step, earlier).keys() & context.ledger.held("gold_scores"))
    if lacking:
        with watch.phase(f"{len(lacking)} earlier days that were not watched, from {lacking[0]}", 1):
            watch.done(run_step(context, step.name, lacking).sentence())


def _in_process(settings: Settings, day: date, watch: Watch) -> None:
    """Runs the steps of the daily DAG, in its order, in this process."""
    with open_context(settings, watch.say) as context, watch.phase(f"The night of {day}", len(STEPS)):
        for step in STEPS:
            watch.at(f"{step.name} {day}")
            options = {"if_missing": True} if step.cadence is Cadence.WEEKLY else {}
            watch.done(run_step(context, step.name, [day], **options).sentence())


def _through_airflow(settings: Settings, day: date, watch: Watch, hold: Hold) -> None:
    """Runs the daily DAG, whose tasks are the steps, one that waits for the dump and one that would train again."""

    def tell(task: TaskState) -> None:
        watch.done(f"{task.task_id}: {task.state}, {task.seconds:.1f} s")

    with watch.phase(f"The night of {day}, through Airflow", len(STEPS) + 2):
        watch.at("Airflow is starting")
        test_daily(settings, day, tell, kept_open=hold.lock.descriptors())

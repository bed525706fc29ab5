"""Every daily step of one night, on a simulated day that follows another of the same size."""

import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from benchmarks.measuring import line, stopwatch
from jobs.pipeline import daily
from jobs.running.context import Context, open_context
from jobs.running.runner import run_step
from pumploss import embedded
from pumploss.days import Days, shift, span
from pumploss.report import RunReport
from pumploss.settings import Settings, as_environment, from_environment
from simulator import Market, write_dumps

ROWS = 720_000


@dataclass(frozen=True)
class StepCost:
    """What one step of the night cost: its report, seconds, and peak memory in bytes."""

    step: str
    engine: str
    report: RunReport
    seconds: float
    peak: int


def run(rows: int = ROWS) -> Iterator[str]:
    """Prints one line per step for the second of two days of `rows` trades; the first is built before, unmeasured.

    There is no trained model in so short a history, so `gold_scores` only says that it skips.
    """
    for cost in steps(rows):
        skipped = cost.report.skipped
        yield line("night", cost.step, cost.engine, rows, cost.seconds, cost.peak, skipped=skipped)


def steps(rows: int) -> Iterator[StepCost]:
    """Runs the daily steps of that second day, in order, and answers each as it is done."""
    with tempfile.TemporaryDirectory(prefix="pumploss-bench-") as folder:
        settings = settings_in(Path(folder))
        with (
            embedded.postgres(settings.warm_dir),
            embedded.redis(settings.hot_dir),
            open_context(settings) as context,
        ):
            first, second = _simulate(context, rows)
            for step in daily():
                run_step(context, step.name, [first])
            for step in daily():
                with stopwatch() as elapsed:
                    report = run_step(context, step.name, [second])
                    seconds, peak = elapsed()
                yield StepCost(step.name, _engine(settings), report, seconds, peak)


def settings_in(folder: Path) -> Settings:
    """Makes settings that put all stores below a folder, on the engine that the environment names."""
    given = as_environment(from_environment())
    remote = {"SPARK_REMOTE": given["SPARK_REMOTE"]} if "SPARK_REMOTE" in given else {}
    return from_environment({"PUMPLOSS_HOME": str(folder), **remote})


def _engine(settings: Settings) -> str:
    return settings.spark_remote or "embedded"


def _simulate(context: Context, rows: int) -> Days:
    market = Market(days=2, trades_per_day=rows)
    write_dumps(market, context.settings.landing)
    return span(market.first_day, shift(market.first_day, 1))

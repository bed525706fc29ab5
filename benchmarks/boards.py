"""What boards cost a night, by the days that lie before it: the table that carries lifetimes on, and all boards.

The lake holds nothing but days of traders, drawn by `lives`. `cpu_seconds` are this process's, and so the embedded
engine's; `bytes_read` are what it read from files. A second night is measured, with everything loaded.
"""

import tempfile
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

from benchmarks.lives import Lives
from benchmarks.measuring import line, stopwatch
from benchmarks.night import settings_in
from jobs.publishing.leaderboards import leaderboards
from jobs.running.context import Context, open_context
from jobs.running.runner import run_pass
from jobs.running.step_context import StepContext
from pumploss.days import Days
from pumploss.lake.files import write_partition
from pumploss.lake.owner import claim
from pumploss.report import RunReport
from pumploss.settings import Settings
from pumploss.tables.gold_trader_day import TABLE

TRADERS, HISTORY = 20_000, 60
STEP = "gold_lifetime_losers"
#: All traders, by those of a day.
POPULATION = 6


def run(traders: int = TRADERS, history: int = HISTORY) -> Iterator[str]:
    """A line for all earlier days in one pass, and one each for the step and the boards of the night after them."""
    with tempfile.TemporaryDirectory(prefix="pumploss-bench-") as folder, open_context(_settings(folder)) as context:
        days = _written(context, traders, history + 2)
        cases: dict[str, Callable[[], Any]] = {
            f"{STEP}, {history} days in one pass": lambda: run_pass(context, RunReport(STEP), days[:-2]),
            "both, a first night": lambda: _night(context, days[-2:-1]),
            f"{STEP}, a night": lambda: run_pass(context, RunReport(STEP), days[-1:]),
            "leaderboards": lambda: _boards(context, days[-1:]),
        }
        for case, work in cases.items():
            yield _measured(case, traders, history, context, work)


def _settings(folder: str) -> Settings:
    return settings_in(Path(folder))


def _written(context: Context, traders: int, history: int) -> Days:
    claim(context.lake, context.settings.landing)
    lives, days = Lives(traders * POPULATION), []
    for _ in range(history):
        day, rows = lives.next_day(traders)
        folder = context.lake.laying(TABLE)
        write_partition(TABLE, folder, {TABLE.day: day}, rows.drop_columns(TABLE.day))
        context.lake.replace(TABLE, context.lake.laid(TABLE, folder), [day], {day: len(rows)})
        days.append(day)
    return tuple(days)


def _night(context: Context, days: Days) -> None:
    run_pass(context, RunReport(STEP), days)
    _boards(context, days)


def _boards(context: Context, days: Days) -> None:
    leaderboards(StepContext(context, days, RunReport("publish_warm")), days[-1])


def _measured(case: str, traders: int, history: int, context: Context, work: Callable[[], Any]) -> str:
    processor, read = time.process_time(), _read()
    with stopwatch() as watch:
        work()
    seconds, peak = watch()
    engine = context.settings.spark_remote or "embedded"
    return line(
        "boards", case, engine, traders, seconds, peak, days_before=history,
        cpu_seconds=round(time.process_time() - processor, 2), bytes_read=_read() - read,
    )  # fmt: skip


def _read() -> int:
    return int(Path("/proc/self/io").read_text(encoding="ascii").split("rchar:")[1].split()[0])

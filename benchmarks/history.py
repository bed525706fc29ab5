"""What each daily step of a night costs as history grows: simulated days of one volume, one night after the other.

The last nights are held against those of days 30 to 37, of shorter histories against as many nights after their first
third. A step whose cost rises reads what came before, instead of a state. Every seventh night is followed by upkeep, as
the weekly DAG has it, which is not measured. Bytes are what this process has asked the system to read, from disk or
from memory: the embedded engine's and Feast's reads are in it, the servers' are not.
"""

import statistics
import tempfile
import time
from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path

from benchmarks.measuring import line, stopwatch
from benchmarks.night import settings_in
from jobs.maintaining.pins import pins
from jobs.maintaining.upkeep import RETENTION_DAYS, maintain
from jobs.pipeline import daily
from jobs.running.context import open_context
from jobs.running.runner import run_step
from pumploss import embedded
from pumploss.days import shift, span
from simulator import Market, write_dumps

ROWS = 7_200
DAYS = 90
#: The first of the nights that the last ones are held against, from 1, and how many they are.
FIRST, NIGHTS = 30, 8
WEEK = 7
_READ = Path("/proc/self/io")


@dataclass(frozen=True)
class Cost:
    """What a step cost one night: seconds, processor seconds, bytes read, and peak memory in bytes."""

    seconds: float
    cpu_seconds: float
    bytes_read: int
    peak: int


def run(rows: int = ROWS, history: int = DAYS) -> Iterator[str]:
    """Prints a line per daily step: medians of the last nights, `theirs` those of the early ones, and their ratios.

    There are no trained models, so scores are baselines alone.
    """
    costs: dict[str, list[Cost]] = defaultdict(list)
    with tempfile.TemporaryDirectory(prefix="pumploss-bench-") as folder:
        settings = settings_in(Path(folder))
        market = Market(days=history, trades_per_day=rows)
        write_dumps(market, settings.landing)
        with embedded.postgres(settings.warm_dir), embedded.redis(settings.hot_dir), open_context(settings) as context:
            for number, day in enumerate(span(market.first_day, shift(market.first_day, history - 1)), start=1):
                for step in daily():
                    cpu, read = time.process_time(), _bytes_read()
                    with stopwatch() as elapsed:
                        run_step(context, step.name, [day])
                        seconds, peak = elapsed()
                    cost = Cost(seconds, time.process_time() - cpu, _bytes_read() - read, peak)
                    costs[step.name].append(cost)
                if number % WEEK == 0:
                    with context.held_lake():
                        maintain(context, pins(context), timedelta(days=RETENTION_DAYS))
    engine = settings.spark_remote or "embedded"
    for step_name, nights in costs.items():
        late, early = (median([nights[night] for night in chosen]) for chosen in compared(history))
        yield line(
            "history", step_name, engine, rows, late.seconds, late.peak,
            theirs=round(early.seconds, 4), ratio=_ratio(late.seconds, early.seconds),
            cpu_ratio=_ratio(late.cpu_seconds, early.cpu_seconds),
            bytes_ours=late.bytes_read, bytes_theirs=early.bytes_read,
            bytes_ratio=_ratio(late.bytes_read, early.bytes_read), days=history,
        )  # fmt: skip


def compared(history: int) -> tuple[range, range]:
    """Choose the last nights of a history, and the earlier ones that they are held against, both from 0.

    The two never share a night: short histories compare fewer.
    """
    count = max(1, min(NIGHTS, history // 3))
    first = min(FIRST - 1, history // 3)
    early = range(first, min(first + count, max(history - count, first + 1)))
    return range(history - count, history), early


def median(nights: Sequence[Cost]) -> Cost:
    """Take the median of each figure, and the highest peak."""
    return Cost(
        statistics.median(night.seconds for night in nights),
        statistics.median(night.cpu_seconds for night in nights),
        int(statistics.median(night.bytes_read for night in nights)),
        max(night.peak for night in nights),
    )


def _ratio(ours: float, theirs: float) -> float | None:
    return round(ours / theirs, 3) if theirs else None


def _bytes_read() -> int:
    """Answer how many bytes this process has read so far; 0 where the system does not say."""
    if not _READ.exists():
        return 0
    counts = dict(text.split(": ") for text in _READ.read_text(encoding="ascii").splitlines())
    return int(counts["rchar"])

"""What a night of `gold_trader_features` costs at a stated size, and whether it grows with history.

Daily facts of a crowd are drawn and written beforehand (`crowd.py` says how many rows that are); measured is the step
as a night runs it, checks and commit included, after a tiny crowd's that is not measured. `cpu_seconds` are those of
this process, and so of the embedded engine; `bytes_read` are all that it read meanwhile, from the page cache too.
"""

import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

from benchmarks.crowd import Crowd
from benchmarks.crowd_facts import write_days
from benchmarks.measuring import line, stopwatch
from benchmarks.night import settings_in
from features.windows import LOOKBACK_DAYS
from jobs.running.context import open_context
from jobs.running.runner import run_step

ROWS, TRADERS = 7_200_000, 1_000_000
#: Trades, traders and days of the T that is not measured.
_WARM = (2_000, 500, 2)
STEP = "gold_trader_features"


def run(rows: int = ROWS, traders: int = TRADERS, history: int = LOOKBACK_DAYS) -> Iterator[str]:
    """Print the cost of a T after `history` days of `rows` trades a day by so many traders."""
    _night(*_WARM)
    yield _night(rows, traders, history)


def _night(rows: int, traders: int, history: int) -> str:
    with tempfile.TemporaryDirectory(prefix="pumploss-bench-") as folder:
        settings = settings_in(Path(folder))
        with open_context(settings) as context:
            days = write_days(context, Crowd(traders, rows), history)
            read, cpu = _bytes_read(), time.process_time()
            with stopwatch() as elapsed:
                report = run_step(context, STEP, [days[-1]])
                seconds, peak = elapsed()
            cpu, read = time.process_time() - cpu, _bytes_read() - read
            return line(
                "features", f"{history} days of history", settings.spark_remote or "embedded", rows, seconds, peak,
                traders=traders, feature_rows=sum(day.rows_written for day in report.days.values()),
                cpu_seconds=round(cpu, 2), bytes_read=read,
            )  # fmt: skip


def _bytes_read() -> int:
    text = Path("/proc/self/io").read_text(encoding="ascii")
    return int(text.split("rchar:")[1].split()[0])

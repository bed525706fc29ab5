"""What nights of a small market leave in a lake, what upkeep makes of it, and whether nights are faster after it.

Each night is the command that an operator runs, in a process of its own, on a landing that has got one more dump. After
so many nights `maintain` runs with a retention of nothing; then every version that it named as pinned is read whole.
"""

import json
import resource
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from deltalake import DeltaTable

from benchmarks.measuring import line
from pumploss.settings import ROOT
from simulator import Market, write_dumps
from simulator.dumps import SOURCE

ROWS, NIGHTS = 1_000, 30
#: Nights that are held against each other: after the first two, which draw no scores, before upkeep, and after it.
COMPARED = 5


@dataclass(frozen=True)
class Cost:
    """What a command cost: seconds, and processor seconds of it and of the servers that it started and ended."""

    seconds: float
    cpu_seconds: float


def run(rows: int = ROWS, history: int = NIGHTS) -> Iterator[str]:
    """Print a line per table before and after upkeep, and medians of nights early, late, and after it."""
    with tempfile.TemporaryDirectory(prefix="pumploss-bench-") as folder:
        home = Path(folder)
        nights = _nights(home, rows, history + COMPARED)
        costs = [next(nights) for _ in range(history)]
        yield from _tables("before", home, rows)
        done, cost = _command(home, "maintain", "--yes", "--retention-days", "0", "--json")
        said = json.loads(done)
        yield line(
            "upkeep", "maintain", "embedded", rows, cost.seconds, 0, cpu_seconds=round(cost.cpu_seconds, 2),
            freed_files=said["freed_files"], freed_bytes=said["freed_bytes"],
        )  # fmt: skip
        yield from _tables("after", home, rows)
        for pin in said["pinned"]:
            opened = DeltaTable(home / "lake" / pin["table"], version=pin["version"]).to_pyarrow_dataset().count_rows()
            yield line("upkeep", f"pinned {pin['table']} {pin['version']}", "embedded", opened, 0, 0, by=pin["by"])
        after = list(nights)
        for case, chosen in (("early", costs[2 : 2 + COMPARED]), ("late", costs[-COMPARED:]), ("after", after)):
            yield line(
                "upkeep", f"nights {case}", "embedded", rows, statistics.median(cost.seconds for cost in chosen), 0,
                cpu_seconds=round(statistics.median(cost.cpu_seconds for cost in chosen), 2), nights=len(chosen),
            )  # fmt: skip


def _nights(home: Path, rows: int, count: int) -> Iterator[Cost]:
    """Let one dump more land, and run the night, again and again."""
    market, landing = Market(days=count, trades_per_day=rows), home / "landing"
    dumps = write_dumps(market, home / "drawn")
    (landing / SOURCE).mkdir(parents=True)
    for dump in dumps:
        dump.path.parent.rename(landing / SOURCE / dump.path.parent.name)
        yield _command(home, "nightly", "--landing", str(landing), "--no-airflow")[1]


def _command(home: Path, *words: str) -> tuple[str, Cost]:
    """Run a command to its end; answers what it printed and what it cost."""
    started, before = time.monotonic(), _cpu_of_children()
    done = subprocess.run(
        ["env", f"PUMPLOSS_HOME={home}", sys.executable, "-m", "jobs", *words],
        cwd=ROOT, capture_output=True, text=True, check=False,
    )  # fmt: skip
    if done.returncode:
        raise SystemExit(f"{' '.join(words)} ended with {done.returncode}: {done.stdout}{done.stderr}")
    return done.stdout, Cost(time.monotonic() - started, _cpu_of_children() - before)


def _cpu_of_children() -> float:
    spent = resource.getrusage(resource.RUSAGE_CHILDREN)
    return spent.ru_utime + spent.ru_stime


def _tables(case: str, home: Path, rows: int) -> Iterator[str]:
    """Count files and bytes on the disk, of every table and of all, and the files that its latest version names."""
    found: dict[str, Sequence[Path]] = {
        folder.name: [path for path in folder.rglob("*") if path.is_file()]
        for folder in sorted((home / "lake").iterdir())
    }
    for name, files in {**found, "all": [path for of_one in found.values() for path in of_one]}.items():
        more: dict[str, Any] = {"files": len(files), "bytes": sum(path.stat().st_size for path in files)}
        if (home / "lake" / name / "_delta_log").is_dir():
            more["live_files"] = len(DeltaTable(home / "lake" / name).file_uris())
        yield line("upkeep", f"{case}: {name}", "embedded", rows, 0, 0, **more)

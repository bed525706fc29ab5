"""Measures time, rows and peak memory of a piece of work, as the JSON line that all benchmarks print."""

import json
import os
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from pumploss.lake.ledger import peak_memory_bytes
from pumploss.version import code_version

_PEAK = Path("/proc/self/status")


def line(bench: str, case: str, engine: str, rows: int, seconds: float, peak: int, **more: Any) -> str:
    """Write the line of one measured case; `peak` in bytes."""
    return json.dumps(
        {
            "bench": bench,
            "case": case,
            "engine": engine,
            "rows": rows,
            "seconds": round(seconds, 4),
            "rows_per_second": round(rows / seconds) if seconds else None,
            "peak_memory_bytes": peak,
            "cores": os.cpu_count(),
            "code_version": code_version(),
            **more,
        }
    )


@contextmanager
def stopwatch() -> Iterator[Callable[[], tuple[float, int]]]:
    """Give a function that answers the seconds since, and the peak resident memory, in bytes, of the process since."""
    _forget_peak()
    started = time.perf_counter()
    yield lambda: (time.perf_counter() - started, _peak())


def _forget_peak() -> None:
    try:
        Path("/proc/self/clear_refs").write_text("5", encoding="ascii")
    except OSError:
        return  # without it the peak is the one of the process so far


def _peak() -> int:
    if not _PEAK.exists():
        return peak_memory_bytes()
    text = _PEAK.read_text(encoding="ascii")
    return int(text.split("VmHWM:")[1].split()[0]) * 1024

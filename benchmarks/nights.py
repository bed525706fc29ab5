"""Nights of several sizes, each in a process of its own: what all daily steps take together, seconds and memory.

The memory is that of the process and of the servers that it starts: the proportional set size of all of them together,
as the kernel shares out pages that several use, looked at every half second.
"""

import json
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress

import psutil

from benchmarks.measuring import line
from pumploss.settings import ROOT

SIZES = (7_200, 720_000, 7_200_000)
#: Seconds between two looks at the memory.
_LOOKS = 0.5


def run(rows: int = 720_000) -> Iterator[str]:
    """The lines of `night` for each size up to `rows` trades, a line for all steps of it, and a table at the end."""
    table = ["", f"{'trades':>10}  {'seconds':>8}  {'peak, MiB':>9}"]
    for size in (size for size in SIZES if size <= rows):
        words = [sys.executable, "-m", "benchmarks", "night", "--rows", str(size)]
        seconds, engine = 0.0, ""
        with subprocess.Popen(words, cwd=ROOT, stdout=subprocess.PIPE, text=True) as child, watched(child.pid) as peak:
            for text in child.stdout or ():
                said = json.loads(text)
                seconds, engine = seconds + said["seconds"], said["engine"]
                yield text.rstrip()
        if child.returncode:
            raise SystemExit(f"a night of {size:,} trades ended with {child.returncode}")
        yield line("nights", "all daily steps", engine, size, seconds, peak())
        table.append(f"{size:>10,}  {seconds:>8.1f}  {peak() / 2**20:>9,.0f}")
    yield from table


@contextmanager
def watched(pid: int) -> Iterator[Callable[[], int]]:
    """Give a function that answers the most bytes that a process and its children were seen to hold together."""
    root, is_over, most = psutil.Process(pid), threading.Event(), 0

    def look() -> None:
        nonlocal most
        while not is_over.wait(_LOOKS):
            with suppress(psutil.Error):
                most = max(most, sum(map(_held, (root, *root.children(recursive=True)))))

    thread = threading.Thread(target=look, daemon=True)
    thread.start()
    try:
        yield lambda: most
    finally:
        is_over.set()
        thread.join()


def _held(process: psutil.Process) -> int:
    with suppress(psutil.Error):  # it has ended meanwhile
        return int(process.memory_full_info().pss)
    return 0

"""How a PostgreSQL dies: all of it at once, as on a power cut, its first process, or one that works for a client."""

import signal
import time
from contextlib import suppress
from pathlib import Path

import psutil

from pumploss import embedded

#: A kernel that is short of memory ends one process; the first one takes the others with it, and starts no new ones.
WAYS = ("all", "first", "worker")
_GONE_SECONDS = 20


def die(folder: Path, way: str) -> None:
    """Ends the server of a data folder by SIGKILL, and waits until every process that it had is gone."""
    first = psutil.Process(embedded.postgres(folder).status().pid)
    others = first.children(recursive=True)
    victims = {"all": [first, *others], "first": [first], "worker": filter(_is_worker, others)}[way]
    killed = 0
    for process in victims:
        with suppress(psutil.NoSuchProcess):  # processes of clients come and go
            process.send_signal(signal.SIGKILL)
            killed += 1
        if killed and way == "worker":
            break
    assert killed
    # A first process that lives starts all others anew.
    left, deadline = others if way == "worker" else [first, *others], time.monotonic() + _GONE_SECONDS
    while left := [process for process in left if _lives(process)]:
        assert time.monotonic() < deadline, left
        time.sleep(0.002)


def _is_worker(process: psutil.Process) -> bool:
    with suppress(psutil.NoSuchProcess):
        return "postgres: pumploss pumploss" in " ".join(process.cmdline())
    return False


def _lives(process: psutil.Process) -> bool:
    with suppress(psutil.NoSuchProcess):
        return bool(process.is_running() and process.status() != psutil.STATUS_ZOMBIE)
    return False

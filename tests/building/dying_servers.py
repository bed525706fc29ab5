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
    workers = [process for process in others if "postgres: pumploss pumploss" in " ".join(process.cmdline())]
    victims = {"all": [first, *others], "first": [first], "worker": workers[:1]}[way]
    assert victims
    for process in victims:
        process.send_signal(signal.SIGKILL)
    # A first process that lives starts all others anew.
    left, deadline = others if way == "worker" else [first, *others], time.monotonic() + _GONE_SECONDS
    while left := [process for process in left if _lives(process)]:
        assert time.monotonic() < deadline, left
        time.sleep(0.002)


def _lives(process: psutil.Process) -> bool:
    with suppress(psutil.NoSuchProcess):
        return bool(process.is_running() and process.status() != psutil.STATUS_ZOMBIE)
    return False

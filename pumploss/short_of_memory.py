"""Ends a process that is about to be killed for lack of memory itself, with a word about what to change.

A kernel that kills says nothing to whoever waits for the command. A thread looks at what is used, of the container's
memory, of what `ulimit -v` allows and of the machine's, and at how fast it grows. Where the next moment would pass the
limit, the process turns into one that says so, stops the embedded servers that nobody else uses, and ends: memory is
free at once, and like any kill it does no harm.
"""

import os
import resource
import sys
import threading
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Final, NoReturn

import psutil

from pumploss.errors import SettingsError

EVERY_SECONDS: Final = 0.05
#: Addresses, in bytes, that a step of a small day reserves: 4.2 to 5.4 GiB were seen.
ADDRESSES: Final = 5 << 30
#: This part of a limit is left alone: a kernel kills a little before the last byte.
_LEFT: Final = 1 / 64
_CGROUPS: Final = Path("/sys/fs/cgroup")
_OWN_CGROUP: Final = Path("/proc/self/cgroup")
#: As much as this is what version 1 says of a group without a limit.
_ENDLESS: Final = 1 << 60


@dataclass(frozen=True)
class Allowance:
    """How much memory may be used, in bytes, by whom, and how much is used now, without what a kernel can take back."""

    limit: int
    whose: str
    used: Callable[[], int]


def allowances() -> list[Allowance]:
    """Find all limits that hold for this process: of its container, of `ulimit -v`, and the machine's memory."""
    found = [*_of_cgroups(_CGROUPS, _OWN_CGROUP.read_text(encoding="ascii"))] if _OWN_CGROUP.exists() else []
    soft, _ = resource.getrlimit(resource.RLIMIT_AS)
    if soft != resource.RLIM_INFINITY:
        process = psutil.Process()
        found.append(Allowance(soft, "ulimit -v allows", lambda: process.memory_info().vms))
    machine = psutil.virtual_memory()
    return [*found, Allowance(machine.total, "this machine has", _used_of_machine)]


def _used_of_machine() -> int:
    now, swap = psutil.virtual_memory(), psutil.swap_memory()
    return int(now.total - now.available - swap.free)


def _of_cgroups(root: Path, own: str) -> Iterator[Allowance]:
    """Read the limits of the groups that this process is in, of both versions."""
    for line in own.splitlines():
        _, controllers, path = line.split(":", 2)
        if not controllers:
            yield from _of_version_2(root, path)
        elif "memory" in controllers.split(","):
            yield from _of_version_1(root / "memory", path)


def _of_version_2(root: Path, path: str) -> Iterator[Allowance]:
    """Each group on the way up may have a limit of its own."""
    folder = root / path.strip("/")
    for group in (folder, *folder.parents):
        if not group.is_relative_to(root):
            return
        if (group / "memory.max").is_file() and (text := (group / "memory.max").read_text().strip()) != "max":

            def used(group: Path = group) -> int:
                figures = _figures(group / "memory.stat")
                return int((group / "memory.current").read_text()) - figures["file"] + figures["shmem"]

            yield Allowance(int(text), "its container may use", used)


def _of_version_1(root: Path, path: str) -> Iterator[Allowance]:
    """A group says the least limit of those above it; inside of a container its own path may not be there."""
    group = next((place for place in (root / path.strip("/"), root) if (place / "memory.stat").is_file()), None)
    if group is None:
        return
    limit = _figures(group / "memory.stat")["hierarchical_memory_limit"]

    def used() -> int:
        figures = _figures(group / "memory.stat")
        return figures["total_rss"] + figures.get("total_shmem", 0)

    if limit < _ENDLESS:
        yield Allowance(limit, "its container may use", used)


def _figures(path: Path) -> dict[str, int]:
    return {name: int(figure) for name, figure in (line.split() for line in path.read_text().splitlines())}


@contextmanager
def guarded(doing: str, remedy: str) -> Iterator[None]:
    """Look at memory meanwhile; where it runs out, say what was done and the remedy, and end with exit code 1.

    Raises SettingsError where `ulimit -v` leaves too few addresses to begin.
    """
    _refuse_few_addresses()
    is_over = threading.Event()
    watch = threading.Thread(target=_look_on, args=(allowances(), is_over, doing, remedy), name="memory", daemon=True)
    watch.start()
    try:
        yield
    finally:
        is_over.set()
        watch.join()


def _refuse_few_addresses() -> None:
    """Libraries reserve addresses by the gigabyte, most of which they never use, and die where they get none."""
    soft, _ = resource.getrlimit(resource.RLIMIT_AS)
    if soft != resource.RLIM_INFINITY and soft < ADDRESSES:
        raise SettingsError(
            f"`ulimit -v` allows {soft / 2**30:.1f} GiB of addresses, and a step reserves {ADDRESSES / 2**30:.0f} "
            "before it holds a row. Take that limit away (`ulimit -v unlimited`) and bound memory by a container."
        )


def _look_on(limits: Sequence[Allowance], is_over: threading.Event, doing: str, remedy: str) -> None:
    before = [limit.used() for limit in limits]
    while not is_over.wait(EVERY_SECONDS):
        for number, limit in enumerate(limits):
            used = limit.used()
            if is_short(limit.limit, before[number], used):
                _turn_into_words(told(doing, used, limit, remedy))
            before[number] = used


def is_short(limit: int, before: int, used: int) -> bool:
    """Tell whether memory that goes on to grow as it did since the last look, twice as fast, passes the limit."""
    return used + 2 * max(used - before, 0) > limit * (1 - _LEFT)


def told(doing: str, used: int, limit: Allowance, remedy: str) -> str:
    """Say what happened and what to do."""
    return (
        f"{doing} ran short of memory: {used / 2**30:.1f} GiB are used and growing, and {limit.whose} "
        f"{limit.limit / 2**30:.1f} GiB. It was ended before the system would; nothing is half-written. {remedy}"
    )


def _turn_into_words(text: str) -> NoReturn:
    """Become a process that has nothing in memory but what to say, and the servers that this one leaves."""
    servers = sys.modules.get("pumploss.embedded.server")  # where none was started it was not even imported
    used = servers.in_use() if servers is not None else {}
    names = [f"{name}={folder}" for folder, name in used.items()]
    os.execv(sys.executable, [sys.executable, "-m", "pumploss.short_of_memory", text, *names])  # noqa: S606 - the very program that runs


def main(text: str, *servers: str) -> NoReturn:
    """Say why the process that this one was has ended, and stop its servers unless somebody else uses them."""
    sys.stderr.write(f"\npumploss: {text}\n")
    sys.stderr.flush()
    from pumploss import embedded

    makers: Mapping[str, Callable[[Path], embedded.EmbeddedServer]] = {
        embedded.PostgresServer.name: embedded.postgres,
        embedded.RedisServer.name: embedded.redis,
    }
    for name, _, folder in (server.partition("=") for server in servers):
        handle = makers[name](Path(folder))
        if handle.status().is_running:
            with handle:  # the last one out stops it
                pass
    sys.exit(1)


if __name__ == "__main__":
    main(*sys.argv[1:])

"""Says who holds a lock: which run, by which command, in which process of which machine, and since when."""

import json
import os
import socket
import sys
from collections.abc import Iterable
from dataclasses import asdict, dataclass
from pathlib import PurePath

from pumploss import clock
from pumploss.errors import DamagedFileError
from pumploss.small_files import decoded

#: Longer command lines are cut: an error names the process as well.
_COMMAND_LENGTH = 120


@dataclass(frozen=True)
class Holder:
    """One process that holds a lock for a run; `since` is by the clock of that machine, for people only."""

    run: str
    pid: int
    host: str
    command: str
    since: str

    def sentence(self) -> str:
        """Say it in words."""
        return f"`{self.command}` (process {self.pid} on {self.host}, since {self.since})"

    def to_json(self) -> str:
        """Write it as it is kept with a lock."""
        return json.dumps(asdict(self))


def distinct(holders: Iterable[Holder]) -> list[Holder]:
    """Name each process once, as it entered first: one may hold the lake for a run and again for a step of it."""
    found: dict[tuple[str, int, str], Holder] = {}
    for holder in sorted(holders, key=lambda one: one.since):
        found.setdefault((holder.host, holder.pid, holder.run), holder)
    return list(found.values())


def this_process(run: str) -> Holder:
    """Describe this process as a holder for a run."""
    program, *arguments = sys.argv or ["python"]
    command = " ".join([PurePath(program).name or "python", *arguments])[:_COMMAND_LENGTH]
    return Holder(run, os.getpid(), socket.gethostname(), command, f"{clock.now():%Y-%m-%d %H:%M:%S} UTC")


def from_json(text: str, pid: int = 0) -> Holder:
    """Read what a lock says of its holder; what cannot be read is a holder as well, of a run that nobody shares."""
    try:
        return decoded(text.encode(), "a lock", Holder, "")
    except DamagedFileError:
        return Holder("", pid, "this machine", "a process that has not said its name yet", "a moment ago")

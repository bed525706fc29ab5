"""Launches a detached server process, recognises it, signals it, and sees that it is gone."""

import os
import signal
import subprocess
import time
from collections.abc import Sequence
from pathlib import Path

from pumploss.embedded import locks
from pumploss.errors import StoreError
from pumploss.whole_files import write_whole

_LOG_BYTES = 10_000_000
_TAIL_LINES = 15
_LOCK_SECONDS = 10.0
_POLL_SECONDS = 0.01
_AGAIN_SECONDS = 0.5

# The shell ends at once, so the server belongs to the system and never becomes a zombie of its starter. The shell and
# not the starter writes the process id: a starter killed at any moment leaves a server that can still be found.
_LAUNCH = 'umask 077; pid_file="$1"; shift; "$@" & echo $! >"$pid_file"'


class ServerProcess:
    """Controls the process of the server of one data folder, whoever started it.

    It inherits a lock on the file `alive` from its starter, and so do its children: the kernel drops the lock when the
    last of them is gone. That, and no process id, says whether a server lives.
    """

    def __init__(self, data_dir: Path) -> None:
        self.log = data_dir / "server.log"
        self._alive = data_dir / "alive"
        self._pid = data_dir / "server.pid"
        self._socket = data_dir / "socket_dir"
        self._data_dir = data_dir

    def is_alive(self) -> bool:
        """Tell whether any process of the server lives."""
        return locks.is_locked(self._alive)

    def pid(self) -> int | None:
        """Return the id of the server's first process; None if it is gone or the number has passed to another."""
        text = _read(self._pid).strip()
        if not text.isdigit():
            return None
        return int(text) if _names(int(text), self._data_dir) else None

    def socket_dir(self) -> Path | None:
        """Return the folder of the living server's socket, None if none lives."""
        recorded = _read(self._socket)
        return Path(recorded) if recorded and self.is_alive() else None

    def remember(self, socket_dir: Path) -> None:
        """Record the socket's folder: another process may have other temporary folders."""
        write_whole(self._socket, str(socket_dir))

    def forget(self) -> None:
        """Remove the records of a server that is gone."""
        self._pid.unlink(missing_ok=True)
        self._socket.unlink(missing_ok=True)

    def launch(self, command: Sequence[str], folder: Path) -> None:
        """Start the command in `folder`, detached from the terminal and the caller."""
        if self.log.exists() and self.log.stat().st_size > _LOG_BYTES:
            self.log.replace(self.log.with_suffix(".log.1"))
        alive = locks.acquire(self._alive, _LOCK_SECONDS)
        try:
            with self.log.open("ab") as log:
                subprocess.run(
                    ["/bin/sh", "-c", _LAUNCH, "launch", str(self._pid), *command],
                    cwd=folder,
                    env=clean_environment(),
                    stdin=subprocess.DEVNULL,
                    stdout=log,
                    stderr=subprocess.STDOUT,
                    pass_fds=(alive.descriptor,),
                    start_new_session=True,
                    check=True,
                )
        finally:
            alive.close()

    def end(self, signals: Sequence[tuple[signal.Signals, float]]) -> None:
        """End every process of the server: each signal gets its seconds, then force. StoreError if some live on.

        A signal is sent again and again: a server that has only just started does not listen yet.
        """
        for number, seconds in signals:
            deadline = time.monotonic() + seconds
            while (pid := self.pid()) is not None and time.monotonic() < deadline:
                _send(pid, number)
                if self._is_gone_within(_AGAIN_SECONDS):
                    return
        for pid in filter(None, (self.pid(), *self._strays())):
            _send(pid, signal.SIGKILL)
        if not self._is_gone_within(_LOCK_SECONDS):
            raise StoreError(
                f"{self._data_dir}: a server cannot be ended from here; it may run in another container. `fuser -v "
                f"{self._alive}` shows its processes: end them and run again."
            )

    def log_tail(self) -> str:
        """Read the last lines of the log."""
        if not self.log.exists():
            return "(empty)"
        with self.log.open("rb") as log:
            log.seek(max(0, self.log.stat().st_size - 8192))
            text = log.read().decode("utf-8", "replace")
        return "\n".join(text.splitlines()[-_TAIL_LINES:])

    def _is_gone_within(self, seconds: float) -> bool:
        deadline = time.monotonic() + seconds
        while self.is_alive():
            if time.monotonic() > deadline:
                return False
            time.sleep(_POLL_SECONDS)
        return True

    def _strays(self) -> list[int]:
        """List processes that hold the server's lock: children of a killed server, busy with a query."""
        held = str(self._alive)
        links = Path("/proc").glob("[0-9]*/fd/*")
        return sorted({int(link.parts[2]) for link in links if _target(link) == held})


def clean_environment() -> dict[str, str]:
    """Return a server's variables: none of the caller's, whose PG* would change what it does."""
    return {"LC_ALL": "C", "TZ": "UTC", "PATH": os.defpath}


def _names(pid: int, folder: Path) -> bool:
    """Tell whether the process lives and has the folder in its command line."""
    if not Path("/proc/self/cmdline").exists():
        return _send(pid, 0)
    try:
        command = Path(f"/proc/{pid}/cmdline").read_bytes()
        state = Path(f"/proc/{pid}/stat").read_bytes().rpartition(b")")[2].split()[0]
    except OSError:
        return False
    # A process has no command line for a moment while it becomes another program, and none once it is dead.
    return os.fsencode(folder) in command if command else state not in (b"Z", b"X")


def _send(pid: int, number: int) -> bool:
    try:
        os.kill(pid, number)
    except (ProcessLookupError, PermissionError):
        return False
    return True


def _target(link: Path) -> str:
    try:
        return str(link.readlink())
    except OSError:
        return ""


def _read(path: Path) -> str:
    try:
        return path.read_text()
    except FileNotFoundError:
        return ""

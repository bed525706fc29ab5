"""Shares an embedded server between its users: the first one starts it, the last one out stops it."""

import atexit
import os
import threading
import time
from abc import ABC, abstractmethod
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType
from typing import ClassVar, Self

from pumploss.embedded import locks, socket_folders
from pumploss.embedded.process import ServerProcess
from pumploss.errors import StoreError

# Crash recovery of a large store is the slowest honest start; a stop writes out what is in memory.
_START_SECONDS = 120.0
_TURN_SECONDS = 240.0
_POLL_SECONDS = 0.02


@dataclass(frozen=True)
class ServerStatus:
    """Describes an embedded server as `pumploss status` shows it; `pid` is None where it does not run."""

    name: str
    data_dir: Path
    address: str
    socket_dir: Path
    log: Path
    is_running: bool
    pid: int | None
    user_pids: tuple[int, ...]


@dataclass
class _Hold:
    """Counts this process's presence at one server, however many of its threads and handles use it."""

    presence: locks.FileLock
    count: int = 0


_mutex = threading.RLock()
_holds: dict[Path, _Hold] = {}
_handles: dict[Path, "EmbeddedServer"] = {}


class EmbeddedServer(ABC):
    """Handles the server of one data folder; making a handle starts nothing.

    Use it as a context manager, or call `attach` and `release`. Handles of the same folder share one server, in this
    process and between processes. A forked child starts without a hold and attaches for itself.
    """

    name: ClassVar[str]
    socket_name: ClassVar[str]
    setting: ClassVar[str]
    #: What to do where the files in `data` are damaged, said to people.
    repair: ClassVar[str]

    def __init__(self, data_dir: Path) -> None:
        self.data_dir = data_dir.expanduser().resolve()
        self.data = self.data_dir / "data"
        self._attached: list[_Hold] = []
        self._process = ServerProcess(self.data_dir)

    @property
    def has_data(self) -> bool:
        """Tell whether it was ever started, and so may hold anything."""
        return self.data.exists()

    @property
    def socket_dir(self) -> Path:
        """Return the private folder of the socket: of the server that runs, or else of the next one."""
        return self._process.socket_dir() or socket_folders.socket_folder(self.data_dir, self.socket_name)

    @property
    def socket_path(self) -> Path:
        """Return the path of the server's socket."""
        return self.socket_dir / self.socket_name

    @property
    @abstractmethod
    def address(self) -> str:
        """Return what a client connects to."""

    @abstractmethod
    def _answers(self) -> bool:
        """Tell whether a client can connect and ask something."""

    @abstractmethod
    def _start(self) -> None:
        """Make the data where there is none and launch the process; it need not be ready yet."""

    @abstractmethod
    def _stop(self) -> None:
        """End the process in the way that loses nothing, or by force where it does not end."""

    def attach(self) -> Self:
        """Become a user of the server, started or repaired if needed; StoreError if that fails."""
        with _mutex:
            hold = _holds.get(self.data_dir)
            if hold is None or not self._answers():
                hold = self._enter(hold)
            hold.count += 1
            self._attached.append(hold)
            _holds[self.data_dir], _handles[self.data_dir] = hold, self
        return self

    def release(self) -> None:
        """Undo one `attach` of this handle; the last user of all processes stops the server."""
        with _mutex:
            if not self._attached:
                return
            hold = self._attached.pop()
            if _holds.get(self.data_dir) is not hold:
                return
            hold.count -= 1
            if hold.count == 0:
                self._leave(hold)

    def status(self) -> ServerStatus:
        """Report where the server is and who uses it, without starting or changing anything."""
        is_running = self._process.is_alive()
        users = locks.living(self.data_dir / "users")
        return ServerStatus(
            name=self.name,
            data_dir=self.data_dir,
            address=self.address,
            socket_dir=self.socket_dir,
            log=self._process.log,
            is_running=is_running,
            pid=self._process.pid() if is_running else None,
            user_pids=tuple(sorted(set(users.values()))),
        )

    def __enter__(self) -> Self:
        return self.attach()

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.release()

    def _enter(self, hold: _Hold | None) -> _Hold:
        socket_folders.make_private(self.data_dir)
        users = self.data_dir / "users"
        with locks.critical(self.data_dir / "lock", _TURN_SECONDS):
            socket_folders.make_private(users)
            entered = hold or _Hold(locks.enter(users, _TURN_SECONDS))
            try:
                self._ensure()
            except BaseException:
                if hold is None:
                    self._vacate(entered)
                raise
        return entered

    def _leave(self, hold: _Hold) -> None:
        del _holds[self.data_dir], _handles[self.data_dir]
        try:
            with locks.critical(self.data_dir / "lock", _TURN_SECONDS):
                self._vacate(hold)
        finally:
            locks.leave(hold.presence)

    def _vacate(self, hold: _Hold) -> None:
        """Take the presence back and stop the server if nobody else is there."""
        locks.leave(hold.presence)
        locks.sweep(self.data_dir / "users")
        if not locks.living(self.data_dir / "users"):
            self._halt()

    def _ensure(self) -> None:
        """See that the server runs and answers; whoever calls this is alone with the folder."""
        if self._process.is_alive():
            if self._becomes_ready():
                return
            self._stop()
        # Twice, because a server can be killed from outside while it recovers from a kill.
        for _ in range(2):
            self._clear()
            self._start()
            if self._becomes_ready():
                return
            self._stop()
        raise StoreError(
            f"{self.name} did not start in {self.data_dir}. The end of its log "
            f"{self._process.log}:\n{self._process.log_tail()}\nRemove the cause that the log names and run again, or "
            f"set {self.setting} to a server of your own. Where its files are damaged, move {self.data} "
            f"away: {self.repair}."
        )

    def _clear(self) -> None:
        """Remove the records and sockets of a dead server and make room for the next."""
        self._process.forget()
        socket_dir = socket_folders.socket_folder(self.data_dir, self.socket_name)
        socket_folders.make_private(socket_dir)
        for left in socket_dir.glob(f"{self.socket_name}*"):
            left.unlink()
        self._process.remember(socket_dir)

    def _becomes_ready(self) -> bool:
        deadline = time.monotonic() + _START_SECONDS
        while not self._answers():
            # Without its first process what is left of a server never answers again.
            is_gone = self._process.pid() is None or not self._process.is_alive()
            if is_gone or time.monotonic() > deadline:
                return False
            time.sleep(_POLL_SECONDS)
        return True

    def _halt(self) -> None:
        socket_dir = self.socket_dir
        if self._process.is_alive():
            self._stop()
        self._process.forget()
        if socket_dir.parent != self.data_dir and socket_dir.is_dir() and not any(socket_dir.iterdir()):
            socket_dir.rmdir()


def _forget_in_child() -> None:
    # Another thread of the parent may hold it, and that thread does not exist in the child.
    global _mutex  # noqa: PLW0603 - a lock that a fork broke can only be replaced
    _mutex = threading.RLock()
    _holds.clear()
    _handles.clear()


def in_use() -> dict[Path, str]:
    """List the servers that this process uses: the name of each, by its data folder."""
    return {folder: handle.name for folder, handle in _handles.copy().items()}


def release_all() -> None:
    """Leave every server that this process uses, and stop those that nobody else does."""
    # One that fails must not keep the others from being stopped.
    with _mutex, ExitStack() as stack:
        for handle in list(_handles.values()):
            stack.callback(handle._leave, _holds[handle.data_dir])  # noqa: SLF001 - of this module


os.register_at_fork(after_in_child=_forget_in_child)
atexit.register(release_all)

"""What Ctrl-C and SIGTERM do to a command, wherever they come: it ends within seconds, with a word and its exit code.

The first one raises in the main thread, so what was opened is closed in order: servers, stages, what Airflow runs. Two
things can be in the way. A library may be in the middle of something long, and Python handles no signal before it
returns; or the way out hangs. A thread looks on, and then ends the process itself: a command may be killed at any
moment without harm, so nothing is lost by it.
"""

import os
import select
import signal
import sys
import threading
import time
from types import FrameType, TracebackType
from typing import NoReturn, Self

from pumploss.program import end

INTERRUPTED = 130
TERMINATED = 143

#: So long a library may keep the main thread from hearing of a signal.
DEAF_SECONDS = 1.5
#: So long the way out may take: a server writes out what it holds, Airflow's night ends its task.
WAY_OUT_SECONDS = 40.0
#: So long servers may take to stop where a command is ended by force.
SERVERS_SECONDS = 5.0
#: After so long a further Ctrl-C means that people will not wait.
PATIENCE_SECONDS = 3.0

#: After so long a finalizer that an error has ended is behind.
_BEHIND_SECONDS = 0.01

_CODES = {signal.SIGINT: INTERRUPTED, signal.SIGTERM: TERMINATED}


class Terminated(KeyboardInterrupt):
    """SIGTERM: what Ctrl-C would end, this ends, servers and stages included."""


class Signals:
    """Has the two signals end what runs inside; does nothing outside of the main thread.

    `code` is the exit code of the signal that came, or None: whichever error then comes out, the signal made it.
    """

    def __init__(self, program: str) -> None:
        self.code: int | None = None
        self._program = program
        self._at = 0.0
        self._is_over = threading.Event()
        self._is_heard = threading.Event()

    def __enter__(self) -> Self:
        """Takes the signals."""
        if threading.current_thread() is not threading.main_thread():
            return self
        self._heard, self._bell = os.pipe()
        os.set_blocking(self._bell, False)
        self._before = {number: signal.signal(number, self._handle) for number in _CODES}
        self._bell_before = signal.set_wakeup_fd(self._bell, warn_on_full_buffer=False)
        self._swallowed_before, sys.unraisablehook = sys.unraisablehook, self._raise_again
        self._watch = threading.Thread(target=self._look_on, name="signals", daemon=True)
        self._watch.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Gives them back."""
        if threading.current_thread() is not threading.main_thread():
            return
        self._is_over.set()
        sys.unraisablehook = self._swallowed_before
        signal.set_wakeup_fd(self._bell_before)
        for number, before in self._before.items():
            signal.signal(number, before)
        os.write(self._bell, b"\0")
        self._watch.join()
        os.close(self._heard)
        os.close(self._bell)

    def _handle(self, number: int, _: FrameType | None) -> None:
        if self.code is None:
            self.code, self._at = _CODES[signal.Signals(number)], time.monotonic()
            self._is_heard.set()
            raise Terminated if number == signal.SIGTERM else KeyboardInterrupt
        if time.monotonic() - self._at > PATIENCE_SECONDS:
            self._end()
        _say(f"\n{self._program}: is stopping already.\n")

    def _raise_again(self, swallowed: "sys.UnraisableHookArgs") -> None:
        """Raises anew what a finalizer or a weak reference's callback swallowed, once those are behind."""
        if not isinstance(swallowed.exc_value, KeyboardInterrupt) or self.code is None:
            self._swallowed_before(swallowed)
            return
        self.code = None
        number = signal.SIGTERM if isinstance(swallowed.exc_value, Terminated) else signal.SIGINT
        threading.Timer(_BEHIND_SECONDS, os.kill, [os.getpid(), number]).start()

    def _look_on(self) -> None:
        """Waits for a signal, then for the command to end of it."""
        number = os.read(self._heard, 1)[0]
        while number not in _CODES:  # another signal's, or the end
            if self._is_over.is_set():
                return
            number = os.read(self._heard, 1)[0]
        if not self._is_heard.wait(DEAF_SECONDS) and not self._is_over.is_set():
            self.code = _CODES[signal.Signals(number)]
            self._end()
        if not self._is_over.wait(WAY_OUT_SECONDS):
            self._end()

    def _end(self) -> NoReturn:
        """Ends the process by force. What hangs may hold the servers, so they are waited for only so long."""
        stopping = threading.Thread(target=_stop_servers, daemon=True)
        stopping.start()
        stopping.join(SERVERS_SECONDS)
        _say(f"\n{self._program}: interrupted and ended by force; nothing is half-written, run the command again.\n")
        os._exit(self.code or INTERRUPTED)


def leave(code: int, program: str) -> NoReturn:
    """Ends the process with an exit code.

    After a signal that is at once, without what libraries do at exit: threads of theirs may wait for ever. Otherwise a
    signal that comes on the way out ends it so.
    """
    if code in _CODES.values():
        _stop_servers()
        sys.stdout.flush()
        sys.stderr.flush()
        os._exit(code)
    for number, late in _CODES.items():

        def hear(_: int, __: FrameType | None, late: int = late) -> None:
            _say(f"\n{program}: interrupted after its work was done.\n")
            _stop_servers()
            os._exit(late)

        signal.signal(number, hear)
    end(code)


def _stop_servers() -> None:
    # Where no server was ever started, their module was not even imported.
    servers = sys.modules.get("pumploss.embedded.server")
    if servers is not None:
        servers.release_all()


def _say(text: str) -> None:
    # Not `print`: it may be what was interrupted, and a stream cannot be entered twice.
    if select.select([], [2], [], 0)[1]:
        os.write(2, text.encode())

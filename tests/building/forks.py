"""Processes of their own that need not load the libraries first: forks of one process that has.

To load what a step needs takes longer than a few steps of a tiny day. One process per worker of the suite loads it, and
what a test starts here is a fork of that: with a number, an environment, streams and an end of its own. Tests of how a
process starts, or of what libraries read while they load, start one anew with `subprocess`.
"""

import atexit
import multiprocessing
import os
import runpy
import subprocess
import sys
import tempfile
import textwrap
import threading
import types
from collections.abc import Sequence
from functools import cache
from pathlib import Path
from typing import IO, Any

from pumploss.settings import ROOT

ENDS_WITHIN_SECONDS = 300


class Fork:
    """A process that runs Python with `words`, as `subprocess.Popen` would; what it says comes through `stdout`.

    `words` are `-c`, code and arguments, or `-m`, a module and arguments.
    """

    def __init__(self, words: Sequence[str], environment: dict[str, str]) -> None:
        heard, speaks = _context().Pipe(duplex=False)
        hears, told = _context().Pipe(duplex=False)
        self._process = _context().Process(target=_run, args=(tuple(words), environment, hears, speaks, speaks))
        self._process.start()
        for end in (hears, speaks):
            end.close()
        self.stdout: IO[str] = _opened(heard, "r")
        self.stdin: IO[str] = _opened(told, "w")

    @property
    def pid(self) -> int:
        """The number of the process."""
        return int(self._process.pid)

    def wait(self, timeout: float = ENDS_WITHIN_SECONDS) -> int:
        """Answers the exit code, less than 0 after a signal. Raises TimeoutExpired where it does not end in time."""
        self._process.join(timeout)
        if self._process.exitcode is None:
            raise subprocess.TimeoutExpired("a fork", timeout)
        return int(self._process.exitcode)

    def kill(self) -> None:
        """Ends it by SIGKILL."""
        self._process.kill()

    def close(self) -> None:
        """Ends it, if it has not ended, and closes its streams."""
        self.kill()
        self.wait()
        self.stdin.close()
        self.stdout.close()


def run(words: Sequence[str], environment: dict[str, str]) -> subprocess.CompletedProcess[str]:
    """Runs a fork to its end; answers its exit code and what it wrote to standard output and to standard error."""
    with tempfile.TemporaryDirectory() as folder:
        written = [Path(folder) / name for name in ("out", "err")]
        process = _context().Process(target=_run, args=(tuple(words), environment, Path(os.devnull), *written))
        process.start()
        process.join(ENDS_WITHIN_SECONDS)
        if process.exitcode is None:
            process.kill()
            process.join()
            raise subprocess.TimeoutExpired(list(words), ENDS_WITHIN_SECONDS)
        said = [path.read_text(encoding="utf-8") for path in written]
    return subprocess.CompletedProcess(list(words), int(process.exitcode), *said)


@cache
def _context() -> Any:
    context = multiprocessing.get_context("forkserver")
    context.set_forkserver_preload(["tests.building.loaded"])
    atexit.register(_end_all)
    return context


def _end_all() -> None:
    """Ends what tests that failed have left: Python would wait for it."""
    for process in multiprocessing.active_children():
        process.kill()


def _opened(end: Any, mode: str) -> IO[str]:
    """Opens an end of a pipe for text, line by line."""
    with end:
        return os.fdopen(os.dup(end.fileno()), mode, buffering=1, encoding="utf-8")


def _run(words: tuple[str, ...], environment: dict[str, str], *streams: Any) -> None:
    """Makes the fork what `python *words` would be, and runs it; what Python does at its end is done here as well."""
    for number, stream in enumerate(streams):
        _become(number, stream)
    sys.stdin, sys.stdout, sys.stderr = open(0), open(1, "w"), open(2, "w")  # noqa: SIM115 # open to the end
    os.environ.clear()
    os.environ.update(environment)
    os.chdir(ROOT)
    kind, what, *arguments = words
    sys.argv = [kind, *arguments]
    try:
        if kind == "-m":
            runpy.run_module(what, run_name="__main__", alter_sys=True)
        else:
            main = sys.modules["__main__"] = types.ModuleType("__main__")
            exec(compile(textwrap.dedent(what), "<string>", "exec"), vars(main))
    finally:
        threading._shutdown()  # type: ignore[attr-defined]
        atexit._run_exitfuncs()


def _become(number: int, stream: Any) -> None:
    """Puts a pipe or a file in the place of a standard stream."""
    if isinstance(stream, Path):
        opened = os.open(stream, os.O_RDWR | os.O_CREAT)
        os.dup2(opened, number)
        os.close(opened)
    else:
        os.dup2(stream.fileno(), number)

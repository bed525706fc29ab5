"""What every program does when it begins and when it ends; `python -m pumploss.program MODULE WORDS` has others do so.

At its end Python takes apart whatever was loaded, object by object: 2 seconds where that is Feast, MLflow, Great
Expectations and Airflow. Nobody needs that done. What has to be done at the end is asked for by `atexit`, and still is.
"""

import atexit
import logging
import os
import runpy
import sys
from collections.abc import Sequence
from contextlib import suppress
from typing import NoReturn

from pumploss.garbage import look_seldom

_ended_with: int | None = None


def begin() -> None:
    """Prepare this process for `end`; called before anything is loaded, so that what `end` leaves out comes last."""
    look_seldom()
    atexit.register(_leave)


def end(code: int) -> NoReturn:
    """End the process with this exit code, once threads have ended and everything asked for by `atexit` is done."""
    global _ended_with  # noqa: PLW0603 - a process ends once
    _ended_with = code
    sys.exit(code)


def run(module: str, words: Sequence[str]) -> NoReturn:
    """Run the command line of a library with these words, to its exit code, as a program of ours."""
    begin()
    sys.argv = [module, *words]
    try:
        runpy.run_module(module, run_name="__main__", alter_sys=True)
    except SystemExit as ending:
        end_as(ending)
    end(0)


def end_as(ending: SystemExit) -> NoReturn:
    """End the process as a library asked to: with its exit code, or with 1 and its last words."""
    code = ending.code
    if code is not None and not isinstance(code, int):
        sys.stderr.write(f"{code}\n")
    end(code if isinstance(code, int) else int(code is not None))


def _leave() -> None:
    """Leave at once where `end` was asked to; what ends in another way has a code that is not known here."""
    if _ended_with is None:
        return
    logging.shutdown()
    for stream in (sys.stdout, sys.stderr):
        with suppress(AttributeError, OSError, ValueError):  # none, closed, or nobody reads it any more
            stream.flush()
    os._exit(_ended_with)


if __name__ == "__main__":
    run(sys.argv[1], sys.argv[2:])

"""The command line: `pumploss`, and `python -m jobs`, which is the same.

Where do I go to...? Add or change a command's options: `parser.py`. What a command does: the module of its name. What
people see while it works: `terminal.py`. Nothing heavy is imported before a command is known, so help comes at once.
"""

import argparse
import os
import sys
import traceback
from collections.abc import Callable, Sequence
from contextlib import redirect_stderr, redirect_stdout
from importlib import import_module
from typing import NoReturn, TextIO, cast

from jobs.commands.advice import advice
from jobs.commands.parser import parse
from jobs.commands.signals import INTERRUPTED, Signals, leave
from pumploss.errors import PumpLossError, failure_text
from pumploss.program import begin
from pumploss.redaction import RedactingStream
from pumploss.settings import from_environment, remember_secrets

FAILED = 1


def entry(program: str = "pumploss") -> NoReturn:
    """Runs the command of this process to its very end."""
    begin()
    leave(main(program=program), program)


def main(argv: Sequence[str] | None = None, program: str = "pumploss") -> int:
    """Runs one command; answers the exit code: 0, 1 after an error, 130 after Ctrl-C, 143 after SIGTERM.

    Raises SystemExit with code 2 for wrong arguments, with 0 for help.
    """
    remember_secrets()
    with redirect_stdout(_redacting(sys.stdout)), redirect_stderr(_redacting(sys.stderr)):
        return _run(parse(argv, program), program)


def _redacting(stream: TextIO) -> TextIO:
    return cast("TextIO", RedactingStream(stream))


def _run(arguments: argparse.Namespace, program: str) -> int:
    signals = Signals(program)
    try:
        with signals:
            module, _, function = arguments.handler.partition(":")
            handler: Callable[..., int] = getattr(import_module(module), function)
            return handler(arguments)
    except KeyboardInterrupt:
        return _interrupted(program, signals.code or INTERRUPTED)
    except Exception as error:  # noqa: BLE001 - whatever it was, people are told what to do about it
        # What a signal interrupted may have ended with an error of its own.
        return _failed(error, program) if signals.code is None else _interrupted(program, signals.code)


def _failed(error: Exception, program: str) -> int:
    if isinstance(error, PumpLossError):
        print(f"{program}: {failure_text(error)}", file=sys.stderr)
    elif isinstance(error, BrokenPipeError):
        # Who read it is gone; the interpreter would complain about that once more when it ends.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
    elif (said := advice(error, from_environment())) is not None:
        print(f"{program}: {said}", file=sys.stderr)
    else:
        traceback.print_exception(error)
        print(f"{program}: {_ADVICE}", file=sys.stderr)
    return FAILED


_ADVICE = (
    "this is a fault of Pump Loss or of a library, not of your data. Days are replaced whole or not at all, so nothing "
    "is half-written: run the command again, and report the lines above if it ends the same way. `pumploss status` "
    "shows what was done."
)


def _interrupted(program: str, code: int) -> int:
    print(f"\n{program}: interrupted; nothing is half-written, run the command again to go on.", file=sys.stderr)
    return code

"""The program: `pumploss`, and `python -m jobs`, which is the same."""

import signal

if signal.getsignal(signal.SIGINT) is signal.default_int_handler:
    # Nothing is open before the command listens for itself: until then Ctrl-C ends the process as SIGTERM does, and
    # prints no traceback of imports.
    signal.signal(signal.SIGINT, signal.SIG_DFL)

from typing import NoReturn

from jobs.commands import entry


def pumploss() -> NoReturn:
    """Runs the command of this process to its very end."""
    entry()


if __name__ == "__main__":
    entry("python -m jobs")

"""The scheduler with all that belongs to it, in the foreground: what `make airflow` starts.

`airflow standalone` is not used: it also starts two log servers that listen to the whole network. Log files of this
machine are read from disk, so they are not needed.
"""

import signal
import subprocess
import time
from collections.abc import Callable
from contextlib import ExitStack, closing
from http import HTTPStatus
from http.client import HTTPConnection, HTTPException
from types import FrameType
from urllib.parse import urlsplit

from jobs.airflow.commands import command, kill_group, log_file, migrate, sole_user, tail
from jobs.airflow.environment import environment, url
from pumploss.errors import StoreError
from pumploss.settings import ROOT, Settings

COMPONENTS = {
    "api-server": (),
    "scheduler": ("--skip-serve-logs",),
    "dag-processor": (),
    "triggerer": ("--skip-serve-logs",),
}
_POLL_SECONDS = 0.5
_STOP_SECONDS = 30.0


def standalone(settings: Settings, say: Callable[[str], None] = print) -> None:
    """Run Airflow until Ctrl-C or SIGTERM, then stop every process of it.

    Raises StoreError if it runs already, or with the end of a component's log when that component stops by itself.
    """
    migrate(settings)
    address = url(environment(settings))
    with ExitStack() as stack:
        lock = stack.enter_context(sole_user(settings))
        for number in (signal.SIGINT, signal.SIGTERM):
            # Both, because a shell that starts us in the background has Ctrl-C ignored.
            stack.callback(signal.signal, number, signal.signal(number, _interrupt))
        children = {name: _start(settings, name, lock.descriptor, stack) for name in COMPONENTS}
        try:
            say(f"Airflow is starting; logs are in {log_file(settings, 'scheduler').parent}.")
            _watch(settings, children, address, say)
        except KeyboardInterrupt:
            say("Airflow is stopping.")
        finally:
            _stop_all(children)


def _interrupt(_: int, __: FrameType | None) -> None:
    raise KeyboardInterrupt


def _start(settings: Settings, name: str, descriptor: int, stack: ExitStack) -> "subprocess.Popen[bytes]":
    output = stack.enter_context(log_file(settings, name).open("wb"))
    # A group of its own: Ctrl-C reaches us alone, and we stop the rest in order.
    return subprocess.Popen(
        command(name, *COMPONENTS[name]),
        cwd=ROOT,
        env=environment(settings),
        stdin=subprocess.DEVNULL,
        stdout=output,
        stderr=output,
        start_new_session=True,
        pass_fds=(descriptor,),
    )


def _watch(
    settings: Settings, children: dict[str, "subprocess.Popen[bytes]"], address: str, say: Callable[[str], None]
) -> None:
    """Say once when the interface answers; raise when a component has stopped."""
    is_ready = False
    while True:
        for name, child in children.items():
            if child.poll() is not None:
                log = log_file(settings, name)
                raise StoreError(
                    f"Airflow's {name} stopped with exit code {child.returncode}:\n{tail(log)}\nThe whole log: {log}. "
                    f"If {address} is taken, set AIRFLOW__API__PORT to a free port."
                )
        if not is_ready and _answers(address):
            is_ready = True
            say(f"Airflow is ready at {address}. DAGs start paused: switch on pumploss_daily there. Ctrl-C stops it.")
        time.sleep(_POLL_SECONDS)


def _answers(address: str) -> bool:
    # Not urllib: it would ask a proxy for an address of this machine.
    with closing(HTTPConnection(urlsplit(address).netloc, timeout=2)) as connection:
        try:
            connection.request("GET", "/api/v2/version")
            return connection.getresponse().status == HTTPStatus.OK
        except (OSError, HTTPException):
            return False


def _stop_all(children: dict[str, "subprocess.Popen[bytes]"]) -> None:
    """Ask all at once, wait for all, force what is left of their groups."""
    for child in children.values():
        child.terminate()
    deadline = time.monotonic() + _STOP_SECONDS
    for child in children.values():
        while child.poll() is None and time.monotonic() < deadline:
            time.sleep(0.1)
    for child in children.values():
        kill_group(child)

"""The scheduler with all that belongs to it, in the foreground: what `make airflow` starts.

`airflow standalone` is not used: it also starts two log servers that listen to the whole network. Log files of this
machine are read from disk, so they are not needed.
"""

import json
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
from jobs.airflow.environment import OPERATOR, environment, passwords_file, url
from pumploss.errors import StoreError
from pumploss.settings import ROOT, Settings

#: The first is what the others talk to: a task that starts before it answers is lost.
COMPONENTS = {
    "api-server": (),
    "scheduler": ("--skip-serve-logs",),
    "dag-processor": (),
    "triggerer": ("--skip-serve-logs",),
}
#: What Airflow's health report calls those that send heartbeats.
HEALTHY = {"scheduler", "dag_processor", "triggerer"}
_POLL_SECONDS = 0.5
_STOP_SECONDS = 30.0


def standalone(settings: Settings, say: Callable[[str], None] = print) -> None:
    """Runs Airflow until Ctrl-C or SIGTERM, then stops every process of it.

    Raises StoreError if it runs already, or with the end of a component's log when that component stops by itself.
    """
    migrate(settings)
    address = url(environment(settings))
    with ExitStack() as stack:
        lock = stack.enter_context(sole_user(settings))
        for number in (signal.SIGINT, signal.SIGTERM):
            # Both, because a shell that starts us in the background has Ctrl-C ignored.
            stack.callback(signal.signal, number, signal.signal(number, _interrupt))
        children: dict[str, subprocess.Popen[bytes]] = {}
        try:
            say(f"Airflow is starting; logs are in {log_file(settings, 'scheduler').parent}.")
            for name in COMPONENTS:
                children[name] = _start(settings, name, lock.descriptor, stack)
                _watch(settings, children, address, lambda: _healthy(address) is not None)
            _watch(settings, children, address, lambda: _healthy(address) == HEALTHY)
            say(
                f"Airflow is ready at {address}: log in as {OPERATOR}, with the password in {passwords_file(settings)}."
            )
            say("DAGs start paused: switch on pumploss_daily there. Ctrl-C stops it.")
            _watch(settings, children, address, lambda: False)
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
    settings: Settings, children: dict[str, "subprocess.Popen[bytes]"], address: str, is_over: Callable[[], bool]
) -> None:
    """Waits until told that it is over; raises StoreError when a component has stopped by itself."""
    while not is_over():
        for name, child in children.items():
            if child.poll() is not None:
                log = log_file(settings, name)
                raise StoreError(
                    f"Airflow's {name} stopped with exit code {child.returncode}:\n{tail(log)}\nThe whole log: {log}. "
                    f"If {address} is taken, set AIRFLOW__API__PORT to a free port."
                )
        time.sleep(_POLL_SECONDS)


def _healthy(address: str) -> set[str] | None:
    """Asks which components send heartbeats, as the interface says; None while it does not answer."""
    # Not urllib: it would ask a proxy for an address of this machine.
    with closing(HTTPConnection(urlsplit(address).netloc, timeout=5)) as connection:
        try:
            connection.request("GET", "/api/v2/monitor/health")
            answer = connection.getresponse()
            report = json.loads(answer.read()) if answer.status == HTTPStatus.OK else None
        except (OSError, HTTPException, ValueError):
            return None
    return None if report is None else {name for name in HEALTHY if report[name]["status"] == "healthy"}


def _stop_all(children: dict[str, "subprocess.Popen[bytes]"]) -> None:
    """Asks all at once, waits for all, forces what is left of their groups."""
    for child in children.values():
        child.terminate()
    deadline = time.monotonic() + _STOP_SECONDS
    for child in children.values():
        while child.poll() is None and time.monotonic() < deadline:
            time.sleep(0.1)
    for child in children.values():
        kill_group(child)

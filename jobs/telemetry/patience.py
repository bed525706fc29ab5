"""Waits for others no longer than is said, whatever they do: a server that sends a byte a second never times out."""

import threading
from collections.abc import Callable

from pumploss.errors import failure_text


def within(seconds: float, send: Callable[[], object]) -> str | None:
    """Send in a thread that is left behind when the time is over; answers why it was not done, or None.

    The thread ends with the process at the latest.
    """
    refusals: list[str] = []

    def sending() -> None:
        try:
            send()
        except Exception as error:  # noqa: BLE001 - answered as words
            refusals.append(failure_text(error))

    thread = threading.Thread(target=sending, name="telemetry", daemon=True)
    thread.start()
    thread.join(seconds)
    if thread.is_alive():
        return f"no answer within {seconds:g} seconds"
    return refusals[0] if refusals else None

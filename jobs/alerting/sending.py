"""Sends a message to the receivers of the settings, by Apprise; a receiver that hangs is left behind."""

import threading
import time
from contextlib import suppress
from typing import TYPE_CHECKING, Final

from pumploss.redaction import addresses_in, redacted

if TYPE_CHECKING:
    from apprise import Apprise

#: How long all receivers together may take. A thread that is still at it then ends with the process.
SECONDS: Final = 15.0


def receivers(alert_urls: str | None) -> list[str]:
    """List the addresses of a setting; they are secrets."""
    return addresses_in(alert_urls or "")


def send(addresses: list[str], title: str, body: str, seconds: float | None = None) -> dict[str, bool]:
    """Send one message to each address; answers which of them took it in time. Nothing is ever raised."""
    from apprise import Apprise  # loads every service, so only where somebody is told

    taken: dict[str, bool] = {}
    parts = redacted(title), redacted(body), taken
    workers = [
        threading.Thread(target=_send_one, args=(Apprise(), address, *parts), daemon=True) for address in addresses
    ]
    deadline = time.monotonic() + (SECONDS if seconds is None else seconds)
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join(max(0.0, deadline - time.monotonic()))
    return {address: taken.get(address, False) for address in addresses}


def _send_one(sender: "Apprise", address: str, title: str, body: str, taken: dict[str, bool]) -> None:
    with suppress(Exception):  # of every kind: what does not get through is sent again with the next look
        taken[address] = bool(sender.add(address)) and bool(sender.notify(title=title, body=body))

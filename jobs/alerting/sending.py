"""Sends a message to the receivers of the settings, by Apprise; a receiver that hangs is left behind."""

import logging
import re
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from typing import TYPE_CHECKING, Final

from pumploss.errors import SettingsError, failure_text
from pumploss.redaction import redacted
from pumploss.secret_parts import addresses_in

if TYPE_CHECKING:
    from apprise import Apprise

#: How long all receivers together may take. A thread that is still at it then ends with the process.
SECONDS: Final = 15.0
#: What was logged of the message that this context sends.
_reasons: ContextVar[list[str] | None] = ContextVar("reasons", default=None)
_SCHEME: Final = re.compile(r"\w+(?=://)")


def receivers(alert_urls: str | None) -> list[str]:
    """List the addresses of a setting; they are secrets. Raises SettingsError where one would not be read as meant."""
    text = (alert_urls or "").strip(", \n\t")
    addresses = addresses_in(text)
    bad = [number for number, address in enumerate(addresses, 1) if re.search(r"[\s\"'`]", address)]
    if text and (bad or not re.match(r"\w+://", text)):
        where = f"in address {bad[0]}" if bad else "before the first address"
        raise SettingsError(
            f"PUMPLOSS_ALERT_URLS has a quote, a space or a word {where}, where none belongs: give addresses as "
            "scheme://..., with spaces between and without quotes; within one, a space is %20, a quote %22 or %27."
        )
    return addresses


def named(addresses: list[str], address: str) -> str:
    """Name a receiver without its address: by its place in the setting and its scheme."""
    scheme = _SCHEME.search(address)
    return f"receiver {addresses.index(address) + 1} ({scheme[0] if scheme else 'no scheme'})"


def send(addresses: list[str], title: str, body: str, seconds: float | None = None) -> dict[str, str | None]:
    """Send one message to each address; answers why it was not taken in time, None where it was. Nothing is raised."""
    from apprise import Apprise  # loads every service, so only where somebody is told

    limit = SECONDS if seconds is None else seconds
    outcomes: dict[str, str | None] = {}
    parts = redacted(title), redacted(body), outcomes
    workers = [
        threading.Thread(target=_send_one, args=(Apprise(), address, *parts), daemon=True) for address in addresses
    ]
    deadline = time.monotonic() + limit
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join(max(0.0, deadline - time.monotonic()))
    return {address: outcomes.get(address, f"no answer within {limit:g} s") for address in addresses}


def _send_one(sender: "Apprise", address: str, title: str, body: str, outcomes: dict[str, str | None]) -> None:
    try:
        with _logged() as reasons:
            if not sender.add(address):
                outcomes[address] = _unreadable(address)
            elif sender.notify(title=title, body=body):
                outcomes[address] = None
            else:
                outcomes[address] = redacted(" ".join(reasons)) or "it did not say why"
    except Exception as error:  # noqa: BLE001 - of every kind: what does not get through is sent again with the next look
        outcomes[address] = failure_text(error)


def _unreadable(address: str) -> str:
    """Say why an address is none: its scheme may be one that Apprise does not have."""
    from apprise.apprise import N_MGR

    scheme = address.partition("://")[0]
    if scheme.lower() in N_MGR:
        return f"the address is none that {scheme}:// can be sent to"
    return f"Apprise knows no {scheme}://"


@contextmanager
def _logged() -> Iterator[list[str]]:
    """Collect what Apprise logs of this message: it says there why it was not taken.

    Its own threads run in the context of who asked them, by which messages that are sent at once are told apart.
    """
    reasons: list[str] = []
    _reasons.set(reasons)

    class Collector(logging.Handler):
        def emit(self, record: logging.LogRecord) -> None:
            if _reasons.get() is reasons:
                reasons.append(record.getMessage())

    logger, collector = logging.getLogger("apprise"), Collector(logging.WARNING)
    logger.addHandler(collector)
    try:
        yield reasons
    finally:
        logger.removeHandler(collector)

"""Tells people what waits for them, each cause once per receiver: what was told stands in the ledger."""

import hashlib
import json
from collections.abc import Callable, Iterable, Mapping
from typing import Final

from jobs.alerting.need import Need
from jobs.alerting.needs import needs
from jobs.alerting.sending import receivers, send
from jobs.pipeline import Step
from jobs.running.context import Context, open_context
from jobs.running.due_days import landed_days
from jobs.running.ledger_rows import Ending, rows_of
from pumploss import clock
from pumploss.days import Days
from pumploss.errors import LandingError, failure_text
from pumploss.lake.locks import table_lock
from pumploss.report import DayReport
from pumploss.settings import Settings

#: The name that telling has in the ledger.
NAME: Final = "alerts"
#: Somebody else may be telling just now, for as long as receivers may take.
_WAIT_SECONDS: Final = 20.0


def days_of(context: Context) -> Days:
    """List the landed days; none where the landing cannot be read, which is said of the landing."""
    try:
        return landed_days(context.landing)
    except LandingError:
        return ()


def tell(context: Context, more: Iterable[Need] = ()) -> list[Need]:
    """Send what waits for a person, and `more`, where it was not sent before; answers what was sent to anybody.

    A cause counts as told to a receiver once he took it: where he did not, the next look sends it again. Killed between
    the two, it may be sent twice.
    """
    addresses = receivers(context.settings.alert_urls)
    if not addresses:
        return []
    found = {need.cause: need for need in (*needs(context, days_of(context)), *more)}
    with table_lock(context.settings.lake, NAME, _WAIT_SECONDS):
        return _send_new(context, addresses, found)


def _send_new(context: Context, addresses: list[str], found: Mapping[str, Need]) -> list[Need]:
    """Send what is new to each receiver; one that does not take a message is left alone until the next look."""
    sent, told, heard = [], _told(context), list(addresses)
    for cause, need in found.items():
        open_to = [address for address in heard if _name(address) not in told.get(cause, ())]
        title = f"Pump Loss: {need.kind.replace('_', ' ')}, {need.subject}{f', {need.day}' if need.day else ''}"
        taken = send(open_to, title, need.sentence()) if open_to else {}
        if names := [_name(address) for address, is_taken in taken.items() if is_taken]:
            _remember(context, cause, names)
            sent.append(need)
        silent = {address for address, is_taken in taken.items() if not is_taken}
        if silent:
            context.say(f"{len(silent)} receivers did not take: {title}. The next look sends it again.")
            heard = [address for address in heard if address not in silent]
    return sent


def _told(context: Context) -> dict[str, set[str]]:
    """Read who was told of each cause, as digests of addresses."""
    told: dict[str, set[str]] = {}
    for row in context.ledger.standing(NAME).values():
        for cause, names in json.loads(row["outputs"] or "{}").get(NAME, {}).items():
            told.setdefault(cause, set()).update(names)
    return told


def _remember(context: Context, cause: str, names: list[str]) -> None:
    today = clock.now().date()
    told = json.loads(context.ledger.outputs(NAME, today)).get(NAME, {})
    report = DayReport(outputs={NAME: {**told, cause: sorted({*told.get(cause, ()), *names})}})
    context.ledger.append(rows_of(context, Step(NAME, ()), {today: report}, Ending("ok")))


def _name(address: str) -> str:
    """Name a receiver without its address, which is a secret."""
    return hashlib.blake2b(address.encode(), digest_size=8).hexdigest()


def tell_quietly(settings: Settings, say: Callable[[str], None], more: Iterable[Need] = ()) -> None:
    """Tell people; whatever is in the way of that is only said. Nothing is looked at where nobody is to be told."""
    if not receivers(settings.alert_urls):
        return
    try:
        with open_context(settings, say) as context:
            tell(context, more)
    except Exception as error:  # noqa: BLE001 - a night is worth more than a message about it
        say(f"Nobody was told what waits for a person: {failure_text(error)}")

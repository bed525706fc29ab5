"""Tells people what waits for them, each cause once per receiver as long as it stands: the ledger has what was told."""

import hashlib
import json
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Final

from jobs.alerting.need import Need
from jobs.alerting.needs import needs
from jobs.alerting.sending import named, receivers, send
from jobs.pipeline import BY_NAME, Step
from jobs.running.context import Context, open_context
from jobs.running.due_days import landed_days
from jobs.running.ledger_rows import Ending, rows_of
from pumploss import clock
from pumploss.days import Days
from pumploss.errors import LandingError, failure_text
from pumploss.lake.ledger import order_of
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


@dataclass(frozen=True)
class Told:
    """Holds what was sent to anybody, and why receivers, by number and scheme, did not take a message."""

    sent: list[Need]
    silent: dict[str, str]


def tell(context: Context, more: Iterable[Need] = ()) -> Told:
    """Send what waits for a person, and `more`, where it was not sent before.

    A cause counts as told to a receiver once he took it: where he did not, the next look sends it again, and so it is
    where the cause was gone meanwhile. Killed between the two, it may be sent twice. Raises SettingsError where the
    addresses would not be read as they were meant.
    """
    addresses = receivers(context.settings.alert_urls)
    if not addresses:
        return Told([], {})
    days = days_of(context)
    found = {need.cause: need for need in (*needs(context, days), *more)}
    with table_lock(context.settings.lake, NAME, _WAIT_SECONDS):
        return _send_new(context, addresses, found, _standing(context, found, bool(days)))


def _send_new(context: Context, addresses: list[str], found: Mapping[str, Need], told: Mapping[str, list[str]]) -> Told:
    """Send what is new to each receiver; one that does not take a message is left alone until the next look."""
    new, heard = Told([], {}), list(addresses)
    known = dict(told)
    for cause, need in found.items():
        open_to = [address for address in heard if _name(address) not in known.get(cause, ())]
        title = f"Pump Loss: {need.kind.replace('_', ' ')}, {need.subject}{f', {need.day}' if need.day else ''}"
        outcomes = send(open_to, title, need.sentence()) if open_to else {}
        if names := [_name(address) for address, refusal in outcomes.items() if refusal is None]:
            known[cause] = sorted({*known.get(cause, ()), *names})
            _remember(context, known)
            new.sent.append(need)
        for address, refusal in outcomes.items():
            if refusal is not None:
                who = named(addresses, address)
                new.silent[who] = refusal
                heard.remove(address)
                context.say(f"{who} did not take: {title} ({refusal}). The next look sends it again.")
    return new


def _standing(context: Context, found: Mapping[str, Need], is_landing_read: bool) -> dict[str, list[str]]:
    """Read who was told of what still stands, and note the end of what does not: it is told anew when it returns."""
    rows = context.ledger.standing(NAME).values()
    last = max(rows, key=order_of, default={"outputs": None})
    told: dict[str, list[str]] = json.loads(last["outputs"] or "{}").get(NAME, {})
    kept = {cause: names for cause, names in told.items() if cause in found or not _can_end(cause, is_landing_read)}
    if kept != told:
        _remember(context, kept)
    return kept


def _can_end(cause: str, is_landing_read: bool) -> bool:
    """Tell whether a cause that a look does not find is gone: what it cannot see may still be there."""
    kind, subject, *_ = cause.split()
    if kind in ("failed", "gate") and subject not in BY_NAME:
        return False  # of a task that is no step: only the task itself tells
    return is_landing_read or kind not in ("missing", "late", "landing")


def _remember(context: Context, told: Mapping[str, list[str]]) -> None:
    """Note who was told of what, as digests of addresses: the row that was committed last has all that stands."""
    report = DayReport(outputs={NAME: dict(told)})
    context.ledger.append(rows_of(context, Step(NAME, ()), {clock.now().date(): report}, Ending("ok")))


def _name(address: str) -> str:
    """Name a receiver without its address, which is a secret."""
    return hashlib.blake2b(address.encode(), digest_size=8).hexdigest()


def tell_quietly(settings: Settings, say: Callable[[str], None], more: Iterable[Need] = ()) -> None:
    """Tell people; whatever is in the way of that is only said. Nothing is looked at where nobody is to be told."""
    if not settings.alert_urls:
        return
    try:
        with open_context(settings, say) as context:
            tell(context, more)
    except Exception as error:  # noqa: BLE001 - a night is worth more than a message about it
        say(f"Nobody was told what waits for a person: {failure_text(error)}")

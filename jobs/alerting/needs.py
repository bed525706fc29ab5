"""What waits for a person, as ledger, lake and landing have it; no server is started and no row of a table is read."""

from collections.abc import Iterator, Mapping
from datetime import date, time, timedelta
from typing import Any, Final

from jobs.alerting.freshness import PUBLISHERS, shown_days
from jobs.alerting.landing_needs import landing_needs
from jobs.alerting.need import Need
from jobs.monitoring.recorded import latest
from jobs.monitoring.telling import training_command
from jobs.pipeline import BY_NAME, STEPS, Cadence, Step
from jobs.running.context import Context
from jobs.running.due_days import holes
from jobs.verifying.lake import by_logs
from pumploss import clock
from pumploss.days import Days, shift
from pumploss.lake.ledger import order_of
from pumploss.lake.locks import lake_holders

_RED_DAY: Final = 'Runbook: "When a day is red" in docs/operations.md'
#: What the error of a gate says, also of several tables at once.
_GATE: Final = "published, readers keep what they have"
_DRIFT: Final = 'Runbook: "When a model is not what it was" in docs/operations.md'


def needs(context: Context, days: Days) -> list[Need]:
    """List what waits for a person, of the landed days: the most basic first."""
    found = [*landing_needs(context), *_differences(context), *_failed(context), *_missing(context, days)]
    return [*found, *_stale_days(context), *_unpublished(context, days), *_stale_stores(context), *_models(context)]


def _differences(context: Context) -> Iterator[Need]:
    for finding in by_logs(context):
        yield Need("differs", finding.where, None, f"{finding.where}: {finding.what}", finding.advice)


def _failed(context: Context) -> Iterator[Need]:
    """List every day of every step whose last word is a failure."""
    for step in STEPS:
        for day, row in sorted(failures(context, step).items()):
            yield failure(step.name, day, str(row["error"]))


def failure(step: str, day: date, error: str) -> Need:
    """Make what a failed step asks for: a gate that stopped it is told apart from what broke."""
    is_gate = _GATE in error
    again = f"then {_again(step, day)}" if step in BY_NAME else "then clear the task"
    text = f"{step} of {day} {'was stopped by a gate' if is_gate else 'failed'}: {error}"
    return Need("gate" if is_gate else "failed", step, day, text, f"{_RED_DAY}; {again}")


def _again(step: str, day: date) -> str:
    """Write what runs a failed step again, and with it all that waits for it."""
    if BY_NAME[step].cadence is Cadence.WEEKLY:  # `all` trains only where there is no champion
        return f"`pumploss run {step} --day {day}`"
    return f"`pumploss run all --day {day}`, or `pumploss nightly`, which also builds the days that rest on it"


def failures(context: Context, step: Step) -> Mapping[date, dict[str, Any]]:
    """Look up the ledger's rows of days whose last word is a failure, by day."""
    rows = context.ledger.latest().items()
    return {day: row for (name, day), row in rows if name == step.name and row["status"] == "failed"}


def _missing(context: Context, days: Days) -> Iterator[Need]:
    """Say of each day that steps lack first which of them do: the first keeps the others from theirs."""
    lacking: dict[date, list[str]] = {}
    for step in STEPS:
        if step.writes and (found := holes(context, step, days)):
            lacking.setdefault(min(found), []).append(step.name)
    for day, (first, *others) in sorted(lacking.items()):
        text = f"{first} lacks {day}{f', and so do {len(others)} steps after it' if others else ''}"
        yield Need("missing", first, day, text, "`pumploss nightly` makes up for it, or says why it cannot")


def _stale_days(context: Context) -> Iterator[Need]:
    """Say that days rest on what has changed since; a run that holds the lake may be building them just now."""
    stale = {step.name: days for step in STEPS if (days := context.ledger.stale(step.name))}
    if not stale or lake_holders(context.settings.lake):
        return
    days = set().union(*stale.values())
    steps = f"{len(stale)} step{'s' if len(stale) > 1 else ''}"
    several = f"{len(days)} days of {steps} are" if len(days) > 1 else f"1 day of {steps} is"
    text = f"{several} stale, from {min(days)}: something below has changed, and {_seen(context, stale)}"
    yield Need("stale", "lake", min(days), text, "Run `pumploss nightly`")


def _seen(context: Context, stale: Mapping[str, set[date]]) -> str:
    """Say what readers of the stores see: a store that was published since the change does not show what was before."""
    failed = [store for store, step in PUBLISHERS.items() if _ended_last(context, step) == "failed"]
    old = [store for store, step in PUBLISHERS.items() if step in stale and store not in failed]
    new = [store for store in shown_days(context) if store not in old + failed]
    if not (new or failed):
        return "readers see what was before"
    said = [f"readers of the {_and(old)} see what was before"] if old else []
    said += [f"what was published since shows in the {_and(new)}"] if new else []
    said += [f"the {_and(failed)} may show either, as its step failed"] if failed else []
    return ", ".join(said)


def _ended_last(context: Context, step: str) -> str | None:
    rows = [row for (name, _), row in context.ledger.latest().items() if name == step]
    return str(max(rows, key=order_of)["status"]) if rows else None


def _and(names: list[str]) -> str:
    return " and the ".join(names)


def _unpublished(context: Context, days: Days) -> Iterator[Need]:
    """Say that the night of the newest day whose hour has come is not out; the calendar counts, not what landed."""
    if (hour := context.settings.publish_by) is None:
        return
    set_hour = time.fromisoformat(hour)
    # The hour may be so late that the next day has closed before anybody looks: moments are compared, not hours.
    day = shift((clock.now() - timedelta(hours=set_hour.hour, minutes=set_hour.minute)).date(), -1)
    shown = max(context.ledger.held("publish_hot"), default=None)
    if shown is None or shown < day:
        text = (
            f"The night of {day} was not published by {hour} UTC of the next day; readers are on {shown or 'nothing'}"
        )
        text += f", the newest dump is of {max(days)}" if days else ", and no dump can be read"
        runbook = f"{_RED_DAY}; `pumploss status` says which step it waits at"
        yield Need("unpublished", "publish_hot", day, text, runbook)


def _stale_stores(context: Context) -> Iterator[Need]:
    """Say which store shows an older day than the one that was published furthest, or was to be built anew."""
    shown = shown_days(context)
    newest = max((day for day in shown.values() if day is not None), default=None)
    for store, day in shown.items():
        if newest is not None and day != newest and not _is_young(context, store, newest):
            text = f"The {store} shows {day or 'nothing'}, others show {newest}"
            yield Need("stale_store", store, newest, text, f"`pumploss run {PUBLISHERS[store]} --day {newest}`")


def _is_young(context: Context, store: str, day: date) -> bool:
    """Tell whether others were published so shortly ago that this store may still be on its way."""
    rows = [context.ledger.standing(step).get(day) for step in PUBLISHERS.values()]
    ended = [row["written_at"] for row in rows if row is not None]
    of_store = context.ledger.latest().get((PUBLISHERS[store], day), {})
    return of_store.get("status") != "failed" and bool(ended) and clock.now() - max(ended) < timedelta(hours=1)


def _models(context: Context) -> Iterator[Need]:
    """List models of which the last watched night broke a `stop` bound; one whose age warns is a person's, too."""
    said = latest(context)
    if said is None:
        return
    command = training_command(said.stopped, said.day) if said.stopped else "pumploss model list"
    for line in (*said.stops, *(line for line in said.warns if ": age_days " in line)):
        model, measure = line.partition(",")[0], line.partition(": ")[2].partition(" ")[0]
        yield Need("model", f"{model} {measure}", None, line, f"{_DRIFT}; `{command}`")

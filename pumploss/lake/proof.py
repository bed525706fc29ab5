"""Refuses to hand on features of days on which they were found to be wrong."""

from collections.abc import Iterable
from datetime import date

from pumploss.errors import ParityError
from pumploss.lake.ledger import Ledger

STEP = "recompute_features"


def refuse_disproved(ledger: Ledger, days: Iterable[date]) -> None:
    """Raise ParityError where the last recomputation of one of these days failed: nothing of them goes out."""
    latest = ledger.latest()
    for day in days:
        last = latest.get((STEP, day))
        if last is not None and last["status"] == "failed":
            raise ParityError(
                f"Nothing of {day} is published, because {STEP} of {day} failed: {last['error']} "
                f"Run `python -m jobs run {STEP} --day {day}` once that is done."
            )

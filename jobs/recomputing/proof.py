"""Refuses to publish a day whose features were found to be wrong."""

from datetime import date

from jobs.running.context import Context
from pumploss.errors import ParityError

STEP = "recompute_features"


def refuse_disproved(context: Context, day: date) -> None:
    """Raise ParityError where the last recomputation of the day's features failed: nothing of them goes out."""
    last = context.ledger.latest().get((STEP, day))
    if last is not None and last["status"] == "failed":
        raise ParityError(
            f"Nothing of {day} is published, because {STEP} of {day} failed: {last['error']} "
            f"Run `python -m jobs run {STEP} --day {day}` once that is done."
        )

"""Waiting for a day's dump without holding a worker: the task defers to a trigger that looks at the landing."""

from collections.abc import Collection
from datetime import date, timedelta
from typing import TYPE_CHECKING, Any

from airflow.sdk import BaseOperator, Param
from building import day_of, give_up_or_raise
from waiting import DeadlineTrigger

from pumploss import clock

if TYPE_CHECKING:
    from airflow.sdk import Context

    from sources.landing.folders import Landing

POLL_SECONDS = 60.0

WAIT_PARAM = Param(
    360,
    type="number",
    minimum=0,
    title="Minutes to wait for the dump",
    description="How long to wait for the day's dump before the run fails; 0 looks once.",
)


def missing(landing: "Landing", day: date, accepted: Collection[tuple[date, str]] = ()) -> str | None:
    """Says what of a day's dump is not there yet, naming sources and day; None when the day can run.

    Every daily source must have landed the day; where all are samples, any of them. One file at least must be there: a
    folder is made before its files are. Of the days and sources `accepted`, nothing need be there. Raises LandingError
    for a landing that cannot be read.
    """
    from pumploss.errors import LandingError
    from sources.landing.dump_days import require_landed

    landed = [name for name in landing.sources() if day in landing.days(name)]
    try:
        require_landed(landing, (day,), accepted)
    except LandingError as error:
        return str(error)
    if not accepted and not any(landing.files(name, day) for name in landed):
        return f"The folders {', '.join(f'{name}/{day}' for name in landed)} in {landing.root} hold no file yet."
    return None


def look(root: str, day: date, accepted: Collection[tuple[date, str]] = ()) -> str | None:
    """Looks for what is missing of a day in the landing at this root; storage that fails counts as nothing landed yet.

    Raises LandingError for what waiting does not mend, such as a folder that is no source's.
    """
    from pumploss.errors import LandingError
    from sources.landing.folders import Landing

    try:
        return missing(Landing(root), day, accepted)
    except LandingError as error:
        if isinstance(error.__cause__, OSError):
            return f"No dump of any source for {day}: {error}"
        raise


def accepted_dumps(day: date, is_accepted: bool) -> set[tuple[date, str]]:
    """Lists the sources of which somebody has accepted that nothing was traded on the day: in this run, or before."""
    from jobs.gates.empty_days import accepted
    from jobs.running.context import open_context
    from pumploss.errors import LandingError
    from pumploss.settings import from_environment

    with open_context(from_environment()) as run:
        run.accept_completeness = is_accepted
        try:
            return accepted(run, (day,))
        except LandingError:  # a landing that is not there yet is waited for
            return set()


class LandingTrigger(DeadlineTrigger):
    """Fires once: when the day has landed (`missing` is None), at the deadline, or on a landing that `is_broken`."""

    def __init__(self, root: str, day: str, deadline: str, poll_seconds: float = POLL_SECONDS) -> None:
        super().__init__(deadline, poll_seconds, root=root, day=day)

    def look(self) -> tuple[dict[str, Any], bool]:
        """Answers what is missing; a landing that is broken is not waited for."""
        from pumploss.errors import LandingError

        try:
            lacking = look(self.sought["root"], date.fromisoformat(self.sought["day"]))
        except LandingError as error:
            return {"missing": str(error), "is_broken": True}, True
        return {"missing": lacking, "is_broken": False}, lacking is None


class WaitForDump(BaseOperator):
    """Succeeds when the run's day has landed, at once where it has already; fails for good when it does not come.

    A simulated market is not waited for: it goes on to the day.
    """

    ui_color = "#f4e7cf"

    def execute(self, context: "Context") -> dict[str, Any]:
        """Looks once, lets a simulated market go on, then defers."""
        from pumploss.errors import LandingError
        from pumploss.settings import from_environment
        from simulator.going_on import go_on

        root, day = from_environment().landing, day_of(context)
        minutes = float(context["params"].get("wait_minutes", 0))
        try:
            lacking = look(root, day)
            if lacking is not None and go_on(root, day):
                lacking = look(root, day)
            if lacking is not None:
                is_accepted = bool(context["params"].get("accept_completeness", False))
                lacking = look(root, day, accepted_dumps(day, is_accepted))
        except LandingError as error:
            give_up_or_raise(context, error)
        if lacking is not None and minutes > 0:
            deadline = clock.now() + timedelta(minutes=minutes)
            trigger = LandingTrigger(root, day.isoformat(), deadline.isoformat())
            self.defer(trigger=trigger, method_name="arrived")
        return self.arrived(context, {"missing": lacking, "is_broken": False})

    def arrived(self, context: "Context", event: dict[str, Any]) -> dict[str, Any]:
        """Answers the day that landed; fails for good with what is missing."""
        from pumploss.errors import LandingError

        if event["missing"] is not None:
            minutes = 0.0 if event["is_broken"] else float(context["params"].get("wait_minutes", 0))
            waited = f"Waited {minutes:g} minutes for the dump of {day_of(context)}. " if minutes else ""
            give_up_or_raise(context, LandingError(waited + event["missing"]))
        return {"day": day_of(context).isoformat()}

"""The tasks of the backfill: a plan of what would be replaced, and steps that run over a range of days."""

from datetime import date
from typing import TYPE_CHECKING, Any

from airflow.sdk import BaseOperator, TriggerRule
from airflow.sdk.exceptions import AirflowSkipException
from building import StepTask, give_up_or_raise, run_in_task, step_task, tell

from jobs.pipeline import BY_NAME, STEPS, Cadence, Step

if TYPE_CHECKING:
    from collections.abc import Mapping

    from airflow.sdk import Context

    from pumploss.days import Days
    from pumploss.settings import Settings

#: Stands for every step.
ALL = "all"


def chosen(names: list[str]) -> dict[str, dict[str, Any]]:
    """Lists the chosen steps in pipeline order, each with its options."""
    picked = [step for step in STEPS if step.name in names or ALL in names]
    return {
        step.name: {"if_missing": True} if step.cadence is Cadence.WEEKLY and step.name not in names else {}
        for step in picked
    }


def days_of(params: "Mapping[str, Any]", settings: "Settings") -> "Days":
    """Lists the dump days of the run's range. Raises LandingError where it is empty or upside down."""
    from sources.landing.dump_days import run_days
    from sources.landing.folders import Landing

    first, last = date.fromisoformat(params["from"]), date.fromisoformat(params["to"])
    return run_days(Landing(settings.landing), first, last)


def plan_lines(steps: list[str], days: "Days", built: "Mapping[str, set[date]]") -> list[str]:
    """Puts the plan in words, a line per step."""
    lines = [f"{len(days)} dump days, {days[0]} to {days[-1]}"]
    for name in steps:
        replaced = len(built[name] & set(days))
        tables = ", ".join(BY_NAME[name].writes) or "what it publishes"
        lines.append(f"{name}: {len(days)} days, of which {replaced} are built and would be replaced in {tables}")
    return lines


class PlanTask(BaseOperator):
    """Prints what the run is about to replace; fails on a range that cannot run."""

    ui_color = "#f4e7cf"

    def execute(self, context: "Context") -> dict[str, Any]:
        """Prints the plan and pushes it."""
        from jobs.running.context import open_context
        from pumploss.settings import from_environment

        params, settings = context["params"], from_environment()
        try:
            days = days_of(params, settings)
            steps = list(chosen(params["steps"]))
            with open_context(settings) as run:
                built = {name: run.ledger.built(name) for name in steps}
        except Exception as error:  # noqa: BLE001 - whatever it was, its message is left where people look
            give_up_or_raise(context, error)
        lines = plan_lines(steps, days, built)
        lines.append("dry run: nothing is run" if params["dry_run"] else "running it now")
        tell("\n".join(lines))
        return {"plan": lines, "is_dry_run": bool(params["dry_run"])}


class RangeTask(StepTask):
    """Runs a step over the run's range in one pass, if it was chosen and this is no dry run."""

    def work(self, context: "Context") -> dict[str, Any]:
        """Runs the step over the range."""
        from pumploss.errors import LandingError
        from pumploss.settings import from_environment

        params = context["params"]
        if params["dry_run"]:
            raise AirflowSkipException("dry run")
        steps = chosen(params["steps"])
        if self.step not in steps:
            raise AirflowSkipException("not among the chosen steps")
        try:
            days = days_of(params, from_environment())
        except LandingError as error:
            give_up_or_raise(context, error)
        return run_in_task(context, self.step, days, steps[self.step])


def range_task(step: Step) -> StepTask:
    """Makes the backfill's task of a step: a step that was not chosen holds nothing up, a failed one does."""
    return step_task(step, task_class=RangeTask, trigger_rule=TriggerRule.NONE_FAILED)

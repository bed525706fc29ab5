"""Tells people what waits for them: when a task has failed for good, and at every hour."""

from typing import TYPE_CHECKING, Any

from airflow.sdk import BaseOperator

if TYPE_CHECKING:
    from airflow.sdk import Context

    from jobs.alerting.need import Need


def tell_failure(context: "Context") -> None:
    """Tells of a task that failed after its last try, with what else waits; a receiver in trouble changes nothing."""
    from building import day_of, tell

    from jobs.alerting.telling import tell_quietly
    from pumploss.settings import from_environment

    tell_quietly(from_environment(), tell, [failed_task(context, day_of(context))])


def failed_task(context: "Context", day: Any) -> "Need":
    """Makes what a failed task asks for: the same cause as the failure that its step left in the ledger."""
    from jobs.alerting.needs import failure
    from pumploss.errors import failure_text

    task, error = context["task"], context.get("exception")
    name = getattr(task, "step", None) or task.task_id
    return failure(name, day, failure_text(error) if isinstance(error, BaseException) else str(error))


class LookTask(BaseOperator):
    """Sends what waits for a person and was not sent before."""

    ui_color = "#f6d9dc"

    def execute(self, context: "Context") -> dict[str, Any]:  # noqa: ARG002 - the ledger says all
        """Looks, and answers how many messages were new."""
        from building import hide_secrets, tell

        from jobs.alerting.telling import tell as tell_people
        from jobs.running.context import open_context
        from pumploss.settings import from_environment

        hide_secrets()
        with open_context(from_environment(), say=tell) as run:
            sent = tell_people(run).sent
        tell("\n".join(need.sentence() for need in sent) or "There was nothing new to tell.")
        return {"sent": len(sent)}

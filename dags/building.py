"""What the DAGs share: settings, parameters, and the tasks that are made from `jobs.pipeline`.

Imported while Airflow parses, so it imports nothing heavier than the pipeline's list of steps. A task imports its step
when it runs, inside the task's process.
"""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import replace
from datetime import UTC, date, datetime, time, timedelta
from typing import TYPE_CHECKING, Any, NoReturn

from airflow.sdk import Asset, BaseOperator, CronTriggerTimetable, Param
from airflow.sdk.exceptions import AirflowFailException, TaskDeferred
from alerting import tell_failure
from lake_wait import LAKE_PARAM, LakeTrigger

from jobs.pipeline import BY_NAME, LANDING, Step, upstream
from pumploss import clock
from pumploss.days import CHAIN_START, midnight

if TYPE_CHECKING:
    from airflow.sdk import Context

    from jobs.running.context import Context as RunContext


#: Every DAG. Sources accept trades since the chain began, so no logical date lies before the start.
SHARED: dict[str, Any] = {
    "start_date": midnight(CHAIN_START),
    "catchup": False,
    "max_active_runs": 1,
    "default_args": {
        "owner": "pumploss",
        "depends_on_past": False,
        "retries": 2,
        "retry_delay": timedelta(minutes=2),
        "execution_timeout": timedelta(hours=3),
        "on_failure_callback": tell_failure,
    },
}

DAY_PARAM = Param(
    None,
    type=["null", "string"],
    format="date",
    title="Dump day",
    description="The day to run; empty means the day of the logical date, or the last one that closed.",
)
RETRY_PARAM = Param(
    True,
    type="boolean",
    title="Retry",
    description="Try again after an error that may pass. Switch off where somebody watches the run.",
)
ACCEPT_PARAM = Param(
    False,
    type="boolean",
    title="Accept incomplete dumps",
    description="Somebody has looked: the dumps that seem incomplete are whole. Goes into the run ledger.",
)

#: What every run of a DAG can be told.
RUN_PARAMS = {"retry": RETRY_PARAM, "lake_minutes": LAKE_PARAM}

#: What becomes fresh when a step succeeds; other DAGs may be scheduled on these.
ASSETS = {
    "gold_scores": Asset("pumploss_scores"),
    "materialize_features": Asset("pumploss_features"),
    "publish_warm": Asset("pumploss_warm"),
    "publish_hot": Asset("pumploss_leaderboards"),
}

#: Lines kept of each list of notes: data does not belong into Airflow's database.
LINES_KEPT = 10

#: XCom key under which a failed task leaves its message.
FAILURE_KEY = "failure"


def every(cron: str) -> CronTriggerTimetable:
    """Makes a schedule in UTC whose runs carry the day before they start as their logical date."""
    return CronTriggerTimetable(cron, timezone="UTC", interval=timedelta(days=1))


def dump_day(day: str | None, logical_date: datetime | None, run_after: datetime) -> date:
    """Answers the day that a run is about: the one asked for, else the logical date's, else the last one closed.

    A run that is started by hand "now" has a moment inside the open day as its logical date: it means the day before.
    """
    if day:
        return date.fromisoformat(day)
    closed = run_after.astimezone(UTC).date() - timedelta(days=1)
    if logical_date is None:
        return closed
    moment = logical_date.astimezone(UTC)
    is_now = moment.date() > closed and moment.time() != time.min
    return closed if is_now else moment.date()


def day_of(context: "Context") -> date:
    """Answers the dump day of the run that a task belongs to."""
    run = context["dag_run"]
    return dump_day(context["params"].get("day"), run.logical_date, run.run_after)


class StepTask(BaseOperator):
    """Runs one step of the pipeline in this process; pushes the figures of its report."""

    ui_color = "#dbe9f6"

    def __init__(self, *, step: str, step_options: Mapping[str, Any] | None = None, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.step = step
        self.step_options = dict(step_options or {})

    def execute(self, context: "Context") -> dict[str, Any]:
        """Runs the step, once no other run holds the lake."""
        minutes = float(context["params"].get("lake_minutes", 0))
        return self._attempt(context, (clock.now() + timedelta(minutes=minutes)).isoformat())

    def go_on(
        self,
        context: "Context",
        event: Mapping[str, Any],  # noqa: ARG002 - who holds the lake is found out by trying
        deadline: str,
    ) -> dict[str, Any]:
        """Runs the step after waiting; where the lake is still held, or again, only until the deadline."""
        return self._attempt(context, deadline)

    def work(self, context: "Context") -> dict[str, Any]:
        """Runs the step for the run's day."""
        return run_in_task(context, self.step, [day_of(context)], self.step_options)

    def _attempt(self, context: "Context", deadline: str) -> dict[str, Any]:
        from pumploss.errors import BusyLakeError
        from pumploss.settings import from_environment

        try:
            return self.work(context)
        except BusyLakeError as error:
            minutes = float(context["params"].get("lake_minutes", 0))
            if datetime.fromisoformat(deadline) <= clock.now():
                give_up_or_raise(context, BusyLakeError(f"Waited {minutes:g} minutes. {error}"))
            tell(f"{error} Waiting up to {minutes:g} minutes for it.")
        settings = from_environment()
        trigger = LakeTrigger(settings.lake, settings.run or run_name(context), deadline)
        raise TaskDeferred(trigger=trigger, method_name="go_on", kwargs={"deadline": deadline})


def run_name(context: "Context") -> str:
    """Names the run of a DAG, all tasks of which hold the lake together."""
    run = context["dag_run"]
    return f"{run.dag_id} {run.run_id}"


def run_in_task(context: "Context", step: str, days: Iterable[date], options: Mapping[str, Any]) -> dict[str, Any]:
    """Runs a step with the settings of the environment and answers the figures of its report.

    They are few enough for an XCom; everything else is in the run ledger under this run id.
    """
    from jobs.running.runner import run_step

    return in_run(context, lambda run: run_step(run, step, days, **options).figures(run.run_id, LINES_KEPT))


def in_run(context: "Context", work: "Callable[[RunContext], dict[str, Any]]") -> dict[str, Any]:
    """Does something in a run of these settings; answers its JSON-ready figures without secrets.

    A lake that another run holds is not waited for: raises BusyLakeError. What is wrong with the input fails the task
    for good; a busy table, an unreachable store and errors of other makers are left to Airflow's retries.
    """
    from jobs.running.context import open_context
    from pumploss.errors import BusyLakeError
    from pumploss.redaction import redacted_in
    from pumploss.settings import from_environment

    settings = from_environment()
    try:
        hide_secrets()
        with open_context(replace(settings, run=settings.run or run_name(context)), say=tell) as run:
            run.wait_seconds = 0.0
            run.accept_completeness = bool(context["params"].get("accept_completeness", False))
            figures: dict[str, Any] = redacted_in(work(run))
            return figures
    except BusyLakeError:
        raise
    except Exception as error:  # noqa: BLE001 - its message is left where people look, whatever it was
        give_up_or_raise(context, error)


def hide_secrets() -> None:
    """Has Airflow mask the secrets of the environment in all that it logs, whoever says it."""
    from airflow.sdk.log import mask_secret

    from pumploss.redaction import secrets
    from pumploss.settings import remember_secrets

    remember_secrets()
    for secret in secrets():
        mask_secret(secret)


def tell(text: str) -> None:
    """Shows people what a task says: its standard output is its log."""
    from pumploss.redaction import redacted

    print(redacted(text), flush=True)  # noqa: T201 - see above


def give_up_or_raise(context: "Context", error: Exception) -> NoReturn:
    """Leaves the message where people look for it; raises what tells Airflow whether to try again."""
    from pumploss.errors import BusyLakeError, LockedError, PumpLossError, StoreError, failure_text

    hide_secrets()
    message = failure_text(error)
    context["ti"].xcom_push(FAILURE_KEY, message)
    may_pass = isinstance(error, LockedError | StoreError) or not isinstance(error, PumpLossError)
    may_pass &= not isinstance(error, BusyLakeError)  # it was waited for
    if may_pass and context["params"].get("retry", True):
        raise error
    raise AirflowFailException(message) from error


def step_task(step: Step, task_class: type[StepTask] = StepTask, **kwargs: Any) -> StepTask:
    """Makes the task of a step, named as the step; other arguments go to the task."""
    reads = ", ".join("the landing" if name == LANDING else name for name in step.reads) or "no table"
    writes = ", ".join(step.writes) or "no table"
    return task_class(
        step=step.name,
        outlets=[ASSETS[step.name]] if step.name in ASSETS else [],
        doc_md=f"Runs `jobs/{step.name}.py`: reads {reads}; writes {writes}.",
        **{"task_id": step.name, "max_active_tis_per_dag": 1, **kwargs},
    )


def first_model_task(step: Step) -> StepTask:
    """Makes a task that trains only where no champion exists: a new lake must not wait a week for its scores."""
    return step_task(step, task_id=f"first_{step.name.removeprefix('train_')}", step_options={"if_missing": True})


def connect(tasks: Mapping[str, BaseOperator]) -> None:
    """Orders tasks, given by step name, as the pipeline says."""
    for name, task in tasks.items():
        for earlier in upstream(BY_NAME[name]):
            if earlier in tasks:
                tasks[earlier] >> task

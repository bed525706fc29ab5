"""The task that starts the weekly training before its time, where a night finds that a model must not go on so."""

from typing import TYPE_CHECKING, Any

from airflow.providers.standard.operators.trigger_dagrun import TriggerDagRunOperator
from airflow.sdk import Param
from airflow.sdk.exceptions import AirflowSkipException
from building import day_of, give_up_or_raise, tell

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import date

    from airflow.sdk import Context

TRAINING_DAG = "pumploss_weekly_training"

RETRAIN_PARAM = Param(
    True,
    type="boolean",
    title="Train where a bound breaks",
    description="Start the weekly training at once where monitoring says so. Switch off to only be told.",
)


class RetrainTask(TriggerDagRunOperator):
    """Starts one training for the run's day where its monitoring broke a `stop` bound; is skipped otherwise."""

    ui_color = "#f6d9dc"
    # Nothing of it is a template: day and run are known when it runs.
    template_fields: "Sequence[str]" = ()

    def __init__(self, **kwargs: Any) -> None:
        # Without a logical date, so that it takes no scheduled run's place.
        super().__init__(trigger_dag_id=TRAINING_DAG, logical_date=None, skip_when_already_exists=True, **kwargs)

    def execute(self, context: "Context") -> None:
        """Starts the training, under a name that a day has once."""
        day = day_of(context)
        models = due_models(context, day)
        if not models:
            raise AirflowSkipException("no model is to be trained again")
        if not context["params"].get("retrain", True):
            raise AirflowSkipException(f"{', '.join(models)} should be trained again, but this run only says so")
        tell(f"Starting {TRAINING_DAG} for {day}: a bound of {', '.join(models)} broke.")
        self.conf, self.trigger_run_id = {"day": day.isoformat()}, f"monitoring__{day}"
        super().execute(context)


def due_models(context: "Context", day: "date") -> list[str]:
    """Names the models that the ledger asks to train again as of a dump day."""
    from jobs.monitoring.recorded import due
    from jobs.running.context import open_context
    from pumploss.settings import from_environment

    try:
        with open_context(from_environment()) as run:
            return due(run, day)
    except Exception as error:  # noqa: BLE001 - whatever it was, its message is left where people look
        give_up_or_raise(context, error)

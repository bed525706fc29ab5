"""New candidates for both models.

**What.** Trains the loss model and the risk score on the labels that have matured. A candidate becomes champion only
if it passes its gates; otherwise the present champion stays and the run says why. Training on unchanged data
registers nothing new.

**When.** Mondays at 04:00 UTC, after the night of the Sunday before, for that Sunday as dump day; and at once, for the
day that was watched, where a night breaks a `stop` bound of its monitoring (its run is named `monitoring__<day>`).

**Rerun** after a backfill that changed labels or features: trigger it, with the parameter `day` for another day.

**When red.** The message says what is lacking, most often matured labels: they come seven days after the features of
a day. Scores go on with the present champion, so nothing is urgent. Mend the step or wait, then clear the task.

**By hand.** `airflow dags test pumploss_weekly_training 2026-02-01`, or
`python -m jobs run train_loss_model --day 2026-02-01`.
"""

from airflow.sdk import DAG
from building import DAY_PARAM, RUN_PARAMS, SHARED, connect, every, step_task

from jobs.pipeline import weekly

with DAG(
    "pumploss_weekly_training",
    description="New candidates for both models",
    schedule=every("0 4 * * 1"),
    tags=["pumploss", "weekly"],
    params={"day": DAY_PARAM, **RUN_PARAMS},
    doc_md=__doc__,
    **SHARED,
):
    connect({step.name: step_task(step) for step in weekly()})

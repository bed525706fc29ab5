"""One dump day, from the landing to published scores.

**What.** Waits for the day's dump, then runs the daily steps of `jobs/pipeline.py` in their order: bronze, silver,
gold, features, labels, scores, monitoring, publishing. `first_loss_model` and `first_risk_model` train only where no
champion exists yet; the weekly DAG trains otherwise, and `retrain` starts it before its time where monitoring broke a
`stop` bound. A task returns a few figures; the run ledger has the rest.

**When.** Every night at 00:30 UTC, for the dump day that closed at 00:00 (the day of the logical date). A run by hand
may go on beside a night that still waits for its dump; no step ever runs twice at a time, and a day that was built
before an earlier one is rebuilt by the next run. After an outage, or when the DAG is switched on, only the newest night
runs by itself: run the days before it with `pumploss_backfill`.

**Rerun** whenever a dump was landed again or a step was mended: clear the first task that must run again, or trigger
the DAG with the parameter `day`. A day is replaced whole, so running it twice changes nothing.

**When red.**

- `wait_for_dump`: the message names source and day. Land the day, then clear the task. A landing that breaks its own
  rules (an unknown folder, say) fails at once: mend it first. A simulated market is not waited for: it goes on.
- `bronze_trades`, because a dump does not seem whole or is empty: the message has the day, the measure and what is
  usual. Land the day again, whole. If the day really was so, trigger the DAG with `accept_completeness`; the ledger
  keeps that.
- A task that failed without a retry: its input is wrong, and the message says what to do. What readers see is
  unchanged, because a step publishes only what passed its checks.
- A task that failed after retries: a lock was held, a store was away or something broke. Look at its log and at
  `pumploss status`, then clear the task.

**By hand.** `airflow dags test pumploss_daily 2026-01-31` runs the dump day 2026-01-31 in one process and does not
need a scheduler; `pumploss nightly` does the same with the environment set.
"""

from airflow.sdk import DAG
from building import ACCEPT_PARAM, DAY_PARAM, RUN_PARAMS, SHARED, connect, every, first_model_task, step_task
from landing_wait import WAIT_PARAM, WaitForDump
from retraining import RETRAIN_PARAM, RetrainTask

from jobs.pipeline import daily, weekly

with DAG(
    "pumploss_daily",
    description="One dump day, from the landing to published scores",
    schedule=every("30 0 * * *"),
    tags=["pumploss", "daily"],
    params={
        "day": DAY_PARAM,
        "wait_minutes": WAIT_PARAM,
        "accept_completeness": ACCEPT_PARAM,
        "retrain": RETRAIN_PARAM,
        **RUN_PARAMS,
    },
    doc_md=__doc__,
    **{**SHARED, "max_active_runs": 2},
):
    landed = WaitForDump(task_id="wait_for_dump", doc_md="Defers until the landing has the run's day.")
    tasks = {step.name: step_task(step) for step in daily()}
    tasks |= {step.name: first_model_task(step) for step in weekly()}
    connect(tasks)
    landed >> tasks["bronze_trades"]
    retrain = RetrainTask(task_id="retrain", doc_md="Starts the weekly training where monitoring broke a `stop` bound.")
    tasks["gold_monitoring"] >> retrain

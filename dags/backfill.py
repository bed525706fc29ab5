"""A range of dump days again, each step in one pass.

**What.** Runs the chosen steps over the dump days `from` to `to`, both included. Each step takes the whole range in
one pass, which costs far less than as many nights. Where daily sources land, every day of the range must have landed;
where only samples do, the days that exist are run. `all` means every step; models are trained then only where no
champion exists. Name a training step to train in any case.

**When.** Never by itself.

**Dry run** is the default: `plan` prints the steps, the days and how many built days would be replaced, and nothing
else runs. Read its log, then trigger again with `dry_run` off.

**Rerun** at any time: days are replaced whole. Later days that rest on a changed day are marked stale, and the next
night rebuilds them.

**When red.** The message names step and day and says what to do. Steps before the failed one are done: clear the
failed task and what follows.

**By hand.** `airflow dags trigger pumploss_backfill --conf '{"from": "2026-01-01", "to": "2026-01-31"}'`.
"""

from airflow.sdk import DAG, Param
from building import ACCEPT_PARAM, RUN_PARAMS, SHARED, connect
from ranges import ALL, PlanTask, range_task

from jobs.pipeline import STEPS

with DAG(
    "pumploss_backfill",
    description="A range of dump days again, each step in one pass",
    schedule=None,
    tags=["pumploss", "backfill"],
    params={
        "from": Param(type="string", format="date", title="First dump day"),
        "to": Param(type="string", format="date", title="Last dump day"),
        "steps": Param(
            [ALL],
            type="array",
            items={"type": "string", "enum": [ALL, *(step.name for step in STEPS)]},
            minItems=1,
            examples=[ALL, *(step.name for step in STEPS)],
            title="Steps",
            description="Run in pipeline order, whatever the order here.",
        ),
        "dry_run": Param(True, type="boolean", title="Dry run", description="Only print what would be replaced."),
        "accept_completeness": ACCEPT_PARAM,
        **RUN_PARAMS,
    },
    doc_md=__doc__,
    **SHARED,
):
    plan = PlanTask(task_id="plan", doc_md="Prints steps, days and what they replace.")
    tasks = {step.name: range_task(step) for step in STEPS}
    connect(tasks)
    plan >> [task for task in tasks.values() if not task.upstream_task_ids]

"""Upkeep of lake, ledger and logs.

**What.** Gathers days that lie in more files than their rows are worth, writes checkpoints, deletes files that no kept
version names, stages of killed runs, old commits, old logs of Airflow and old pages of Data Docs. Versions of tables
that a registered model, a score or the warm store names stay readable; the log names them, and who needs them. What was
freed is in the run ledger, as `maintain`.

**When.** Sundays at 06:00 UTC, once no other run holds the lake.

**Rerun** at any time: it does what there is to do, and nothing twice. The parameter `dry_run` only prints it.

**When red.** The message says why: a registry or a warm store that cannot be asked what it needs (nothing is deleted
then), a day that does not hold what the ledger says (`pumploss verify --repair`), a run that holds the lake. Nothing
is urgent: tables only grow meanwhile. Clear the task afterwards.

**By hand.** `pumploss maintain` says what it would do, `pumploss maintain --yes` does it.
"""

from airflow.sdk import DAG
from building import RUN_PARAMS, SHARED, every
from upkeep_task import DRY_RUN_PARAM, RETENTION_PARAM, MaintainTask

with DAG(
    "pumploss_maintenance",
    description="Upkeep of lake, ledger and logs",
    schedule=every("0 6 * * 0"),
    tags=["pumploss", "weekly"],
    params={"retention_days": RETENTION_PARAM, "dry_run": DRY_RUN_PARAM, **RUN_PARAMS},
    doc_md=__doc__,
    **SHARED,
):
    MaintainTask(task_id="maintain", step="maintain", doc_md="Gathers, deletes and shortens what may be.")

"""Looks whether anything waits for a person, and tells them.

**What.** Sends to `PUMPLOSS_ALERT_URLS` what `pumploss status` lists as waiting for a person and was not sent before:
a landing that cannot be used, dumps that no night came to, failed days, gates that stopped a step, days that are
missing or stale, stores that show another day than the others, models past a bound, and the newest day whose hour by
`PUMPLOSS_PUBLISH_BY` (UTC) has passed, where it is not published. Without addresses it does nothing. Tasks that fail
for good tell by themselves, at once.

**When.** Every hour, at minute 10.

**Rerun** at any time: what was sent is in the run ledger (`alerts`) and is not sent again, unless it was gone
meanwhile.

**When red.** The ledger cannot be read, and the message says why; an address is not usable; or something was in the way
that the task's log names. Nights do not wait for it. A receiver that does not answer leaves it green:
it is tried again at the next hour.

**By hand.** `pumploss alert`, and `pumploss alert --test` to see that messages arrive.
"""

from airflow.sdk import DAG
from alerting import LookTask
from building import SHARED, every

with DAG(
    "pumploss_watch",
    description="Tells people what waits for them",
    schedule=every("10 * * * *"),
    tags=["pumploss", "hourly"],
    doc_md=__doc__,
    **SHARED,
):
    LookTask(task_id="look", doc_md="Sends what waits for a person and was not sent before.")

"""The task that gathers small files, deletes dead ones and shortens logs."""

from datetime import timedelta
from typing import TYPE_CHECKING, Any

from airflow.sdk import Param
from building import StepTask, in_run, tell

if TYPE_CHECKING:
    from airflow.sdk import Context

    from jobs.running.context import Context as RunContext

RETENTION_PARAM = Param(
    7,
    type="integer",
    minimum=0,
    maximum=36_500,
    title="Days that replaced versions stay readable",
    description="Versions that a model, a score or the warm store names stay readable whatever this says.",
)
DRY_RUN_PARAM = Param(False, type="boolean", title="Dry run", description="Only print what would be done.")


class MaintainTask(StepTask):
    """Does all upkeep that there is to do, once no other run holds the lake; pushes how much was freed."""

    def work(self, context: "Context") -> dict[str, Any]:
        """Does it, or says what it would do."""
        from jobs.maintaining.pins import pins
        from jobs.maintaining.upkeep import chores, maintain

        retention = timedelta(days=int(context["params"]["retention_days"]))
        is_dry = bool(context["params"]["dry_run"])

        def upkeep(run: "RunContext") -> dict[str, Any]:
            with run.held_lake():
                pinned = pins(run)
                for pin in pinned:
                    tell(f"{pin.table} version {pin.version} stays: {pin.by}")
                found = list(chores(run, pinned, retention)) if is_dry else maintain(run, pinned, retention)
            tell("\n".join(" ".join(chore.row()) for chore in found) or "There is nothing to do.")
            return {"is_dry_run": is_dry, "chores": len(found), "freed_bytes": sum(chore.bytes for chore in found)}

        return in_run(context, upkeep)

"""Waiting for a lake that another run holds, without holding a worker: the task defers to a trigger that looks."""

from typing import Any

from airflow.sdk import Param
from waiting import DeadlineTrigger

POLL_SECONDS = 10.0

LAKE_PARAM = Param(
    180,
    type="number",
    minimum=0,
    title="Minutes to wait for the lake",
    description="How long a task waits for another run that holds the lake before it fails; 0 looks once.",
)


def busy(root: str, run: str) -> str | None:
    """Says which other run holds the lake; None when none does."""
    from pumploss.lake.locks import lake_holders

    others = [holder.sentence() for holder in lake_holders(root) if holder.run != run]
    return " and ".join(others) or None


class LakeTrigger(DeadlineTrigger):
    """Fires once: when no other run holds the lake (`holders` is None), or with who does at the deadline."""

    def __init__(self, root: str, run: str, deadline: str, poll_seconds: float = POLL_SECONDS) -> None:
        super().__init__(deadline, poll_seconds, root=root, run=run)

    def look(self) -> tuple[dict[str, Any], bool]:
        """Answers who holds the lake."""
        holders = busy(**self.sought)
        return {"holders": holders}, holders is None

"""Waiting for a lake that another run holds, without holding a worker: the task defers to a trigger that looks."""

import asyncio
from collections.abc import AsyncIterator
from datetime import datetime
from typing import Any

from airflow.sdk import Param
from airflow.triggers.base import BaseTrigger, TriggerEvent

from pumploss import clock

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


class LakeTrigger(BaseTrigger):
    """Fires once: when no other run holds the lake (`holders` is None), or with who does when the deadline has passed.

    The deadline is a moment and no duration, so that a restarted triggerer does not wait anew.
    """

    def __init__(self, root: str, run: str, deadline: str, poll_seconds: float = POLL_SECONDS) -> None:
        super().__init__()  # type: ignore[no-untyped-call]
        self.root = root
        self.run_name = run
        self.deadline = deadline
        self.poll_seconds = poll_seconds

    def serialize(self) -> tuple[str, dict[str, Any]]:
        """Class path and arguments, from which the triggerer makes it again."""
        kept = {"root": self.root, "run": self.run_name, "deadline": self.deadline, "poll_seconds": self.poll_seconds}
        return f"{__name__}.{type(self).__name__}", kept

    async def run(self) -> AsyncIterator[TriggerEvent]:
        """Sends one event with the key `holders`."""
        deadline = datetime.fromisoformat(self.deadline)
        while True:
            holders = await asyncio.to_thread(busy, self.root, self.run_name)
            left = (deadline - clock.now()).total_seconds()
            if holders is None or left <= 0:
                yield TriggerEvent({"holders": holders})  # type: ignore[no-untyped-call]
                return
            await asyncio.sleep(min(self.poll_seconds, left))

"""Waiting without holding a worker: a trigger that looks again and again, until there is an answer or a deadline."""

import asyncio
from collections.abc import AsyncIterator
from datetime import datetime
from typing import Any

from airflow.triggers.base import BaseTrigger, TriggerEvent

from pumploss import clock


class DeadlineTrigger(BaseTrigger):
    """Fires once, with what `look` answers: when that ends the wait, or when the deadline has passed.

    `sought` are the arguments of the trigger's own, which texts and numbers can carry. The deadline is a moment and no
    duration, so that a restarted triggerer does not wait anew.
    """

    def __init__(self, deadline: str, poll_seconds: float, **sought: Any) -> None:
        super().__init__()  # type: ignore[no-untyped-call]
        self.deadline = deadline
        self.poll_seconds = poll_seconds
        self.sought = sought

    def look(self) -> tuple[dict[str, Any], bool]:
        """Answers what the event carries, and whether the wait is over; runs in a thread of its own."""
        raise NotImplementedError

    def serialize(self) -> tuple[str, dict[str, Any]]:
        """Class path and arguments, from which the triggerer makes it again."""
        kept = {**self.sought, "deadline": self.deadline, "poll_seconds": self.poll_seconds}
        return f"{type(self).__module__}.{type(self).__name__}", kept

    async def run(self) -> AsyncIterator[TriggerEvent]:
        """Sends one event."""
        deadline = datetime.fromisoformat(self.deadline)
        while True:
            answer, is_over = await asyncio.to_thread(self.look)
            left = (deadline - clock.now()).total_seconds()
            if is_over or left <= 0:
                yield TriggerEvent(answer)  # type: ignore[no-untyped-call]
                return
            await asyncio.sleep(min(self.poll_seconds, left))

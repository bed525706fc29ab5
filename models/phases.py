"""Measures what the phases of a training take."""

import time
from collections.abc import Iterator
from contextlib import contextmanager

from pumploss.lake.ledger import peak_memory_bytes


class Phases:
    """Takes the seconds of each phase, in their order, and the peak memory of the process when it ended, in bytes."""

    def __init__(self) -> None:
        self.taken: dict[str, dict[str, float]] = {}

    @contextmanager
    def phase(self, name: str) -> Iterator[None]:
        """Measure what is done meanwhile."""
        started, of_process = time.monotonic(), time.process_time()
        yield
        self.taken[name] = {
            "seconds": round(time.monotonic() - started, 3),
            "processor_seconds": round(time.process_time() - of_process, 3),
            "peak_memory_bytes": peak_memory_bytes(),
        }

"""Reads from light processes, as services do: threads of one Python would wait for each other, not for the store."""

import multiprocessing
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ProcessPoolExecutor, ThreadPoolExecutor
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass
from multiprocessing.synchronize import Event

import numpy as np

#: Asks once, with values drawn from a generator; answers what it has asked, by name.
Ask = Callable[[np.random.Generator], str]
#: Opens, in a process of readers, what they ask with.
Opening = Callable[[], AbstractContextManager[Ask]]


@dataclass(frozen=True)
class Crowd:
    """Describes readers: processes, threads of each, and seconds that each reader waits before it asks again."""

    processes: int
    threads: int
    pause: float = 0.0

    @property
    def readers(self) -> int:
        """Return how many ask."""
        return self.processes * self.threads


_STATE: dict[str, Event] = {}


@dataclass(frozen=True)
class Waits:
    """Holds how long each answer took, in milliseconds by what was asked, and the readers' processor seconds in all."""

    milliseconds: dict[str, list[float]]
    processor: float


class Readers:
    """Processes of readers that stay up over many cases, so that what they draw from is made once."""

    def __init__(self, pool: ProcessPoolExecutor, ended: Event) -> None:
        self._pool, self._ended = pool, ended

    def read(self, opening: Opening, crowd: Crowd, calls: int, meanwhile: Callable[[], None]) -> Waits:
        """Have each reader ask its share of the calls at least, and for as long as `meanwhile` takes."""
        self._ended.clear()
        share = calls // crowd.readers
        running = [self._pool.submit(_process, opening, crowd, share, number) for number in range(crowd.processes)]
        try:
            meanwhile()
        finally:
            self._ended.set()
        found = [future.result() for future in running]
        waits: dict[str, list[float]] = {}
        for asked, wait in (pair for pairs, _ in found for pair in pairs):
            waits.setdefault(asked, []).append(wait)
        return Waits(waits, sum(seconds for _, seconds in found))


@contextmanager
def light_processes(most: int) -> Iterator[Readers]:
    """Start the processes of the readers as they are needed."""
    context = multiprocessing.get_context("spawn")
    ended = context.Event()
    with ProcessPoolExecutor(most, context, _begin, (ended,)) as pool:
        yield Readers(pool, ended)


def _begin(ended: Event) -> None:
    _STATE["ended"] = ended


def _process(opening: Opening, crowd: Crowd, calls: int, number: int) -> tuple[list[tuple[str, float]], float]:
    ended = _STATE["ended"]
    with opening() as ask:

        def reader(thread: int) -> list[tuple[str, float]]:
            draw, waits = np.random.default_rng((number, thread)), list[tuple[str, float]]()
            while len(waits) < calls or not ended.is_set():
                started = time.perf_counter()
                asked = ask(draw)
                waits.append((asked, 1e3 * (time.perf_counter() - started)))
                time.sleep(crowd.pause)
            return waits

        before = time.process_time()
        with ThreadPoolExecutor(crowd.threads) as pool:
            waits = [wait for waits in pool.map(reader, range(crowd.threads)) for wait in waits]
        return waits, time.process_time() - before

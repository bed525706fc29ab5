"""Stages several tables at once: connections beside the publisher's own, each of which loads one after the other."""

from collections.abc import Callable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import ExitStack, closing, contextmanager, suppress
from queue import SimpleQueue
from threading import BoundedSemaphore

import psycopg

from pumploss.warm.connection import beside
from pumploss.warm.staging import Staging

#: So many connections load at once: what the server does for them, and what the publisher reads, keep two processors
#: busy.
LOADERS = 2
#: Works that are taken on before one is done, per connection: rows of each may be held.
_TAKEN_ON = 2


class Loaders:
    """Takes works and does so many of them at once as there are connections."""

    def __init__(self, stagings: list[Staging]) -> None:
        self._free: SimpleQueue[Staging] = SimpleQueue()
        for staging in stagings:
            self._free.put(staging)
        self._pool = ThreadPoolExecutor(len(stagings))
        self._room = BoundedSemaphore(_TAKEN_ON * len(stagings))
        self._taken: list[Future[object]] = []

    def begin(self, work: Callable[[Staging], object]) -> None:
        """Take on a work; waits while there are enough. Raises what an earlier one has raised."""
        self._room.acquire()
        for taken in self._taken:
            if taken.done():
                taken.result()
        self._take(work).add_done_callback(lambda _: self._room.release())

    def follow(self, work: Callable[[Staging], object]) -> None:
        """Take on a part of a work that has begun, which another connection may do meanwhile."""
        self._take(work)

    def _take(self, work: Callable[[Staging], object]) -> "Future[object]":
        taken = self._pool.submit(self._done_by_one, work)
        self._taken.append(taken)
        return taken

    def _done_by_one(self, work: Callable[[Staging], object]) -> object:
        staging = self._free.get()
        try:
            return work(staging)
        finally:
            self._free.put(staging)

    def wait(self) -> None:
        """Wait until everything is done. Raises what a work has raised."""
        for taken in self._taken:
            taken.result()

    def end(self) -> None:
        """Wait for what has begun; the rest is left."""
        self._pool.shutdown(cancel_futures=True)


@contextmanager
def loaders(connection: psycopg.Connection, staging: Staging) -> Iterator[Loaders]:
    """Load for the publish of this connection through others. Where it fails, what they do is broken off."""
    with ExitStack() as stack:
        connections = [stack.enter_context(closing(beside(connection))) for _ in range(LOADERS)]
        by = Loaders([Staging(one, staging.loaded) for one in connections])
        stack.callback(by.end)
        try:
            yield by
            by.wait()
        except BaseException:
            for one in connections:
                with suppress(psycopg.Error):  # a server that is gone does nothing more
                    one.cancel_safe(timeout=5.0)
            raise

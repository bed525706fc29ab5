"""Adds up daily runs of losses, and the buys that were added to positions which outlast a day."""

import numpy as np

from pumploss.compiled import compiled

Ints = np.ndarray

_DAY = 86_400_000_000


@compiled
def losing_runs(
    first: Ints, end: Ints, closed: Ints, at_start: Ints, at_end: Ints, longest: Ints, largest: Ints
) -> tuple[Ints, Ints, Ints]:
    """Join, per window, the daily runs of losses: the run at its end, the longest run, and the largest loss, from 0.

    `closed` are the positions emptied on each day, `at_start` and `at_end` the lost ones before the first and since the
    last of them that lost nothing.
    """
    current, best = np.zeros(first.size, np.int64), np.zeros(first.size, np.int64)
    worst = np.zeros(first.size, np.int64)
    for window in range(first.size):
        run = 0
        for row in range(first[window], end[window]):
            best[window] = max(best[window], run + at_start[row], longest[row])
            worst[window] = max(worst[window], largest[row])
            # On a day on which all were lost the run goes on, and through a day without an exit as well.
            run = run + closed[row] if at_start[row] == closed[row] else at_end[row]
        current[window] = run
    return current, best, worst


@compiled
def added_buys(
    first: Ints, end: Ints, as_of: Ints, start: Ints, until: Ints, entered: Ints, buys: Ints, downs: Ints
) -> tuple[Ints, Ints]:
    """Count, per window, the buys after the first into the carried positions opened in it, and those below the mean."""
    added, down = np.zeros(first.size, np.int64), np.zeros(first.size, np.int64)
    for window in range(first.size):
        for row in range(first[window], end[window]):
            # Later rows of a position count its earlier buys again, so only its latest row before T counts.
            if until[row] >= as_of[window] and entered[row] >= start[window] * _DAY:
                added[window] += buys[row] - 1
                down[window] += downs[row]
    return added, down

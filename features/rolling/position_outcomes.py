"""Walks positions window by window: runs of losses in the order in which they were emptied, and buys added to them."""

import numpy as np

from pumploss.compiled import compiled

Ints = np.ndarray

_DAY = 86_400_000_000


@compiled
def losing_runs(first: Ints, end: Ints, is_closed: Ints, made: Ints) -> tuple[Ints, Ints, Ints]:
    """Measure, per window: the run of losses at its end, the longest run, and the largest loss in lamports, from 0.

    Any position that lost nothing ends a run.
    """
    current, longest = np.zeros(first.size, np.int64), np.zeros(first.size, np.int64)
    largest = np.zeros(first.size, np.int64)
    for window in range(first.size):
        run = 0
        for row in range(first[window], end[window]):
            # Open positions have not lost yet: they neither lengthen a run nor end it.
            if is_closed[row]:
                run = run + 1 if made[row] < 0 else 0
                longest[window] = max(longest[window], run)
                largest[window] = max(largest[window], -made[row])
        current[window] = run
    return current, longest, largest


@compiled
def added_buys(
    first: Ints, end: Ints, as_of: Ints, start: Ints, until: Ints, entered: Ints, buys: Ints, downs: Ints
) -> tuple[Ints, Ints]:
    """Count, per window, the buys after the first into the positions opened in it, and those below the mean cost."""
    added, down = np.zeros(first.size, np.int64), np.zeros(first.size, np.int64)
    for window in range(first.size):
        for row in range(first[window], end[window]):
            # Later rows of a position count its earlier buys again, so only its latest row before T counts.
            if until[row] >= as_of[window] and entered[row] >= start[window] * _DAY:
                added[window] += buys[row] - 1
                down[window] += downs[row]
    return added, down

"""Walks window by window what running sums cannot give: distinct mints, highest sums and latest times.

Each window is walked from its own first row in a fixed order, so the result of a T does not depend on which other T
are computed with it.
"""

import numpy as np

from pumploss.compiled import compiled

Ints = np.ndarray
Floats = np.ndarray


@compiled
def window_maximum(first: Ints, end: Ints, values: Ints, result: Ints) -> None:
    """Raise `result` to the highest value of each slice, in place."""
    for window in range(first.size):
        # What is there already counts: the caller raises one array by several tables.
        highest = result[window]
        for row in range(first[window], end[window]):
            highest = max(highest, values[row])
        result[window] = highest


@compiled
def highest_outlays(first: Ints, end: Ints, outlay: Ints, peak: Ints) -> Ints:
    """Find, per slice, the highest running sum over its days, at least 0, from each day's sum and highest sum."""
    highest = np.zeros(first.size, np.int64)
    for window in range(first.size):
        before = 0
        for row in range(first[window], end[window]):
            highest[window] = max(highest[window], before + peak[row])
            before += outlay[row]
    return highest


@compiled
def marked_values(first: Ints, end: Ints, start: Ints, day: Ints, marked: Ints, superseded: Ints) -> Ints:
    """Sum up, per slice that begins at day `start`, what positions would fetch by marks of its days.

    Each row adds the positions marked on its day, and takes off what they were worth by an earlier mark (column a - 1
    of `superseded`: a days older) that lies in the slice too.
    """
    values = np.zeros(first.size, np.int64)
    for window in range(first.size):
        for row in range(first[window], end[window]):
            values[window] += marked[row]
            for age in range(1, min(day[row] - start[window], superseded.shape[1]) + 1):
                values[window] -= superseded[row, age - 1]
    return values

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


@compiled
def mint_counts(
    first: Ints, end: Ints, mint: Ints, cost: Ints, is_first_seen: Ints, mints: int
) -> tuple[Ints, Ints, Ints, Floats]:
    """Count, per slice: distinct mints, mints first seen, cost of the dearest mint, sum of squared costs per mint."""
    distinct, new = np.zeros(first.size, np.int64), np.zeros(first.size, np.int64)
    top, squares = np.zeros(first.size, np.int64), np.zeros(first.size, np.float64)
    # One cost per mint, for all windows: `seen_in` has the window that last met the mint, which spares clearing the
    # whole array for each window.
    spent, seen_in = np.zeros(mints, np.int64), np.full(mints, -1, np.int64)
    for window in range(first.size):
        for row in range(first[window], end[window]):
            if seen_in[mint[row]] != window:
                seen_in[mint[row]] = window
                spent[mint[row]] = 0
                distinct[window] += 1
            spent[mint[row]] += cost[row]
            new[window] += is_first_seen[row]
        # The same rows again, now that each mint's cost is whole. What is taken is set to 0, so a mint of many rows
        # counts once.
        for row in range(first[window], end[window]):
            amount = spent[mint[row]]
            top[window] = max(top[window], amount)
            # As doubles, since squares pass 64 bits; the order of rows is fixed, and with it the last bit.
            squares[window] += float(amount) * float(amount)
            spent[mint[row]] = 0
    return distinct, new, top, squares


@compiled
def weighted_volatility(first: Ints, end: Ints, cost: Ints, volatility: Floats) -> tuple[Ints, Floats]:
    """Sum up, per slice: cost of rows whose volatility is known, and cost times volatility over them."""
    known = np.zeros(first.size, np.int64)
    weighted = np.zeros(first.size, np.float64)
    for window in range(first.size):
        for row in range(first[window], end[window]):
            # NaN stands for an unknown volatility; cost of such a mint would weigh the mean towards 0.
            if not np.isnan(volatility[row]):
                known[window] += cost[row]
                weighted[window] += cost[row] * volatility[row]
    return known, weighted

"""Measures opening buys: how large, how even, whether they grow, and whether they grow with the day's losses."""

import numpy as np

from pumploss.compiled import compiled

Ints = np.ndarray
Floats = np.ndarray

_DAY = 86_400_000_000
#: Fewer pairs say nothing about a correlation.
_LEAST_PAIRS = 5


@compiled
def stake_sizes(first: Ints, end: Ints, cost: Ints, capital: Ints) -> tuple[Floats, Ints, Floats, Ints]:
    """Measure, per window: median and highest stake in lamports, sd / mean, and stakes of half the capital or more.

    Without a buy the median is NaN; the deviation needs two.
    """
    median, highest = np.full(first.size, np.nan), np.zeros(first.size, np.int64)
    variation, large = np.full(first.size, np.nan), np.zeros(first.size, np.int64)
    for window in range(first.size):
        size = end[window] - first[window]
        if size == 0:
            continue
        stakes = np.sort(cost[first[window] : end[window]])
        median[window] = (stakes[(size - 1) // 2] + stakes[size // 2]) / 2.0
        highest[window] = stakes[-1]
        for place in range(size):
            large[window] += int(stakes[place] * 2 >= capital[window])
        mean = stakes.mean()
        if size > 1 and mean > 0:
            variation[window] = np.sqrt(((stakes - mean) ** 2).sum() / (size - 1)) / mean
    return median, highest, variation, large


@compiled
def stake_slopes(first: Ints, end: Ints, at: Ints, cost: Ints) -> Floats:
    """Fit a line to ln(stake) by the number of the active day, in each window; NaN without two days."""
    slopes = np.full(first.size, np.nan)
    for window in range(first.size):
        day = number = -1
        count = total = squares = 0
        logs = products = 0.0
        for buy in range(first[window], end[window]):
            if cost[buy] > 0:
                if at[buy] // _DAY != day:
                    day, number = at[buy] // _DAY, number + 1
                stake = np.round(np.log(cost[buy]), 9)
                count, total, squares = count + 1, total + number, squares + number * number
                logs, products = logs + stake, products + number * stake
        spread = count * squares - total * total
        if spread > 0:
            slopes[window] = (count * products - total * logs) / spread
    return slopes


@compiled
def drawdown_correlations(
    first: Ints, end: Ints, first_exit: Ints, before: Ints, at: Ints, cost: Ints, exited: Ints, made: Ints
) -> Floats:
    """Correlate stakes with what the day's exits had made before them, by rank (Spearman); NaN below five buys.

    Below 0 for who stakes more the more the day has lost. It needs both to differ. Of the exits of the window the first
    `before[buy]` came before a buy.
    """
    found = np.full(first.size, np.nan)
    for window in range(first.size):
        size = end[window] - first[window]
        if size < _LEAST_PAIRS:
            continue
        so_far = np.zeros(size, np.int64)
        left, day, total = first_exit[window], -1, 0
        for place in range(size):
            buy = first[window] + place
            if at[buy] // _DAY != day:
                day, total = at[buy] // _DAY, 0
            while left < before[buy]:
                # Exits of days before are passed over: each day begins at nothing.
                total += made[left] if exited[left] // _DAY == day else 0
                left += 1
            so_far[place] = total
        found[window] = correlation(ranks(cost[first[window] : end[window]]), ranks(so_far))
    return found


@compiled
def ranks(values: Ints) -> Ints:
    """Number values by size, from 0 in steps of two; equal ones share the middle of theirs."""
    order = np.argsort(values, kind="mergesort")
    found = np.empty(values.size, np.int64)
    start = 0
    while start < values.size:
        stop = start
        while stop < values.size and values[order[stop]] == values[order[start]]:
            stop += 1
        for place in range(start, stop):
            found[order[place]] = start + stop - 1
        start = stop
    return found


@compiled
def correlation(one: Ints, other: Ints) -> float:
    """Correlate two lists of ranks; NaN where one does not vary."""
    # Ranks are 0 to 2 n - 2, so their mean is n - 1; distances from it are small enough for sums of 64 bits.
    mean = one.size - 1
    both = ((one - mean) * (other - mean)).sum()
    own, others = ((one - mean) ** 2).sum(), ((other - mean) ** 2).sum()
    if own == 0 or others == 0:
        return np.nan
    return float(both / (np.sqrt(float(own)) * np.sqrt(float(others))))

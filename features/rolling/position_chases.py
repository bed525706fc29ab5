"""Compares what traders do after a loss and after a win: how much they stake, how soon, and whether at all.

The first buy after an exit is what follows it; of several exits since the buy before, the latest counts. So each
outcome was known before the buy that is held against it.

Buys and exits are two lists, each in order; `before` says, for each buy, where among all exits the first one stands
that did not precede it.
"""

import numpy as np

from features.rolling.selection import middle, put
from pumploss.compiled import compiled

Ints = np.ndarray
Floats = np.ndarray

#: How many opening buys a usual stake is the median of.
USUAL = 20
_SECOND = 1_000_000
#: A new position this soon after an exit continues.
_SOON = 600 * _SECOND
_DAY = 86_400 * _SECOND


@compiled
def add_by_row(begins: Ints, given: Ints, items: Ints) -> None:
    """Add to the items of each row, which begin at `begins`, what is given for it."""
    for row in range(begins.size - 1):
        items[begins[row] : begins[row + 1]] += given[row]


@compiled
def chased_stakes(first: Ints, end: Ints, first_exit: Ints, before: Ints, cost: Ints, made: Ints) -> tuple[Ints, Ints]:
    """Count buys after a loss and after a win, and sum up ln(stake / usual stake) in millionths (both: 2 rows).

    The usual stake is the median of the last 20 opening buys of the window. Logarithms are summed as whole numbers,
    since libraries differ in the last bit.
    """
    counts, logs = np.zeros((2, first.size), np.int64), np.zeros((2, first.size), np.int64)
    recent = np.empty(USUAL, np.int64)
    for window in range(first.size):
        left, known = first_exit[window], 0
        for buy in range(first[window], end[window]):
            latest = before[buy] - 1 if before[buy] > left else -1
            left = before[buy]
            if latest >= 0 and made[latest] != 0 and known > 0 and cost[buy] > 0:
                side = 0 if made[latest] < 0 else 1
                usual = (recent[(known - 1) // 2] + recent[known // 2]) / 2.0
                if usual > 0:
                    counts[side, window] += 1
                    logs[side, window] += int(np.round(np.log(cost[buy] / usual) * 1e6))
            if known == USUAL:
                drop(recent, known, cost[buy - USUAL])
                known -= 1
            put(recent, known, cost[buy])
            known += 1
    return counts, logs


@compiled
def drop(ordered: Ints, size: int, value: int) -> None:
    """Take a value out of the first `size` in order: moving a few along is cheaper than sorting them for each buy."""
    place = 0
    while ordered[place] != value:
        place += 1
    for behind in range(place, size - 1):
        ordered[behind] = ordered[behind + 1]


@compiled
def waiting_times(first: Ints, end: Ints, first_exit: Ints, before: Ints, at: Ints, exited: Ints, made: Ints) -> Floats:
    """Find the median seconds from an exit to the buy that follows, after a loss and after a win (2 rows), or NaN."""
    medians = np.full((2, first.size), np.nan)
    gaps = np.empty((2, (end - first).max() if first.size else 0), np.int64)
    for window in range(first.size):
        left, losses, wins = first_exit[window], 0, 0
        for buy in range(first[window], end[window]):
            latest = before[buy] - 1 if before[buy] > left else -1
            left = before[buy]
            if latest >= 0 and made[latest] < 0:
                gaps[0, losses] = at[buy] - exited[latest]
                losses += 1
            elif latest >= 0 and made[latest] > 0:
                gaps[1, wins] = at[buy] - exited[latest]
                wins += 1
        for side, size in ((0, losses), (1, wins)):
            medians[side, window] = middle(gaps[side], size) / _SECOND
    return medians


@compiled
def continuations(
    first: Ints, end: Ints, first_exit: Ints, end_exit: Ints, as_of: Ints, before: Ints, at: Ints, exited: Ints,
    made: Ints,
) -> tuple[Ints, Ints]:  # fmt: skip
    """Count exits at a loss and at a win, and those of them that a new position followed within 10 min (2 rows each).

    Exits of the last 10 min before T are left out: what follows them is not known yet.
    """
    counts, followed = np.zeros((2, first.size), np.int64), np.zeros((2, first.size), np.int64)
    for window in range(first.size):
        buy = first[window]
        for left in range(first_exit[window], end_exit[window]):
            while buy < end[window] and before[buy] <= left:
                buy += 1
            if made[left] != 0 and exited[left] + _SOON <= as_of[window] * _DAY:
                side = 0 if made[left] < 0 else 1
                counts[side, window] += 1
                followed[side, window] += int(buy < end[window] and at[buy] - exited[left] <= _SOON)
    return counts, followed

"""Walks the trades of each trader and day in order: pauses, sessions, sizes that repeat, buys undone at once."""

import numpy as np

from pumploss.compiled import compiled

Ints = np.ndarray


@compiled
def gaps(begins: Ints, seconds: Ints, bins: int) -> tuple[Ints, Ints]:
    """Sum up the pauses of each group: count, those of at most a second, sum, sum of squares; and a row of bins."""
    sums = np.zeros((begins.size - 1, 4), np.int64)
    by_length = np.zeros((begins.size - 1, bins), np.int64)
    for group in range(begins.size - 1):
        for row in range(begins[group] + 1, begins[group + 1]):
            gap = seconds[row] - seconds[row - 1]
            place, rest = 0, gap
            while rest > 0:
                place, rest = place + 1, rest // 2
            by_length[group, min(place, bins - 1)] += 1
            sums[group, 0] += 1
            sums[group, 1] += gap <= 1
            sums[group, 2] += gap
            sums[group, 3] += gap * gap
    return sums, by_length


@compiled
def sessions(begins: Ints, seconds: Ints, pnl: Ints, longest_gap: int) -> Ints:
    """Cut each group at long pauses: columns count, seconds, losing ones, and those that end with a losing sell.

    `pnl` is 0 for trades without a result.
    """
    found = np.zeros((begins.size - 1, 4), np.int64)
    for group in range(begins.size - 1):
        first = begins[group]
        result = 0
        for row in range(first, begins[group + 1]):
            result += pnl[row]
            is_last = row + 1 == begins[group + 1] or seconds[row + 1] - seconds[row] > longest_gap
            if is_last:
                found[group, 0] += 1
                found[group, 1] += seconds[row] - seconds[first]
                found[group, 2] += result < 0
                found[group, 3] += result < 0 and pnl[row] < 0
                first, result = row + 1, 0
    return found


@compiled
def machine_marks(begins: Ints, hour: Ints, mint: Ints, is_buy: Ints, sol: Ints, units: Ints) -> Ints:
    """Count of each group: hours with a trade, buys for the lamports of another, and buys undone by the next trade."""
    found = np.zeros((begins.size - 1, 3), np.int64)
    for group in range(begins.size - 1):
        first, end = begins[group], begins[group + 1]
        seen = np.zeros(24, np.int64)
        amounts = np.empty(end - first, np.int64)
        buys = 0
        for row in range(first, end):
            seen[hour[row]] = 1
            if is_buy[row]:
                amounts[buys] = sol[row]
                buys += 1
            elif row > first and is_buy[row - 1] and mint[row] == mint[row - 1]:
                found[group, 2] += abs(units[row] - units[row - 1]) <= units[row - 1] // 100
        found[group, 0] = seen.sum()
        ordered = np.sort(amounts[:buys])
        for place in range(buys):
            same_before = place > 0 and ordered[place - 1] == ordered[place]
            same_after = place + 1 < buys and ordered[place + 1] == ordered[place]
            found[group, 1] += same_before or same_after
    return found

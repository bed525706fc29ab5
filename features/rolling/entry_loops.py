"""Walks windows of entries: medians, and what became of the mints that were entered as far as T may know."""

import numpy as np

from pumploss.compiled import compiled

#: A day of a mint as one number: days since 1970 times DAY, those when it became known times KNOWN, 2 if the price is a
#: tenth of its peak or less, and 1 if the mint has graduated.
DAY, KNOWN = 4_000_000, 4
DAY_MICROS = 86_400_000_000

Ints = np.ndarray
Floats = np.ndarray


@compiled
def medians(first: Ints, end: Ints, values: Floats) -> tuple[Floats, Ints]:
    """Take the median of each slice over the values that are known (not NaN), and count them; NaN for none."""
    result, counts = np.full(first.size, np.nan), np.zeros(first.size, np.int64)
    buffer = np.empty(values.size, np.float64)
    for window in range(first.size):
        count = 0
        for row in range(first[window], end[window]):
            if not np.isnan(values[row]):
                buffer[count] = values[row]
                count += 1
        counts[window] = count
        if count:
            ordered = np.sort(buffer[:count])
            result[window] = (ordered[(count - 1) // 2] + ordered[count // 2]) / 2.0
    return result, counts


@compiled
def weighted_means(first: Ints, end: Ints, weights: Ints, values: Floats) -> Floats:
    """Take the mean of each slice's known values, by weight; NaN without weight."""
    result = np.full(first.size, np.nan)
    for window in range(first.size):
        weight, total = 0.0, 0.0
        for row in range(first[window], end[window]):
            if not np.isnan(values[row]):
                weight += weights[row]
                total += weights[row] * values[row]
        if weight > 0:
            result[window] = total / weight
    return result


@compiled
def fates(first: Ints, end: Ints, as_of: Ints, begins: Ints, days: Ints, latest: Ints) -> tuple[Ints, Ints, Ints]:
    """Count, per slice: entries whose mint has a day before T, dead ones and graduated ones.

    `begins` are where each row's days of its mint begin in `days`, sorted, written as DAY and KNOWN say; `latest`, in
    microseconds, is raised to when the used ones became known. Of a mint the latest day before T counts. It is dead if
    it did not trade on the day before T and had closed at a tenth of its highest price or below.
    """
    known, dead = np.zeros(as_of.size, np.int64), np.zeros(as_of.size, np.int64)
    graduated = np.zeros(as_of.size, np.int64)
    for window in range(first.size):
        for row in range(first[window], end[window]):
            at = begins[row + 1] - 1
            while at >= begins[row] and days[at] >= as_of[window] * DAY:
                at -= 1
            if at >= begins[row]:
                known[window] += 1
                dead[window] += days[at] % KNOWN >= 2 and days[at] < (as_of[window] - 1) * DAY
                graduated[window] += days[at] % 2
                latest[window] = max(latest[window], days[at] % DAY // KNOWN * DAY_MICROS)
    return known, dead, graduated

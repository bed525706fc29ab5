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
def medians(first: Ints, end: Ints, values: Floats) -> Floats:
    """Take the median of each slice; NaN for an empty one."""
    result = np.full(first.size, np.nan)
    buffer = np.empty((end - first).max() if first.size else 0, np.float64)
    for window in range(first.size):
        size = end[window] - first[window]
        buffer[:size] = values[first[window] : end[window]]
        result[window] = middle(buffer, size)
    return result


@compiled
def high_medians(
    first: Ints, end: Ints, keys: Ints, begins: Ints, highs: Floats, raised_begins: Ints, places: Ints, raised: Floats
) -> tuple[Floats, Ints]:
    """Take the median of each slice of rows over their highs, each as raised by the row of the day after; and count.

    `begins` are where the highs of each row begin, `raised_begins` where what it raises of the day before begins;
    places are among the highs of that day, -1 for one that it has no high of.
    """
    result, counts = np.full(first.size, np.nan), np.zeros(first.size, np.int64)
    buffer = np.empty(highs.size + raised.size, np.float64)
    for window in range(first.size):
        size = 0
        for row in range(first[window], end[window]):
            start = size
            for item in range(begins[row], begins[row + 1]):
                buffer[size] = highs[item]
                size += 1
            if row + 1 < keys.size and keys[row + 1] == keys[row] + 1:
                for item in range(raised_begins[row + 1], raised_begins[row + 2]):
                    if places[item] >= 0:
                        buffer[start + places[item]] = raised[item]
                    else:
                        buffer[size] = raised[item]
                        size += 1
        counts[window] = size
        result[window] = middle(buffer, size)
    return result, counts


@compiled
def middle(values: Floats, size: int) -> float:
    """Take the median of the first `size` values, which are moved about; NaN for none."""
    if size == 0:
        return np.nan
    high = selected(values, size, size // 2)
    if size % 2:
        return high
    low = float(values[0])
    for place in range(1, size // 2):
        low = max(low, float(values[place]))
    return (low + high) / 2.0


@compiled
def selected(values: Floats, size: int, rank: int) -> float:
    """Find the value of this rank, from 0, and leave none above it before it: a sort would order all of them."""
    low, high = 0, size - 1
    while high > low:
        a, b, c = values[low], values[(low + high) // 2], values[high]
        pivot = max(min(a, b), min(max(a, b), c))
        left, right = low, high
        while left <= right:
            while values[left] < pivot:
                left += 1
            while values[right] > pivot:
                right -= 1
            if left <= right:
                values[left], values[right] = values[right], values[left]
                left, right = left + 1, right - 1
        if rank <= right:
            high = right
        elif rank >= left:
            low = left
        else:
            break
    return float(values[rank])


@compiled
def places_of(numbers: Ints, wanted: Ints, per_day: int) -> Ints:
    """Find each wanted number among sorted ones, which are a day times `per_day` plus a place; -1 for one not there.

    The numbers of a day mostly follow on one another without a gap, and then a number's place is where it is.
    """
    found = np.full(wanted.size, -1, np.int64)
    if numbers.size == 0:
        return found
    first_day, days = numbers[0] // per_day, numbers[-1] // per_day - numbers[0] // per_day + 1
    starts = np.searchsorted(numbers, (np.arange(days + 1) + first_day) * per_day)
    for item in range(wanted.size):
        day = wanted[item] // per_day - first_day
        if 0 <= day < days:
            place = starts[day] + wanted[item] % per_day
            if place >= starts[day + 1] or numbers[place] != wanted[item]:
                place = starts[day] + np.searchsorted(numbers[starts[day] : starts[day + 1]], wanted[item])
            if place < starts[day + 1] and numbers[place] == wanted[item]:
                found[item] = place
    return found


@compiled
def fates(first: Ints, end: Ints, as_of: Ints, mint: Ints, begins: Ints, days: Ints, latest: Ints) -> Ints:
    """Count, per slice of entries: those whose mint has a day before T, dead ones and graduated ones (3 rows).

    `mint` is the place of each entry's mint, -1 for none; `begins` are where each mint's days begin in `days`, sorted,
    written as DAY and KNOWN say; `latest`, in microseconds, is raised to when the used ones became known. Of a mint the
    latest day before T counts. It is dead if it did not trade on the day before T and had closed at a tenth of its
    highest price or below.
    """
    counts = np.zeros((3, as_of.size), np.int64)
    for window in range(first.size):
        for item in range(first[window], end[window]):
            if mint[item] < 0:
                continue
            at = begins[mint[item] + 1] - 1
            while at >= begins[mint[item]] and days[at] >= as_of[window] * DAY:
                at -= 1
            if at >= begins[mint[item]]:
                counts[0, window] += 1
                counts[1, window] += days[at] % KNOWN >= 2 and days[at] < (as_of[window] - 1) * DAY
                counts[2, window] += days[at] % 2
                latest[window] = max(latest[window], days[at] % DAY // KNOWN * DAY_MICROS)
    return counts

"""Walks windows of entries: medians, and what became of the mints that were entered as far as T may know."""

import numpy as np

from features.rolling.selection import middle
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
def places_of(numbers: Ints, wanted: Ints, per_day: int) -> Ints:
    """Find each wanted number among sorted ones, which are a day times `per_day` plus a place; -1 for one not there.

    The numbers of a day mostly follow on one another without a gap, and then a number's place is where it is.
    """
    found = np.full(wanted.size, -1, np.int64)
    if numbers.size == 0:
        return found
    first_day, days = numbers[0] // per_day, numbers[-1] // per_day - numbers[0] // per_day + 1
    starts = np.searchsorted(numbers, (np.arange(days + 1) + first_day) * per_day)
    # Of a day without a gap no number has to be looked at, which is a look into far memory for each.
    whole = np.zeros(days, np.bool_)
    for day in range(days):
        last = (day + first_day) * per_day + starts[day + 1] - starts[day] - 1
        whole[day] = starts[day] < starts[day + 1] and numbers[starts[day + 1] - 1] == last
    for item in range(wanted.size):
        day = wanted[item] // per_day - first_day
        if 0 <= day < days:
            place = starts[day] + wanted[item] % per_day
            if not whole[day] and (place >= starts[day + 1] or numbers[place] != wanted[item]):
                place = starts[day] + np.searchsorted(numbers[starts[day] : starts[day + 1]], wanted[item])
            if place < starts[day + 1] and (whole[day] or numbers[place] == wanted[item]):
                found[item] = place
    return found


@compiled
def states(begins: Ints, days: Ints, as_of: int) -> Ints:
    """Say of each mint what T may know of it: the latest of its days before T; -1 for one without.

    `begins` are where each mint's days begin in `days`, sorted, written as DAY and KNOWN say. A state is when that day
    became known, times KNOWN, and the two bits: that of a mint which closed low is taken off where it still traded on
    the day before T. It has 32 bits, so that entries, which look mints up at random, look into half the memory.
    """
    found = np.full(begins.size - 1, -1, np.int32)
    for mint in range(found.size):
        at = begins[mint + 1] - 1
        while at >= begins[mint] and days[at] >= as_of * DAY:
            at -= 1
        if at >= begins[mint]:
            is_over = days[at] < (as_of - 1) * DAY
            found[mint] = days[at] % DAY - (0 if is_over else days[at] % KNOWN // 2 * 2)
    return found


@compiled
def fates(windows: Ints, first: Ints, end: Ints, mint: Ints, states: Ints, counts: Ints, latest: Ints) -> None:
    """Count, per slice of entries: those whose mint has a day before T, dead ones and graduated ones (3 rows).

    `windows` are the numbers of those slices whose T the states are of, and whose figures are filled in. `mint` is the
    place of each entry's mint, -1 for none; `latest`, in microseconds, is raised to when the used days became known.
    """
    for window in windows:
        known = 0
        for item in range(first[window], end[window]):
            state = int(states[mint[item]]) if mint[item] >= 0 else -1
            if state >= 0:
                counts[0, window] += 1
                counts[1, window] += state % KNOWN // 2
                counts[2, window] += state % 2
                known = max(known, state // KNOWN)
        latest[window] = max(latest[window], known * DAY_MICROS)

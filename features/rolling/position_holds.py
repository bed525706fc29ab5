"""Estimates how long positions are held, those that are still open taken as held for longer than they have been.

Leaving open positions out would hide who never sells. So times are estimated by Kaplan and Meier: each sale is weighed
by how many positions were still held that long.
"""

import numpy as np

from pumploss.compiled import compiled

Ints = np.ndarray
Floats = np.ndarray

_SECOND = 1_000_000
_DAY = 86_400 * _SECOND
#: A share that falls short of another by rounding alone is equal to it.
_ROUNDING = 1e-9


@compiled
def hold_times(
    first: Ints, end: Ints, held: Ints, first_carried: Ints, end_carried: Ints, as_of: Ints, start: Ints, until: Ints,
    entered: Ints, exited: Ints,
) -> tuple[Ints, Floats]:  # fmt: skip
    """Measure the positions that were opened in each window: slices of those that were emptied on the day on which they
    were opened, of which `held` is enough, and of rows of those that outlast a day.

    Per window: how many, and how many of them are open at T (2 rows); the seconds that a tenth, half and nine tenths of
    them were held at most, and the share held under 60 s and over 24 h (5 rows). What sales do not tell is NaN.
    """
    counts = np.zeros((2, first.size), np.int64)
    estimates = np.full((5, first.size), np.nan)
    longest = (end - first + end_carried - first_carried).max() if first.size else 0
    times = np.empty(longest, np.int64)
    for window in range(first.size):
        size = 0
        # The lowest bit says that the time is open-ended: such times sort behind sales of the same time.
        for row in range(first[window], end[window]):
            times[size] = held[row] * 2
            size += 1
        for row in range(first_carried[window], end_carried[window]):
            # A row is seen while it is the latest of its position; one that was open before the window has been held
            # for a time that its like, sold before, would not have shown.
            if until[row] >= as_of[window] and entered[row] >= start[window] * _DAY:
                is_open = exited[row] == 0
                left = as_of[window] * _DAY if is_open else exited[row]
                times[size] = (left - entered[row]) * 2 + is_open
                counts[1, window] += is_open
                size += 1
        counts[0, window] = size
        known = np.sort(times[:size])
        estimates[0, window] = quantile(known, 0.1)
        estimates[1, window] = quantile(known, 0.5)
        estimates[2, window] = quantile(known, 0.9)
        estimates[3, window] = 1.0 - still_held(known, 60 * _SECOND)
        estimates[4, window] = still_held(known, _DAY + 1)
    return counts, estimates


@compiled
def quantile(times: Ints, share: float) -> float:
    """Find the seconds after which at least this share is sold; NaN where it never was."""
    held = 1.0
    for place in range(times.size):
        if times[place] & 1 == 0:
            held *= (times.size - place - 1) / (times.size - place)
            if held <= 1.0 - share + _ROUNDING:
                return float(times[place] >> 1) / _SECOND
    return np.nan


@compiled
def still_held(times: Ints, limit: int) -> float:
    """Estimate the share held for at least so many microseconds; NaN where nothing was watched for that long."""
    held = 1.0
    for place in range(times.size):
        if times[place] >> 1 >= limit:
            return held
        if times[place] & 1 == 0:
            held *= (times.size - place - 1) / (times.size - place)
    # All are sold, or else the last of them was lost sight of too early.
    return 0.0 if times.size > 0 and times[-1] & 1 == 0 else np.nan

"""Follows equity from day to day through each window: how far it fell, what was at stake, and where it is heading."""

import numpy as np
import pyarrow as pa

from features.rolling.rows import SortedRows
from features.windows import LOOKBACK_DAYS, PATH_MEASURES, bounds
from pumploss.compiled import compiled

Ints = np.ndarray
Floats = np.ndarray

#: Weight of a day by its age in days: half of that of a week later. Rounded, since libraries differ in the last bit.
_WEIGHTS = np.round(2.0 ** (-np.arange(LOOKBACK_DAYS + 1) / 7.0), 12)


def equity_paths(days: SortedRows, owners: np.ndarray, as_of: np.ndarray) -> dict[str, pa.Array]:
    """Compute `PATH_MEASURES` per trader and T from daily facts."""
    window = bounds(days.keys, owners, as_of, LOOKBACK_DAYS)
    names = ("equity_change_lamports", "equity_close_lamports", "buy_cost_lamports", "proceeds_lamports")
    change, equity, bought, brought = (days.ints(name) for name in names)
    day = days.days
    falls = falls_and_capital(*window, change, equity, bought, brought)
    fading = fading_losses(*window, day, as_of, change, equity, brought)
    slope = slope_of_equity(*window, day, as_of, change)
    found = (*falls, *fading, slope)
    return dict(zip(PATH_MEASURES, map(pa.array, found), strict=True))


@compiled
def falls_and_capital(
    first: Ints, end: Ints, change: Ints, equity: Ints, bought: Ints, brought: Ints
) -> tuple[Ints, Ints]:
    """Find, per window, the deepest fall of what was made since its start, and the most capital at work, in lamports.

    Capital at a close is what open positions would fetch plus what was put in since the start and has not come back.
    """
    falls, capital = np.zeros(first.size, np.int64), np.zeros(first.size, np.int64)
    for window in range(first.size):
        made = highest = put_in = 0
        for row in range(first[window], end[window]):
            made += change[row]
            highest = max(highest, made)
            falls[window] = max(falls[window], highest - made)
            put_in += bought[row] - brought[row]
            capital[window] = max(capital[window], equity[row] + max(put_in, 0))
    return falls, capital


@compiled
def fading_losses(
    first: Ints, end: Ints, day: Ints, as_of: Ints, change: Ints, equity: Ints, brought: Ints
) -> tuple[Ints, Floats, Floats]:
    """Count, per window, the days with a stake; sum up weight times loss per SOL at stake, and the weights."""
    count = np.zeros(first.size, np.int64)
    losses, weights = np.zeros(first.size, np.float64), np.zeros(first.size, np.float64)
    for window in range(first.size):
        for row in range(first[window], end[window]):
            # What was held the evening before plus what was bought, since equity moves by both and by what came back.
            stake = equity[row] - change[row] + brought[row]
            if stake > 0:
                weight = _WEIGHTS[as_of[window] - day[row]]
                losses[window] -= weight * (change[row] / stake)
                weights[window] += weight
                count[window] += 1
    return count, losses, weights


@compiled
def slope_of_equity(first: Ints, end: Ints, day: Ints, as_of: Ints, change: Ints) -> Floats:
    """Fit a line to what was made since the start, by calendar day, in each window: its slope in lamports a day."""
    slopes = np.zeros(first.size, np.float64)
    # Sum of squared distances of the days from their mean.
    spread = LOOKBACK_DAYS * (LOOKBACK_DAYS * LOOKBACK_DAYS - 1) / 12.0
    for window in range(first.size):
        # A change shows on its own day and all later ones. Summed over those, the distances of days from their mean are
        # age x (30 - age) / 2, so days without a row need no walking.
        for row in range(first[window], end[window]):
            age = as_of[window] - day[row]
            slopes[window] += change[row] * (age * (LOOKBACK_DAYS - age) / 2.0)
        slopes[window] /= spread
    return slopes

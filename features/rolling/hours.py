"""Measures on which hours of the day trades are made in each window.

Written out over columns for each hour these took the engine as long to plan as half of all other features together.
"""

from math import pi, sin

import numpy as np
import pyarrow as pa

from features.ratios import sum_of
from features.rolling.rows import SortedRows
from features.rolling.sums import slice_sums
from features.windows import HOUR_MEASURES, HOURS, LOOKBACK_DAYS, bounds

_DECIMALS = 9
#: Sine of each hour on a clock of 24; as decimals, since libraries differ in the last bit.
SINES = np.round([sin(2 * pi * hour / HOURS) for hour in range(HOURS)], _DECIMALS)
#: Cosine of each hour: the sine of six hours later.
COSINES = np.roll(SINES, -HOURS // 4)
#: Hours (UTC) in which the United States are up.
US_HOURS = slice(13, 21)


def hours(days: SortedRows, owners: np.ndarray, as_of: np.ndarray) -> dict[str, pa.Array]:
    """Compute `HOUR_MEASURES` per trader and T from daily facts."""
    window = bounds(days.keys, owners, as_of, LOOKBACK_DAYS)
    by_hour = [slice_sums(days.array(f"hour_{hour}_trade_count"), *window).to_numpy() for hour in range(HOURS)]
    counts = np.stack(by_hour, axis=1)
    found = (
        (counts > 0).sum(axis=1),
        counts[:, US_HOURS].sum(axis=1),
        _entropy(counts, slice_sums(days.array("trade_count"), *window).to_numpy()),
        _sums(counts * SINES),
        _sums(counts * COSINES),
    )
    return dict(zip(HOUR_MEASURES, map(pa.array, found), strict=True))


def _entropy(counts: np.ndarray, trades: np.ndarray) -> np.ndarray:
    """Compute the entropy of the hours of each row, which has so many trades in all."""
    share = counts / np.maximum(trades, 1)[:, None]
    logarithm = np.round(np.log(share, out=np.zeros_like(share), where=share > 0), _DECIMALS)
    return -_sums(share * logarithm)


def _sums(terms: np.ndarray) -> np.ndarray:
    """Sum each row up, always in the same order: means of sines are often half of a last decimal, and are rounded."""
    return sum_of(list(terms.T))

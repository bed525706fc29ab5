"""Measures habits: what traders do after a loss and after a win, and how they size their opening buys."""

from collections.abc import Iterable

import numpy as np

from features.rolling.position_chases import chased_stakes, continuations, waiting_times
from features.rolling.position_moves import Moves, exits, opening_buys
from features.rolling.position_rows import Trips, Windows
from features.rolling.position_stakes import drawdown_correlations, stake_sizes, stake_slopes
from features.windows import LOOKBACK_DAYS, bounds

#: Days over which stakes are held against the losses of their day.
_DRAWDOWN_DAYS = 7


def habits(trips: Trips, windows: Windows, capital: np.ndarray) -> Iterable[np.ndarray]:
    """Compute `HABITS` per trader and T, in order; `capital` is the most capital seen at work, in lamports."""
    buys, left = opening_buys(trips), exits(trips)
    slices = (*_slice(buys, windows, LOOKBACK_DAYS), *_slice(left, windows, LOOKBACK_DAYS))
    own = slices[:2]
    recent, recent_left = (_slice(moves, windows, _DRAWDOWN_DAYS) for moves in (buys, left))
    median, highest, variation, large = stake_sizes(*own, buys.lamports, capital)
    return (
        *_rows(chased_stakes(*slices, buys.moment, buys.lamports, left.moment, left.lamports)),
        *waiting_times(*slices, buys.moment, buys.at, left.moment, left.at, left.lamports),
        *_rows(continuations(*slices, windows.as_of, buys.moment, buys.at, left.moment, left.at, left.lamports)),
        median,
        highest,
        variation,
        large,
        stake_slopes(*own, buys.at, buys.lamports),
        recent[1] - recent[0],
        drawdown_correlations(
            *recent, *recent_left, buys.moment, buys.at, buys.lamports, left.moment, left.at, left.lamports
        ),
    )


def _slice(moves: Moves, windows: Windows, days: int) -> tuple[np.ndarray, np.ndarray]:
    return bounds(moves.keys, windows.owners, windows.as_of, days)


def _rows(tables: Iterable[np.ndarray]) -> list[np.ndarray]:
    return [row for table in tables for row in table]

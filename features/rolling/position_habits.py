"""Measures habits: what traders do after a loss and after a win, and how they size their opening buys."""

from collections.abc import Iterable

import numpy as np

from features.rolling.position_chases import add_by_row, chased_stakes, continuations, waiting_times
from features.rolling.position_rows import PositionDays, Windows
from features.rolling.position_stakes import drawdown_correlations, stake_sizes, stake_slopes

#: Days over which stakes are held against the losses of their day.
_DRAWDOWN_DAYS = 7


def habits(days: PositionDays, windows: Windows, capital: np.ndarray) -> Iterable[np.ndarray]:
    """Compute `HABITS` per trader and T, in order; `capital` is the most capital seen at work, in lamports."""
    at, stakes, before = days.items("opening_times"), days.items("opening_stakes"), _exits_before(days)
    exited, made = days.items("exit_times"), days.items("exit_results")
    own, (left, end_left) = (days.slices(name, windows) for name in ("opening_times", "exit_times"))
    week = days.shorter(windows, _DRAWDOWN_DAYS)
    recent, (recent_left, _) = (days.slices(name, week) for name in ("opening_times", "exit_times"))
    median, highest, variation, large = stake_sizes(*own, stakes, capital)
    return (
        *_rows(chased_stakes(*own, left, before, stakes, made)),
        *waiting_times(*own, left, before, at, exited, made),
        *_rows(continuations(*own, left, end_left, windows.as_of, before, at, exited, made)),
        median,
        highest,
        variation,
        large,
        stake_slopes(*own, at, stakes),
        recent[1] - recent[0],
        drawdown_correlations(*recent, recent_left, before, at, stakes, exited, made),
    )


def _exits_before(days: PositionDays) -> np.ndarray:
    """Count, for each opening buy, the exits before it among those of all rows."""
    before = days.items("exits_before")
    add_by_row(days.begins("opening_times"), days.begins("exit_times"), before)
    return before


def _rows(tables: Iterable[np.ndarray]) -> list[np.ndarray]:
    return [row for table in tables for row in table]

"""Estimates how sure a difference is, by drawing traders, and with them their weeks, again and again.

Rows of one trader are of one person and their windows overlap: drawing rows or days by themselves makes intervals that
are half as wide as they should be.
"""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from models.dataset import Flags, Floats, TrainingFrame
from models.metrics import EDGE

DRAWS = 400
#: Standard errors on either side of a 95 % interval.
_TWO_SIDED = 1.96

Integers = npt.NDArray[np.int64]


@dataclass(frozen=True)
class Interval:
    """Holds a difference as measured and its 95 % interval, which is not a number where nothing can be compared."""

    value: float
    low: float
    high: float

    @property
    def is_above(self) -> bool:
        """Tell whether the difference is above zero with certainty."""
        return self.low > 0


class Draws:
    """Draws the clusters of some rows with replacement, the same draws for every comparison: it is paired."""

    def __init__(self, cluster: Integers, seed: int) -> None:
        self._cluster, count = cluster, int(cluster.max()) + 1
        draw = np.random.default_rng(seed)
        #: How often each cluster was drawn, one line per draw. Filled line by line: what was drawn, and counts of it,
        #: would each fill as much again.
        self._times = np.empty((DRAWS, count))
        for times in self._times:
            times[:] = np.bincount(draw.integers(0, count, count), minlength=count)

    def mean_difference(self, first: Floats, second: Floats, among: Flags | None = None) -> Interval:
        """Compare two figures of all rows, or of some: by how much the mean of the first is above that of the other."""
        gap, inside = first - second, np.ones(len(first)) if among is None else among.astype(np.float64)
        # Sums per cluster are all that a mean needs, so rows are gone through once and not once per draw.
        sums, rows = (np.bincount(self._cluster, weights=values) for values in (gap * inside, inside))
        with np.errstate(invalid="ignore"):
            drawn = (self._times @ sums) / (self._times @ rows)
        return _interval(float(gap.mean() if among is None else gap[among].mean()), drawn)

    def share(self, inside: Flags, among: Flags) -> Interval:
        """Compute which part of some rows these are; nothing of no rows."""
        parts, whole = (np.bincount(self._cluster, weights=rows) for rows in (inside & among, among))
        with np.errstate(invalid="ignore"):
            drawn = (self._times @ parts) / (self._times @ whole)
        return _interval(float(inside[among].mean()) if among.any() else float("nan"), drawn)

    def auc(self, ranking: Floats, outcome: Flags, among: Flags) -> Interval:
        """Compute how well some rows are ranked, not a number where all end alike.

        The interval is of clusters as well, by what each adds to the AUC; to sort anew for each draw would take as long
        as training.
        """
        rows = np.flatnonzero(among)
        ranks, is_one = _mean_ranks(ranking[rows]), outcome[rows]
        ones, others = int(is_one.sum()), int((~is_one).sum())
        if not (ones and others):
            return Interval(float("nan"), float("nan"), float("nan"))
        # Of each row, the share of rows of the other outcome that it stands rightly to.
        placed = np.empty(len(rows))
        placed[is_one] = (ranks[is_one] - _mean_ranks(ranking[rows][is_one])) / others
        placed[~is_one] = 1 - (ranks[~is_one] - _mean_ranks(ranking[rows][~is_one])) / ones
        value = float(placed[is_one].mean())
        added = (placed - value) / np.where(is_one, ones, others)
        error = float(np.sqrt(np.square(np.bincount(self._cluster[rows], weights=added)).sum()))
        return Interval(value, value - _TWO_SIDED * error, value + _TWO_SIDED * error)

    def captured_difference(self, first: Floats, second: Floats, amount: Floats, share: float = 0.1) -> Interval:
        """Compare two rankings: by how much more of the amount falls on the top share of the first."""
        rows, lost = np.bincount(self._cluster), np.bincount(self._cluster, weights=amount)
        room, total = share * (self._times @ rows), self._times @ lost
        drawn, measured = [], []
        for ranking in (first, second):
            order = np.argsort(-ranking, kind="stable")
            cluster, amounts = self._cluster[order], amount[order]
            taken = [_taken(times, cluster, amounts, most) for times, most in zip(self._times, room, strict=True)]
            once = _taken(np.ones(len(rows)), cluster, amounts, share * len(amount))
            with np.errstate(invalid="ignore", divide="ignore"):
                drawn.append(np.array(taken) / total)
                measured.append(np.float64(once) / lost.sum())
        return _interval(float(measured[0] - measured[1]), drawn[0] - drawn[1])


def clusters(frame: TrainingFrame, rows: Flags) -> Integers:
    """Number the trader and week of each of these rows."""
    week = frame.as_of[rows].astype("datetime64[D]").astype(np.int64) // 7
    _, trader = np.unique(frame.trader_number[rows], return_inverse=True)
    _, number = np.unique(np.stack([trader, week], axis=1), axis=0, return_inverse=True)
    numbers: Integers = number.reshape(-1).astype(np.int64)
    return numbers


def losses_of(outcome: Flags, p: Floats) -> Floats:
    """Compute the negative log-likelihood of each row."""
    safe = np.clip(p, EDGE, 1 - EDGE)
    rows: Floats = -np.where(outcome, np.log(safe), np.log1p(-safe))
    return rows


def _mean_ranks(values: Floats) -> Floats:
    """Rank values from 1; equal ones have the mean of their ranks."""
    _, number, count = np.unique(values, return_inverse=True, return_counts=True)
    ranks: Floats = (np.cumsum(count) - (count - 1) / 2)[number.reshape(-1)]
    return ranks


def _taken(times: Floats, cluster: Integers, amount: Floats, room: float) -> float:
    """Sum up the amount of the first rows of a ranking that there is room for, when clusters count so many times."""
    # However clusters are drawn, the top share ends near where it did: only where it does not, all rows are counted.
    near = min(len(amount), 3 * int(room) + 1)
    counted = times[cluster[:near]]
    upto = np.cumsum(counted)
    if upto[-1] < room:
        counted = times[cluster]
        upto = np.cumsum(counted)
    whole = int(np.searchsorted(upto, room, side="right"))
    taken = float(counted[:whole] @ amount[:whole])
    if whole == len(counted):
        return taken
    # A row that the edge of the top share cuts counts in part.
    return taken + float((room - (upto[whole] - counted[whole])) * amount[whole])


def _interval(value: float, drawn: Floats) -> Interval:
    known = drawn[np.isfinite(drawn)]
    if not len(known):
        return Interval(value, float("nan"), float("nan"))
    low, high = np.quantile(known, [0.025, 0.975])
    return Interval(value, float(low), float(high))

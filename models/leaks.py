"""Looks for what a model should not be able to know: an input that tells the outcome, or the time, or goes missing."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from models import boosting, metrics
from models.dataset import Flags, Floats, TrainingFrame
from models.scoring.arrays import Matrix
from models.spec import ModelSpec
from models.time_split import TimeSplit

#: More rows than these tell no more of a leak.
MOST_ROWS = 10_000
#: An input alone is also asked through the rate of the outcome in so many quantile bins of it, and where it is missing:
#: what tells the future by both of its ends, or in its middle, ranks nothing by its value.
BINS = 20
#: Trees that tell training days from locked ones; what so few do not see is no reason to refuse a model.
ROUNDS, RATE = 30, 0.1

Rows = npt.NDArray[np.intp]


@dataclass(frozen=True)
class Leaks:
    """Holds the strongest sign of each kind of leak, and the input that it points to.

    `single_auc` is what one input alone reaches among the exposed locked rows: by its values, by being missing, or by
    the rates that training rows had in its quantile bins.
    `adversarial_auc` is how well trees tell locked days from training days, of traders whom they have not seen; inputs
    that are one value for a whole day do so by their nature and are left out. `missing_gap` is the largest difference
    between the shares of rows that lack an input, `zero_gap` that between the shares of rows where it is 0, of inputs
    that differ within a day.
    """

    single_input: str
    single_auc: float
    adversarial_input: str
    adversarial_auc: float
    missing_input: str
    missing_gap: float
    zero_input: str = ""
    zero_gap: float = 0.0


def measured(spec: ModelSpec, frame: TrainingFrame, parts: TimeSplit) -> Leaks:
    """Look for leaks in the rows that the judged trees learned from and in the locked ones."""
    training, locked = parts.rows(frame, parts.train), parts.rows(frame, parts.test)
    learned, asked = (_some(rows & frame.is_exposed, MOST_ROWS, spec.seed) for rows in (training, locked))
    before, after = (_some(rows, MOST_ROWS // 2, spec.seed) for rows in (training, locked))
    missing = _widest(frame.names, np.isnan(frame.x[before]), np.isnan(frame.x[after]))
    own, names = _of_traders(frame, np.concatenate([before, after]))
    zero = _widest(names, frame.x[before][:, own] == 0, frame.x[after][:, own] == 0)
    single = _single(spec, frame, learned, asked)
    return Leaks(*single, *_adversarial(spec, frame, before, after, own, names), *missing, *zero)


def _widest(names: Sequence[str], before: Flags, after: Flags) -> tuple[str, float]:
    """Find the input whose share of marked rows differs most between two sets of rows."""
    if not names:
        return "", 0.0
    gaps = np.abs(after.mean(axis=0) - before.mean(axis=0))
    most = int(np.argmax(gaps))
    return names[most], float(gaps[most])


def _some(rows: Flags, most: int, seed: int) -> Rows:
    """Draw at most so many of the rows, and keep their order."""
    found = np.flatnonzero(rows)
    # Drawn, for every n-th row would be of the same traders day after day.
    drawn = np.random.default_rng(seed).choice(found, most, replace=False) if len(found) > most else found
    return np.sort(drawn)


def _single(spec: ModelSpec, frame: TrainingFrame, learned: Rows, asked: Rows) -> tuple[str, float]:
    """Find the input that ranks the asked rows best by itself, with what the learned ones teach of it."""
    outcome, best = frame.target(spec.target), ("", 0.5)
    for name, before, values in zip(frame.names, frame.x[learned].T, frame.x[asked].T, strict=True):
        is_missing = np.isnan(values)
        rates = _rates(before, outcome[learned], values)
        for ranking in (np.where(is_missing, -np.inf, values), is_missing.astype(np.float64), rates):
            area = metrics.auc(outcome[asked], ranking)
            # Which of the two directions it is does not matter.
            if max(area, 1 - area) > best[1]:
                best = (name, max(area, 1 - area))
    return best


def _rates(values: Matrix, outcome: Flags, asked: Matrix) -> Floats:
    """Give each asked value the rate of the outcome among the values of its quantile bin, or among the missing ones."""
    known = values[~np.isnan(values)]
    shares = np.arange(1, BINS) / BINS
    # Edges are values themselves: what many rows share, as 0, lies within one bin.
    edges = np.unique(np.quantile(known, shares, method="lower")) if len(known) else known
    # What is not a number sorts behind all edges but is no large value.
    place, of_asked = (
        np.where(np.isnan(given), len(edges) + 1, np.searchsorted(edges, given)) for given in (values, asked)
    )
    rows = np.bincount(place, minlength=len(edges) + 2)
    hits = np.bincount(place, weights=outcome, minlength=len(edges) + 2)
    # One row of the overall rate: an empty bin has that, and one of few rows is drawn to it.
    rates: Floats = (hits + outcome.mean()) / (rows + 1)
    return rates[of_asked]


def _of_traders(frame: TrainingFrame, rows: Rows) -> tuple[list[int], list[str]]:
    """List place and name of the inputs that differ between traders of a day."""
    own = [number for number, values in enumerate(frame.x[rows].T) if not _is_of_day(values, frame.as_of[rows])]
    return own, [frame.names[number] for number in own]


def _adversarial(
    spec: ModelSpec, frame: TrainingFrame, before: Rows, after: Rows, own: Sequence[int], names: Sequence[str]
) -> tuple[str, float]:
    """Find how well trees tell the later rows from the earlier ones, and the input that they do it by.

    `own` and `names` are the inputs that differ between traders of a day.
    """
    rows = np.concatenate([before, after])
    if not own:
        return "", 0.5
    is_later = np.arange(len(rows)) >= len(before)
    # Who a trader is must not help: one half of the traders teaches, the other is asked about.
    _, trader = np.unique(frame.trader_number[rows], return_inverse=True)
    teaches = np.random.default_rng(spec.seed).random(int(trader.max()) + 1)[trader] < 0.5
    x = np.ascontiguousarray(frame.x[rows][:, own])
    grown = boosting.Rows(spec, names, [0] * len(own), x[teaches]).grow(
        is_later[teaches], rounds=ROUNDS, objective="binary", learning_rate=RATE
    )
    area = metrics.auc(is_later[~teaches], boosting.raw(grown, x[~teaches]))
    return names[int(np.argmax(grown.feature_importance("gain")))], area


def _is_of_day(values: Matrix, day: npt.NDArray[np.datetime64]) -> bool:
    """Tell whether an input has one value for all rows of a day, on several days."""
    known = ~np.isnan(values)
    if not known.any():
        return False
    days, number = np.unique(day[known], return_inverse=True)
    first = np.zeros(len(days))
    first[number[::-1]] = values[known][::-1]
    return len(days) > 1 and bool((values[known] == first[number]).all()) and len(np.unique(first)) > 1

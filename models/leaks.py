"""Looks for what a model should not be able to know: an input that tells the outcome, or the time, or goes missing."""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from models import boosting, metrics
from models.dataset import Flags, TrainingFrame
from models.scoring.arrays import Matrix
from models.spec import ModelSpec
from models.time_split import TimeSplit

#: More rows than these tell no more of a leak.
MOST_ROWS = 10_000
#: Trees that tell training days from locked ones; what so few do not see is no reason to refuse a model.
ROUNDS, RATE = 30, 0.1

Rows = npt.NDArray[np.intp]


@dataclass(frozen=True)
class Leaks:
    """Holds the strongest sign of each kind of leak, and the input that it points to.

    `single_auc` is what one input alone reaches among the exposed locked rows, by its values or by being missing.
    `adversarial_auc` is how well trees tell locked days from training days, of traders whom they have not seen; inputs
    that are one value for a whole day do so by their nature and are left out. `missing_gap` is the largest difference
    between the shares of rows that lack an input.
    """

    single_input: str
    single_auc: float
    adversarial_input: str
    adversarial_auc: float
    missing_input: str
    missing_gap: float


def measured(spec: ModelSpec, frame: TrainingFrame, parts: TimeSplit) -> Leaks:
    """Look for leaks in the rows that the judged trees learned from and in the locked ones."""
    training, locked = parts.rows(frame, parts.train), parts.rows(frame, parts.test)
    single = _single(spec, frame, _some(locked & frame.is_exposed, MOST_ROWS, spec.seed))
    before, after = (_some(rows, MOST_ROWS // 2, spec.seed) for rows in (training, locked))
    gaps = np.abs(np.isnan(frame.x[after]).mean(axis=0) - np.isnan(frame.x[before]).mean(axis=0))
    most = int(np.argmax(gaps))
    return Leaks(*single, *_adversarial(spec, frame, before, after), frame.names[most], float(gaps[most]))


def _some(rows: Flags, most: int, seed: int) -> Rows:
    """Draw at most so many of the rows, and keep their order."""
    found = np.flatnonzero(rows)
    # Drawn, for every n-th row would be of the same traders day after day.
    drawn = np.random.default_rng(seed).choice(found, most, replace=False) if len(found) > most else found
    return np.sort(drawn)


def _single(spec: ModelSpec, frame: TrainingFrame, rows: Rows) -> tuple[str, float]:
    """Find the input that ranks these rows best by itself."""
    outcome, best = frame.target(spec.target)[rows], ("", 0.5)
    for name, values in zip(frame.names, frame.x[rows].T, strict=True):
        is_missing = np.isnan(values)
        for ranking in (np.where(is_missing, -np.inf, values), is_missing.astype(np.float64)):
            area = metrics.auc(outcome, ranking)
            # Which of the two directions it is does not matter.
            if max(area, 1 - area) > best[1]:
                best = (name, max(area, 1 - area))
    return best


def _adversarial(spec: ModelSpec, frame: TrainingFrame, before: Rows, after: Rows) -> tuple[str, float]:
    """Find how well trees tell the later rows from the earlier ones, and the input that they do it by."""
    rows = np.concatenate([before, after])
    own = [number for number, values in enumerate(frame.x[rows].T) if not _is_of_day(values, frame.as_of[rows])]
    if not own:
        return "", 0.5
    is_later = np.arange(len(rows)) >= len(before)
    # Who a trader is must not help: one half of the traders teaches, the other is asked about.
    _, trader = np.unique(frame.trader_number[rows], return_inverse=True)
    teaches = np.random.default_rng(spec.seed).random(int(trader.max()) + 1)[trader] < 0.5
    x, names = np.ascontiguousarray(frame.x[rows][:, own]), [frame.names[number] for number in own]
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

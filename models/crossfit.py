"""Grows the trees of a model, and calibrates them on what other trees of its kind said of days they had not seen."""

import hashlib
import json
from collections.abc import Callable, Iterable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from datetime import date
from functools import partial
from typing import TYPE_CHECKING, TypeVar

import numpy as np

from models import amount, boosting, calibration
from models.dataset import Flags, Floats, TrainingFrame
from models.scoring.amount import BEND_SOL, Amount
from models.scoring.arrays import Matrix
from models.scoring.predictor import AMOUNT, OTHERS, TRADE, Predictor
from models.spec import ModelSpec
from models.time_split import Fold

if TYPE_CHECKING:
    from lightgbm import Booster, Dataset

#: What the main trees say is kept beside that of the others under this name.
MAIN = "main"

Raw = dict[str, Floats]

_Made = TypeVar("_Made")


@dataclass(frozen=True)
class Grown:
    """Holds the trees of a model before anything is calibrated; only a hurdle model has others and sizes."""

    booster: "Booster"
    others: "dict[str, Booster]"
    sizes: Amount | None = None

    def said(self, x: Matrix) -> Raw:
        """Ask all trees."""
        return {MAIN: boosting.raw(self.booster, x), **{name: boosting.raw(of, x) for name, of in self.others.items()}}


@dataclass(frozen=True)
class Asked:
    """Holds trees and what they said of rows, marked in the frame, that they have not seen."""

    fold: Fold
    grown: Grown
    rows: Flags
    said: Raw

    @property
    def raw(self) -> Raw:
        """Return what was said, the logarithm of an amount smeared: smearing is a matter of these trees alone."""
        if self.grown.sizes is None:
            return self.said
        return {**self.said, AMOUNT: self.said[AMOUNT] + np.log(self.grown.sizes.smearing)}


def marked(frame: TrainingFrame, days: Sequence[date]) -> Flags:
    """Mark the rows of the frame that lie on these days."""
    return np.isin(frame.as_of, np.array(days, dtype="datetime64[D]"))


def thinned(spec: ModelSpec, frame: TrainingFrame, days: Sequence[date]) -> Flags:
    """Mark the rows to learn from: of many rows those of every second or third day, counted back from the last.

    A label's window shares all but one day with that of the day after: the days left out say hardly anything new. Of
    still more rows each trader keeps every fourth or tenth day, and each its own: all traders and all days stay.
    """
    whole = marked(frame, days)
    rows = int(whole.sum())
    stride = max(1, min(spec.longest_stride, -(-rows // spec.many_rows)))
    kept = marked(frame, days[::-1][::stride])
    if int(kept.sum()) <= spec.most_learned:
        return kept
    stride = -(-rows // spec.most_learned)
    first = np.random.default_rng(spec.seed).integers(0, stride, len(frame.addresses))
    back = (np.datetime64(days[-1]) - frame.as_of).astype(np.int64)
    own: Flags = (back + first[frame.trader_number]) % stride == 0
    return whole & own


def grow(spec: ModelSpec, frame: TrainingFrame, days: Sequence[date], monotone: Sequence[int]) -> Grown:
    """Grow all trees of the model over these days; `monotone` holds the sign of each input's effect on the risk."""
    fit = thinned(spec, frame, days)
    rows = boosting.Rows(spec, frame.names, monotone, _binned(spec, frame, fit))
    if not spec.is_hurdle:
        return Grown(_main(spec, frame, fit, rows), {})
    is_loss, cap = frame.is_loss[fit], amount.cap(frame.loss_sol[fit], frame.is_loss[fit])
    lost = np.minimum(frame.loss_sol[fit], cap)
    logarithm = np.log(np.maximum(lost, BEND_SOL))
    other = partial(rows.grow, rounds=spec.other_rounds, learning_rate=spec.other_rate)
    ways = {
        MAIN: partial(_main, spec, frame, fit, rows),
        TRADE: partial(other, frame.is_exposed[fit], objective="binary"),
        AMOUNT: partial(other, logarithm, of=is_loss, objective="regression"),
        **{
            name: partial(other, amount.bent(lost), objective="quantile", alpha=share)
            for name, share in amount.QUANTILES.items()
        },
    }
    others = dict(zip(ways, two_at_a_time(ways.values()), strict=True))
    booster = others.pop(MAIN)
    predicted = boosting.raw(others[AMOUNT], frame.x[fit][is_loss])
    smearing = amount.smearing(logarithm[is_loss], predicted)
    labels = {
        "loss_sol": amount.LOSS_SOL,
        "severe_sol": amount.SEVERE_SOL,
        "always_severe_sol": amount.ALWAYS_SEVERE_SOL,
    }
    return Grown(booster, others, Amount(cap, smearing, **labels))


def two_at_a_time(ways: Iterable[Callable[[], _Made]]) -> list[_Made]:
    """Grow trees in these ways: threads of one wait for each other a quarter of the time, and the trees are the same.

    Where one fails, or somebody ends it, those that have not begun are left.
    """
    pool = ThreadPoolExecutor(2)
    try:
        return [growing.result() for growing in [pool.submit(way) for way in ways]]
    finally:
        pool.shutdown(cancel_futures=True)


def main_trees(spec: ModelSpec, frame: TrainingFrame, fit: Flags, monotone: Sequence[int]) -> "Booster":
    """Grow the trees of the main question alone, from the marked rows."""
    return _main(spec, frame, fit, boosting.Rows(spec, frame.names, monotone, _binned(spec, frame, fit)))


def _main(spec: ModelSpec, frame: TrainingFrame, fit: Flags, rows: boosting.Rows) -> "Booster":
    of = frame.is_exposed[fit] if spec.is_hurdle else None
    return rows.grow(frame.target(spec.target)[fit], of=of)


def _binned(spec: ModelSpec, frame: TrainingFrame, fit: Flags) -> "Dataset":
    """Bin the rows to learn from, once for all models that learn from the same rows of the frame in the same bins."""
    parameters = json.dumps(boosting.binning(spec), sort_keys=True)
    key = hashlib.sha256(fit.tobytes() + parameters.encode()).hexdigest()
    if key not in frame.binned:
        frame.binned[key] = boosting.binned(spec, frame.names, frame.x[fit])
    return frame.binned[key]


def ask(spec: ModelSpec, frame: TrainingFrame, fold: Fold, monotone: Sequence[int]) -> Asked:
    """Grow the trees of a fold, and ask them about its later days."""
    grown, rows = grow(spec, frame, fold.train, monotone), marked(frame, fold.test)
    return Asked(fold, grown, rows, grown.said(frame.x[rows]))


def calibrate(spec: ModelSpec, frame: TrainingFrame, grown: Grown, by: Sequence[Asked]) -> Predictor:
    """Calibrate trees by what was said, and what came, of days that none of the trees asked had seen."""
    raw = [one.raw for one in by]
    said = {name: np.concatenate([one[name] for one in raw]) for name in raw[0]}
    outcome, exposed, lost = (
        np.concatenate([values[one.rows] for one in by])
        for values in (frame.target(spec.target), frame.is_exposed, frame.loss_sol)
    )
    if not spec.is_hurdle:
        return Predictor(grown.booster, calibration.fit(said[MAIN], outcome), {})
    assert grown.sizes is not None
    calibrator = calibration.fit(said[MAIN][exposed], outcome[exposed])
    of_trade = calibration.fit(said[TRADE], exposed)
    # What was said is smeared already, each fold's by its own trees.
    plain = Predictor(grown.booster, calibrator, grown.others, of_trade, replace(grown.sizes, smearing=1.0))
    assert plain.amount is not None
    # What the trees expect is brought to what was lost on those days, once the probabilities are calibrated.
    fitted = amount.calibrated(plain.amount, lost, plain.told(said[MAIN], {name: said[name] for name in OTHERS}))
    return replace(plain, amount=replace(fitted, smearing=grown.sizes.smearing))

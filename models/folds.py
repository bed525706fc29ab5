"""Measures each fold by itself: how the model does from week to week, before the locked days."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from models import crossfit, metrics
from models.answering import answers
from models.crossfit import Asked
from models.dataset import TrainingFrame
from models.spec import ModelSpec


@dataclass(frozen=True)
class FoldMeasures:
    """Tells how trees of the days before did in one fold, and which days those were.

    Probabilities are calibrated on the other folds: NaN where there is only one. `skill` is Brier's over the rate of
    the other folds. `captured` is the share of SOL lost by the model's top tenth, `captured_by_volume` that of the
    volume's.
    """

    train: str
    test: str
    rows: int
    outcomes: int
    auc_exposed: float
    logloss: float
    skill: float
    mean_probability: float
    captured: float
    captured_by_volume: float


def measured(spec: ModelSpec, frame: TrainingFrame, asked: Sequence[Asked]) -> tuple[FoldMeasures, ...]:
    """Measure every fold, the earliest first."""
    return tuple(_measure(spec, frame, one, [other for other in asked if other is not one]) for one in asked)


def _measure(spec: ModelSpec, frame: TrainingFrame, one: Asked, others: Sequence[Asked]) -> FoldMeasures:
    rows, nan = one.rows, float("nan")
    outcome, lost, exposed = frame.target(spec.target)[rows], frame.loss_sol[rows], frame.is_exposed[rows]
    # A fold without others is ranked by what its trees say as it is; by itself it could only be called calibrated.
    told, _ = answers(crossfit.calibrate(spec, frame, one.grown, others or [one]), one.said)
    p = told.probability
    rate = float(np.mean(np.concatenate([frame.target(spec.target)[other.rows] for other in others or [one]])))
    skill = 1 - metrics.brier(outcome, p) / metrics.brier(outcome, np.full(len(p), rate))
    return FoldMeasures(
        train=f"{one.fold.train[0]}..{one.fold.train[-1]}",
        test=f"{one.fold.test[0]}..{one.fold.test[-1]}",
        rows=int(rows.sum()),
        outcomes=int(outcome.sum()),
        auc_exposed=metrics.auc(outcome[exposed], told.ranking[exposed]),
        logloss=metrics.logloss(outcome, p) if others else nan,
        skill=skill if others else nan,
        mean_probability=float(p.mean()) if others else nan,
        captured=metrics.top_share(told.by_money, lost),
        captured_by_volume=metrics.top_share(frame.volume[rows], lost),
    )

"""Trains one model, from frame to evaluation: fits on early days, calibrates on later ones, judges on the last."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from models import boosting, calibration, evaluate, metrics, score
from models.calibration import Calibrator
from models.dataset import TrainingFrame
from models.evaluate import Contender, Evaluation
from models.score import ScoreMap
from models.spec import ModelSpec
from models.time_split import TimeSplit, refuse_too_few

if TYPE_CHECKING:
    from lightgbm import Booster


@dataclass(frozen=True)
class Input:
    """Describes one model input as it was at training: name, group and the sign it was held to."""

    name: str
    group: str
    monotone: int


@dataclass(frozen=True)
class Trained:
    """Holds a model with all that serving and judging it needs; `score_map` is None where it has no score."""

    spec: ModelSpec
    booster: "Booster"
    calibrator: Calibrator
    score_map: ScoreMap | None
    inputs: tuple[Input, ...]
    parts: TimeSplit
    evaluation: Evaluation


def train(
    spec: ModelSpec, frame: TrainingFrame, parts: TimeSplit, inputs: Sequence[Input], frozen: ScoreMap | None = None
) -> Trained:
    """Fit, calibrate and judge. `frozen` is the map of an earlier version, which a score keeps.

    Raises TooFewOutcomesError where a slice has too few outcomes of one kind.
    """
    refuse_too_few(frame, parts, spec.target)
    outcome = frame.target(spec.target)
    fit, calibrate = parts.rows(frame, parts.train), parts.rows(frame, parts.calibrate)
    booster = boosting.grow(spec, frame.names, [given.monotone for given in inputs], frame.x[fit], outcome[fit])
    calibrator = calibration.fit(boosting.raw(booster, frame.x[calibrate]), outcome[calibrate])
    score_map = None
    if spec.has_score:
        score_map = frozen or score.reference(int(outcome[calibrate].sum()), int(calibrate.sum()))
    judged = judge(spec, frame, parts, booster, calibrator)
    exposed = fit & frame.is_exposed
    on_training = metrics.auc(outcome[exposed], boosting.raw(booster, frame.x[exposed]))
    evaluation = Evaluation({**judged.model, "auc_exposed_train": on_training}, judged.baselines)
    return Trained(spec, booster, calibrator, score_map, tuple(inputs), parts, evaluation)


def judge(
    spec: ModelSpec, frame: TrainingFrame, parts: TimeSplit, booster: "Booster", calibrator: Calibrator
) -> Evaluation:
    """Measure a model on the test days of this frame; its inputs are taken by name."""
    columns = [frame.names.index(name) for name in booster.feature_name()]
    x = frame.x[parts.rows(frame, parts.test)]
    log_odds = boosting.raw(booster, x if columns == list(range(x.shape[1])) else np.ascontiguousarray(x[:, columns]))
    return evaluate.judge(frame, parts, spec.target, Contender(log_odds, calibrator.probability(log_odds)), spec.seed)

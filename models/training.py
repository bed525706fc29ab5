"""One training from frame to verdict: fit on the early days, calibrate on later ones, judge on the last."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from models import boosting, calibration, evaluate, metrics, score
from models.calibration import Calibrator
from models.dataset import Split, TrainingFrame, refuse_too_few
from models.evaluate import Contender, Verdict
from models.score import ScoreMap
from models.spec import ModelSpec

if TYPE_CHECKING:
    from lightgbm import Booster


@dataclass(frozen=True)
class Input:
    """One model input as it was at training: name, group and the sign it was held to."""

    name: str
    group: str
    monotone: int


@dataclass(frozen=True)
class Trained:
    """A model with everything that serving and judging it needs; `score_map` is None where it has no score."""

    spec: ModelSpec
    booster: "Booster"
    calibrator: Calibrator
    score_map: ScoreMap | None
    inputs: tuple[Input, ...]
    parts: Split
    verdict: Verdict


def train(
    spec: ModelSpec, frame: TrainingFrame, parts: Split, inputs: Sequence[Input], frozen: ScoreMap | None = None
) -> Trained:
    """Fit, calibrate and judge. `frozen` is the map of an earlier version, which a score keeps.

    Raises TooFewOutcomesError where a slice has too few outcomes of one kind.
    """
    refuse_too_few(frame, parts, spec.target)
    outcome = frame.target(spec.target)
    fit, calibrate = parts.rows(frame, parts.train), parts.rows(frame, parts.calibrate)
    booster = boosting.grow(spec, frame.names, [one.monotone for one in inputs], frame.x[fit], outcome[fit])
    calibrator = calibration.fit(boosting.raw(booster, frame.x[calibrate]), outcome[calibrate])
    score_map = None
    if spec.has_score:
        score_map = frozen or score.reference(int(outcome[calibrate].sum()), int(calibrate.sum()))
    judged = judge(spec, frame, parts, booster, calibrator)
    exposed = fit & frame.is_exposed
    on_training = metrics.auc(outcome[exposed], boosting.raw(booster, frame.x[exposed]))
    verdict = Verdict({**judged.model, "auc_exposed_train": on_training}, judged.baselines)
    return Trained(spec, booster, calibrator, score_map, tuple(inputs), parts, verdict)


def judge(spec: ModelSpec, frame: TrainingFrame, parts: Split, booster: "Booster", calibrator: Calibrator) -> Verdict:
    """Measures of a model on the test days of this frame; its inputs are taken by name."""
    places = [frame.names.index(name) for name in booster.feature_name()]
    x = frame.x[parts.rows(frame, parts.test)]
    log_odds = boosting.raw(booster, x if places == list(range(x.shape[1])) else np.ascontiguousarray(x[:, places]))
    return evaluate.judge(frame, parts, spec.target, Contender(log_odds, calibrator.probability(log_odds)), spec.seed)

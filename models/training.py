"""Trains one model, from frame to evaluation: fits on early days, calibrates on later ones, judges on the last."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

import numpy as np

from models import amount, boosting, calibration, drift, evaluate, metrics, score
from models.baselines import Contender
from models.dataset import Flags, Floats, TrainingFrame
from models.evaluate import Evaluation
from models.scoring.amount import BEND_SOL, Amount
from models.scoring.calibration import Calibrator, sigmoid
from models.scoring.errors import ScoringError
from models.scoring.predictor import AMOUNT, TRADE, Predictor
from models.scoring.score import ScoreMap
from models.scoring.served import Input
from models.spec import ModelSpec
from models.time_split import TimeSplit, refuse_too_few
from pumploss.errors import ModelError

if TYPE_CHECKING:
    from lightgbm import Booster


@dataclass(frozen=True)
class Trained:
    """Holds a model with all that serving and judging it needs; `score_map` is None where it has no score."""

    spec: ModelSpec
    predictor: Predictor
    score_map: ScoreMap | None
    inputs: tuple[Input, ...]
    parts: TimeSplit
    evaluation: Evaluation

    @property
    def booster(self) -> "Booster":
        """Return the trees of the main question."""
        return self.predictor.booster

    @property
    def calibrator(self) -> Calibrator:
        """Return the calibrator of the main question."""
        return self.predictor.calibrator


def train(
    spec: ModelSpec, frame: TrainingFrame, parts: TimeSplit, inputs: Sequence[Input], frozen: ScoreMap | None = None
) -> Trained:
    """Fit, calibrate and judge. `frozen` is the map of an earlier version, which a score keeps.

    Raises TooFewOutcomesError where a slice has too few outcomes of one kind, ModelError where nothing finite fits.
    """
    refuse_too_few(frame, parts, spec.target)
    outcome, calibrate = frame.target(spec.target), parts.rows(frame, parts.calibrate)
    try:
        predictor = _fit(spec, frame, parts, inputs)
    except ScoringError as error:
        raise ModelError(f"{spec.name} cannot be trained: {error}") from error
    score_map = None
    if spec.has_score:
        score_map = frozen or score.reference(int(outcome[calibrate].sum()), int(calibrate.sum()))
    judged = judge(spec, frame, parts, predictor, score_map)
    exposed = parts.rows(frame, parts.train) & frame.is_exposed
    on_training = metrics.auc(outcome[exposed], boosting.raw(predictor.booster, frame.x[exposed]))
    tested = parts.rows(frame, parts.test)
    spreads = drift.reference(frame, parts.rows(frame, parts.train), tested, predictor.probability(frame.x[tested]))
    evaluation = replace(judged, model={**judged.model, "auc_exposed_train": on_training}, reference=spreads)
    return Trained(spec, predictor, score_map, tuple(inputs), parts, evaluation)


def _fit(spec: ModelSpec, frame: TrainingFrame, parts: TimeSplit, inputs: Sequence[Input]) -> Predictor:
    """Grow all trees of the model over the training days, and calibrate each question on the days after them."""
    fit, calibrate = parts.rows(frame, parts.train), parts.rows(frame, parts.calibrate)
    rows = boosting.Rows(spec, frame.names, [given.monotone for given in inputs], frame.x[fit])
    outcome, exposed = frame.target(spec.target), frame.is_exposed
    if not spec.is_hurdle:
        booster = rows.grow(outcome[fit])
        return Predictor(booster, calibration.fit(boosting.raw(booster, frame.x[calibrate]), outcome[calibrate]), {})
    booster = rows.grow(outcome[fit], of=exposed[fit])
    asked = calibrate & exposed
    calibrator = calibration.fit(boosting.raw(booster, frame.x[asked]), outcome[asked])
    trade = rows.grow(exposed[fit], rounds=spec.other_rounds, objective="binary", learning_rate=spec.other_rate)
    of_trade = calibration.fit(boosting.raw(trade, frame.x[calibrate]), exposed[calibrate])
    others, sizes = _amounts(spec, frame, fit, rows)
    plain = Predictor(booster, calibrator, {TRADE: trade, **others}, of_trade, sizes)
    # What the trees expect is brought to what was lost on the calibration days, once the probabilities are calibrated.
    losses = plain.losses(frame.x[calibrate])
    return replace(plain, amount=amount.calibrated(sizes, frame.loss_sol[calibrate], losses))


def _amounts(
    spec: ModelSpec, frame: TrainingFrame, fit: Flags, rows: boosting.Rows
) -> tuple[dict[str, "Booster"], Amount]:
    """Grow the trees that say how much: the mean of a loss' logarithm, and two quantiles of the whole."""
    is_loss, cap = frame.is_loss[fit], amount.cap(frame.loss_sol[fit], frame.is_loss[fit])
    lost = np.minimum(frame.loss_sol[fit], cap)
    logarithm = np.log(np.maximum(lost, BEND_SOL))
    given: dict[str, Any] = {"rounds": spec.other_rounds, "learning_rate": spec.other_rate}
    grown = {AMOUNT: rows.grow(logarithm, of=is_loss, objective="regression", **given)}
    for name, share in amount.QUANTILES.items():
        grown[name] = rows.grow(amount.bent(lost), objective="quantile", alpha=share, **given)
    predicted = boosting.raw(grown[AMOUNT], frame.x[fit][is_loss])
    return grown, Amount(cap, amount.smearing(logarithm[is_loss], predicted))


def judge(
    spec: ModelSpec, frame: TrainingFrame, parts: TimeSplit, predictor: Predictor, score_map: ScoreMap | None = None
) -> Evaluation:
    """Measure a model on the test days of this frame, beside every baseline."""
    x = _tested(frame, parts, predictor)
    if predictor.is_hurdle:
        losses = predictor.losses(x)
        return evaluate.judge(
            spec, frame, parts, Contender(losses.p_loss, losses.p_loss, losses.expected_loss_sol), losses
        )
    log_odds = predictor.log_odds(x)
    scores = None if score_map is None else score_map.score(log_odds)
    return evaluate.judge(spec, frame, parts, Contender(log_odds, sigmoid(log_odds)), scores=scores)


def logloss(spec: ModelSpec, frame: TrainingFrame, parts: TimeSplit, predictor: Predictor) -> float:
    """Measure another model on the same test days by its logloss alone; its inputs are taken by name."""
    probability = predictor.probability(_tested(frame, parts, predictor))
    return metrics.logloss(frame.target(spec.target)[parts.rows(frame, parts.test)], probability)


def _tested(frame: TrainingFrame, parts: TimeSplit, predictor: Predictor) -> Floats:
    return boosting.columns_of(frame.names, predictor.booster, frame.x[parts.rows(frame, parts.test)])

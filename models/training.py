"""Trains one model, from frame to evaluation: folds walk forward, locked days judge, and a refit is what serves."""

from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from functools import partial
from typing import TYPE_CHECKING, Any

from models import boosting, crossfit, curves, drift, evaluate, folds, leaks, metrics, score
from models.answering import answers
from models.crossfit import Raw
from models.dataset import Floats, TrainingFrame
from models.evaluate import Evaluation
from models.phases import Phases
from models.scoring.calibration import Calibrator
from models.scoring.errors import ScoringError
from models.scoring.predictor import Predictor
from models.scoring.score import ScoreMap
from models.scoring.served import Input
from models.spec import ModelSpec
from models.time_split import TimeSplit, refuse_too_few
from pumploss.errors import ModelError

if TYPE_CHECKING:
    from lightgbm import Booster


@dataclass(frozen=True)
class Trained:
    """Holds a model with all that serving and judging it needs; `score_map` is None where it has no score.

    `predictor` is the refit, which serves. `judged` was made in the same way without the locked days, and `evaluation`
    is of it: what has seen all days cannot be judged by any of them.
    """

    spec: ModelSpec
    predictor: Predictor
    judged: Predictor
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
    spec: ModelSpec,
    frame: TrainingFrame,
    parts: TimeSplit,
    inputs: Sequence[Input],
    frozen: ScoreMap | None = None,
    phases: Phases | None = None,
) -> Trained:
    """Walk forward, judge on the locked days, then fit anew on all. `frozen` is the map that a score keeps.

    Raises TooFewOutcomesError where a slice has too few outcomes of one kind, ModelError where nothing finite fits.
    """
    refuse_too_few(frame, parts, spec.target)
    try:
        return _train(spec, frame, parts, inputs, frozen, phases or Phases())
    except ScoringError as error:
        raise ModelError(f"{spec.name} cannot be trained: {error}") from error


def _train(
    spec: ModelSpec,
    frame: TrainingFrame,
    parts: TimeSplit,
    inputs: Sequence[Input],
    frozen: ScoreMap | None,
    phases: Phases,
) -> Trained:
    monotone = [given.monotone for given in inputs]
    with phases.phase("folds"):
        ask = partial(crossfit.ask, spec, frame, monotone=monotone)
        *asked, locked = crossfit.two_at_a_time(partial(ask, fold=fold) for fold in (*parts.folds, parts.locked))
        judged = crossfit.calibrate(spec, frame, locked.grown, asked)
    outcome = frame.target(spec.target)[parts.rows(frame, parts.calibrate)]
    score_map = (frozen or score.reference(int(outcome.sum()), len(outcome))) if spec.has_score else None
    # Trees grow while this thread, which can be interrupted, measures: neither needs the other.
    with phases.phase("judge and refit"), ThreadPoolExecutor(1) as pool:
        # Nothing is chosen any more, so the locked days may teach: the refit learns up to the newest matured label.
        refit = pool.submit(crossfit.grow, spec, frame, parts.refit, monotone)
        evaluation = _evaluated(spec, frame, parts, judged, asked, locked.said, score_map)
        predictor = crossfit.calibrate(spec, frame, refit.result(), [*asked, locked])
    return Trained(spec, predictor, judged, score_map, tuple(inputs), parts, evaluation)


def _evaluated(
    spec: ModelSpec,
    frame: TrainingFrame,
    parts: TimeSplit,
    judged: Predictor,
    asked: Sequence[crossfit.Asked],
    said: Raw,
    score_map: ScoreMap | None,
) -> Evaluation:
    """Judge a model by what its trees said of the locked days, with all that its card tells beside that."""
    found = judge(spec, frame, parts, judged, said, score_map)
    return replace(
        found,
        curves={**found.curves, **_shown(frame, parts, judged)},
        model={**found.model, "auc_exposed_train": _auc_of_training(spec, frame, parts, judged)},
        reference=_spreads(frame, parts, answers(judged, said)[0].probability),
        folds=folds.measured(spec, frame, asked),
        leaks=leaks.measured(spec, frame, parts),
    )


def _auc_of_training(spec: ModelSpec, frame: TrainingFrame, parts: TimeSplit, judged: Predictor) -> float:
    exposed = crossfit.thinned(spec, frame, parts.train) & frame.is_exposed
    return metrics.auc(frame.target(spec.target)[exposed], boosting.raw(judged.booster, frame.x[exposed]))


def _spreads(frame: TrainingFrame, parts: TimeSplit, probability: Floats) -> drift.Reference:
    """Describe the rows that the refit learns from, and what was said of the locked ones before they were known."""
    return drift.reference(frame, parts.rows(frame, parts.refit), parts.rows(frame, parts.test), probability)


def _shown(frame: TrainingFrame, parts: TimeSplit, judged: Predictor) -> dict[str, Any]:
    """Sum up for the report what moves the risk, and what had moved itself, on the locked days."""
    learned, tested = parts.rows(frame, parts.train), parts.rows(frame, parts.test)
    return {
        "effects": curves.effects(judged.booster, frame.x, tested),
        "drift": curves.drift(frame, learned, tested),
    }


def judge(
    spec: ModelSpec,
    frame: TrainingFrame,
    parts: TimeSplit,
    predictor: Predictor,
    said: Raw,
    score_map: ScoreMap | None = None,
) -> Evaluation:
    """Measure a model, whose trees said this of the locked days of this frame, beside every baseline."""
    model, losses = answers(predictor, said)
    scores = None if score_map is None else score_map.score(model.ranking)
    return evaluate.judge(spec, frame, parts, model, losses, scores)


def logloss(spec: ModelSpec, frame: TrainingFrame, parts: TimeSplit, predictor: Predictor) -> float:
    """Measure another model on the same locked days by its logloss alone; its inputs are taken by name."""
    tested = parts.rows(frame, parts.test)
    probability = predictor.probability(boosting.columns_of(frame.names, predictor.booster, frame.x[tested]))
    return metrics.logloss(frame.target(spec.target)[tested], probability)

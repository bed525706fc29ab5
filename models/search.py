"""Searches for better parameters of a model's main trees, within bounds; kept is only what gains in every fold.

Folds alone choose, never the locked days, which judge what was chosen like any other version.
"""

import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import timedelta
from typing import TYPE_CHECKING, Any

import numpy as np

from models import boosting, crossfit, metrics
from models.dataset import TrainingFrame
from models.scoring.calibration import sigmoid
from models.spec import ModelSpec
from models.time_split import Fold, TimeSplit

if TYPE_CHECKING:
    from optuna import Trial
    from optuna.trial import FrozenTrial

#: However many minutes are given.
MOST_TRIALS = 100


@dataclass(frozen=True)
class Found:
    """Holds what a search found: the spec to train with, and the folds' logloss without and with it.

    `is_kept` tells whether every fold gains; `spec` is the one that was asked for if not. `parameters` are those of the
    best candidate that gains everywhere, none if there is none.
    """

    spec: ModelSpec
    trials: int
    asked: tuple[float, ...]
    found: tuple[float, ...] = ()
    parameters: dict[str, Any] = field(default_factory=dict)

    @property
    def is_kept(self) -> bool:
        """Tell whether every fold gains."""
        return bool(self.found)

    def sentence(self) -> str:
        """Say in a line what was tried and what came of it."""
        if not self.is_kept:
            return f"of {self.trials} candidates none was better in all {len(self.asked)} folds; nothing was changed"
        folds = ", ".join(f"{ours:.4f} to {theirs:.4f}" for ours, theirs in zip(self.asked, self.found, strict=True))
        named = ", ".join(f"{name} {value:.4g}" for name, value in self.parameters.items())
        return f"of {self.trials} candidates one was better in every fold ({named}; logloss {folds})"


def search(
    spec: ModelSpec,
    frame: TrainingFrame,
    parts: TimeSplit,
    monotone: Sequence[int],
    minutes: float,
    trials: int = MOST_TRIALS,
    earlier: Mapping[str, Any] | None = None,
) -> Found:
    """Try other parameters for at most so many minutes and trials; the one in work when time is up is finished.

    What an `earlier` search found is tried first. With the same seed, rows and number of trials the same is found.
    """
    import optuna  # only where a search was asked for

    optuna.logging.set_verbosity(optuna.logging.ERROR)
    asked = tuple(_logloss(spec, frame, fold, monotone) for fold in parts.folds)

    def gain(trial: "Trial") -> float:
        candidate, losses = _with(spec, _suggested(trial)), []
        for fold, ours in zip(parts.folds, asked, strict=True):
            losses.append(_logloss(candidate, frame, fold, monotone))
            if losses[-1] >= ours:  # a single fold that does not gain rules it out: the others need no trees
                raise optuna.TrialPruned
        trial.set_user_attr("losses", losses)
        return float(np.mean(np.array(losses) / np.array(asked)))

    study = optuna.create_study(sampler=optuna.samplers.TPESampler(seed=spec.seed))
    if earlier:
        study.enqueue_trial(dict(earlier))
    ends = time.monotonic() + timedelta(minutes=minutes).total_seconds()
    tried = 0
    while tried < trials and time.monotonic() < ends:
        study.optimize(gain, n_trials=1)
        tried += 1
    better = [trial for trial in study.trials if trial.state == optuna.trial.TrialState.COMPLETE]
    if not better:
        return Found(spec, tried, asked)
    best: FrozenTrial = min(better, key=lambda trial: trial.values[0])
    chosen = _with(spec, best.params)
    return Found(chosen, tried, asked, tuple(best.user_attrs["losses"]), best.params)


def _suggested(trial: "Trial") -> dict[str, Any]:
    """Draw parameters around those that are set: shallow trees, since deep ones learn weeks by heart."""
    depth = trial.suggest_int("max_depth", 3, 7)
    return {
        "max_depth": depth,
        "num_leaves": trial.suggest_int("num_leaves", 4, 64, log=True),
        "learning_rate": trial.suggest_float("learning_rate", 0.02, 0.2, log=True),
        "rounds": trial.suggest_int("rounds", 60, 600, log=True),
        "feature_fraction": trial.suggest_float("feature_fraction", 0.3, 1.0),
        "bagging_fraction": trial.suggest_float("bagging_fraction", 0.5, 1.0),
        "lambda_l2": trial.suggest_float("lambda_l2", 0.5, 100.0, log=True),
        "path_smooth": trial.suggest_float("path_smooth", 0.5, 100.0, log=True),
    }


def _with(spec: ModelSpec, drawn: dict[str, Any]) -> ModelSpec:
    parameters = {name: value for name, value in drawn.items() if name != "rounds"}
    return replace(spec, rounds=drawn["rounds"], parameters={**spec.parameters, **parameters})


def _logloss(spec: ModelSpec, frame: TrainingFrame, fold: Fold, monotone: Sequence[int]) -> float:
    """Measure what a fold's main trees say of its later days, as it is: calibration is learned from all folds."""
    rows, fit = crossfit.marked(frame, fold.test), crossfit.thinned(spec, frame, fold.train)
    if spec.is_hurdle:  # of those who trade
        rows = rows & frame.is_exposed
    booster = crossfit.main_trees(spec, frame, fit, monotone)
    outcome = frame.target(spec.target)
    return metrics.logloss(outcome[rows], sigmoid(boosting.raw(booster, frame.x[rows])))

"""Measures a model and the simple rankings it must beat, on the same test rows, calibrated on the same slice."""

from dataclasses import dataclass

import numpy as np

from models import calibration, metrics
from models.dataset import Flags, Floats, TrainingFrame
from models.time_split import TimeSplit

Metrics = dict[str, float]


def finite(measures: Metrics) -> Metrics:
    """Keep the measures that are numbers: a constant prediction, for example, has no calibration line."""
    return {name: value for name, value in measures.items() if np.isfinite(value)}


@dataclass(frozen=True)
class Contender:
    """Holds a ranking and the probabilities made from it, for the rows that are judged."""

    ranking: Floats
    probability: Floats


@dataclass(frozen=True)
class Evaluation:
    """Holds measures of the model and of each baseline on the test days, keyed by measure."""

    model: Metrics
    baselines: dict[str, Metrics]

    def flat(self) -> Metrics:
        """Put all finite measures under one level of names: the model's as they are, a baseline's behind its name."""
        named = {f"{name}.{key}": value for name, measures in self.baselines.items() for key, value in measures.items()}
        return finite({**self.model, **named})


def base_rate(frame: TrainingFrame, parts: TimeSplit, target: str) -> float:
    """Compute the share of outcomes over the latest labels that matured before the test: the calibration days'."""
    return float(frame.target(target)[parts.rows(frame, parts.calibrate)].mean())


def baselines(frame: TrainingFrame, parts: TimeSplit, target: str) -> dict[str, Contender]:
    """Rank the test rows as of T by B0 the trailing base rate, B1 the requester's formula, B4 the volume bought.

    The last two are fitted on the calibration slice as the model is, on a logarithm because both are amounts.
    """
    test, calibrate = parts.rows(frame, parts.test), parts.rows(frame, parts.calibrate)
    outcome = frame.target(target)[calibrate]
    rate = np.full(int(test.sum()), base_rate(frame, parts, target))
    rivals = {"base_rate": Contender(rate, rate)}
    for name, amount in (("formula", frame.formula), ("volume", frame.volume)):
        fitted = calibration.fit(np.log1p(amount[calibrate]), outcome)
        rivals[name] = Contender(amount[test], fitted.probability(np.log1p(amount[test])))
    return rivals


def judge(frame: TrainingFrame, parts: TimeSplit, target: str, model: Contender, seed: int) -> Evaluation:
    """Take every measure of the model and of the baselines on the test days."""
    rows = parts.rows(frame, parts.test)
    rivals = baselines(frame, parts, target)
    reference = metrics.brier(frame.target(target)[rows], rivals["base_rate"].probability)
    measured = {name: finite(_measure(frame, rows, target, rival, reference)) for name, rival in rivals.items()}
    ours = _measure(frame, rows, target, model, reference)
    exposed = frame.is_exposed[rows]
    low, high = metrics.auc_difference_interval(
        frame.target(target)[rows][exposed],
        model.ranking[exposed],
        rivals["formula"].ranking[exposed],
        frame.as_of[rows][exposed],
        seed,
    )
    ours["auc_over_formula"] = ours["auc_exposed"] - measured["formula"]["auc_exposed"]
    ours["auc_over_formula_low"], ours["auc_over_formula_high"] = low, high
    return Evaluation(ours, measured)


def _measure(frame: TrainingFrame, rows: Flags, target: str, given: Contender, reference: float) -> Metrics:
    outcome, exposed, p = frame.target(target)[rows], frame.is_exposed[rows], given.probability
    loss = np.maximum(0.0, -frame.pnl_sol[rows])
    is_rare = 2 * outcome.sum() <= len(outcome)
    slope, intercept = metrics.calibration_line(outcome, p)
    squared = metrics.brier(outcome, p)
    return {
        "auc_exposed": metrics.auc(outcome[exposed], given.ranking[exposed]),
        "auc_all": metrics.auc(outcome, given.ranking),
        "pr_auc_minority": metrics.average_precision(outcome == is_rare, given.ranking * (1 if is_rare else -1)),
        "brier": squared,
        "brier_skill": 1 - squared / reference if reference > 0 else float("nan"),
        "logloss": metrics.logloss(outcome, p),
        "ece": metrics.calibration_error(outcome, p),
        "calibration_slope": slope,
        "calibration_intercept": intercept,
        "loss_captured_top_decile": metrics.top_share(given.ranking, loss),
        "lift_top_decile": metrics.top_share(given.ranking, outcome.astype(np.float64)) / 0.1,
        "rate": float(outcome.mean()),
        "mean_probability": float(p.mean()),
    }

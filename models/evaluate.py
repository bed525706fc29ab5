"""Measures a model and the simple rankings it must beat, on the same test rows, calibrated on the same slice."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from typing import Any

import numpy as np

from models import baselines, curves, doubts, metrics
from models.amount import QUANTILES
from models.baselines import Contender
from models.bootstrap import Draws, Interval, clusters, losses_of
from models.dataset import Flags, Floats, TrainingFrame
from models.doubts import Doubt
from models.drift import Reference
from models.folds import FoldMeasures
from models.large_losses import Called, called
from models.leaks import Leaks
from models.score import Band
from models.scoring.coherent import Losses
from models.scoring.score import BANDS, bands
from models.slices import Slice, slices
from models.spec import ModelSpec
from models.time_split import TimeSplit

Metrics = dict[str, float]

#: Baselines that say where the money is lost: who trades most, and who lost most.
MONEY_RANKINGS = ("volume", "losses_30d")


def finite(measures: Metrics) -> Metrics:
    """Keep the measures that are numbers: a constant prediction, for example, has no calibration line."""
    return {name: value for name, value in measures.items() if np.isfinite(value)}


@dataclass(frozen=True)
class Evaluation:
    """Holds measures of the model and of each baseline on the locked days, keyed by measure, and what the gate weighs.

    `folds` are the weeks before those days. `comparisons` are paired differences to each baseline, above zero where the
    model is better. `bands` are those of a score, `large_losses` who lost much in the calm ones, `slices` say where
    predictions and outcomes differ, `reference` is what later days are compared with, `leaks` what could know too much,
    `doubts` what uncertain outcomes weigh, `curves` are the lines of the report.
    """

    model: Metrics
    baselines: dict[str, Metrics]
    comparisons: dict[str, Interval] = field(default_factory=dict)
    slices: tuple[Slice, ...] = ()
    bands: tuple[Band, ...] = ()
    large_losses: tuple[Called, ...] = ()
    reference: Reference | None = None
    folds: tuple[FoldMeasures, ...] = ()
    leaks: Leaks | None = None
    doubts: tuple[Doubt, ...] = ()
    curves: dict[str, Any] = field(default_factory=dict)

    def evidence(self) -> dict[str, Any]:
        """List everything that was measured, fit for JSON: what is not a number is left out, or None inside a row."""
        return {
            "model": finite(self.model),
            "baselines": self.baselines,
            "comparisons": {name: _plain(one) for name, one in self.comparisons.items()},
            "slices": [_plain(one) for one in self.slices],
            "bands": [_plain(one) for one in self.bands],
            "large_losses": [_plain(one) for one in self.large_losses],
            "folds": [_plain(one) for one in self.folds],
            "doubts": [_plain(one) for one in self.doubts],
            "reference": None if self.reference is None else asdict(self.reference),
            "leaks": None if self.leaks is None else asdict(self.leaks),
            "curves": self.curves,
        }

    def flat(self) -> Metrics:
        """Put all finite measures under one level of names: the model's as they are, a baseline's behind its name."""
        named = {f"{name}.{key}": value for name, measures in self.baselines.items() for key, value in measures.items()}
        compared = {f"over.{name}": one.value for name, one in self.comparisons.items()}
        return finite({**self.model, **named, **compared})


def _plain(row: Interval | Slice | Band | Called | FoldMeasures | Doubt) -> dict[str, Any]:
    return {name: None if value != value else value for name, value in asdict(row).items()}  # noqa: PLR0124 - NaN


def judge(
    spec: ModelSpec,
    frame: TrainingFrame,
    parts: TimeSplit,
    model: Contender,
    losses: Losses | None = None,
    scores: Floats | None = None,
) -> Evaluation:
    """Take every measure of the model and of the baselines on the test days.

    `losses` are the answers of a hurdle model, `scores` those of a model that has a score.
    """
    rows, target, seed = parts.rows(frame, parts.test), spec.target, spec.seed
    outcome, lost, exposed = frame.target(target)[rows], frame.loss_sol[rows], frame.is_exposed[rows]
    rivals = baselines.rivals(frame, parts, spec)
    reference = metrics.brier(outcome, rivals["base_rate"].probability)
    measured = {name: finite(_measure(frame, rows, target, rival, reference)) for name, rival in rivals.items()}
    ours = _measure(frame, rows, target, model, reference)
    formula = rivals["formula"].ranking
    low, high = metrics.auc_difference_interval(
        outcome[exposed], model.ranking[exposed], formula[exposed], frame.as_of[rows][exposed], seed
    )
    ours["auc_over_formula"] = ours["auc_exposed"] - measured["formula"]["auc_exposed"]
    ours["auc_over_formula_low"], ours["auc_over_formula_high"] = low, high
    if losses is not None:
        ours |= _hurdle(frame, rows, losses)
    draws = Draws(clusters(frame, rows), seed)
    if scores is not None:
        ours |= {"scores_at_0": float(np.mean(scores <= 0)), "scores_at_100": float(np.mean(scores >= 100))}
    return Evaluation(
        ours,
        measured,
        compared(outcome, lost, model, rivals, draws),
        tuple(slices(spec, frame, parts, outcome, model.probability, draws)),
        () if scores is None else banded(scores, outcome, lost, draws),
        () if scores is None else called(np.array(bands(scores)), lost, draws),
        doubts=doubts.measured(spec, frame, parts, model),
        curves={
            "reliability": curves.reliability(outcome, model.probability, draws),
            "gains": curves.gains(model, rivals, lost),
        },
    )


def compared(
    outcome: Flags, lost: Floats, model: Contender, rivals: Mapping[str, Contender], draws: Draws
) -> dict[str, Interval]:
    """Compare the model with each baseline, row by row: logloss with all, SOL captured with who ranks by money."""
    ours = losses_of(outcome, model.probability)
    found = {
        f"logloss_of_{name}": draws.mean_difference(losses_of(outcome, rival.probability), ours)
        for name, rival in rivals.items()
    }
    return found | {
        f"captured_over_{name}": draws.captured_difference(model.by_money, rivals[name].ranking, lost)
        for name in MONEY_RANKINGS
    }


def banded(scores: Floats, outcome: Flags, lost: Floats, draws: Draws) -> tuple[Band, ...]:
    """Tell what became of the rows of each band."""
    edges, found, total = [lowest for _, lowest in BANDS[1:]], [], float(lost.sum())
    member = np.searchsorted(edges, scores, side="right")
    for number, (name, lowest) in enumerate(BANDS):
        inside = member == number
        rate = draws.share(outcome & inside, inside)
        sol = float(lost[inside].sum()) / total if total > 0 else float("nan")
        found.append(Band(name, lowest, float(inside.mean()), sol, rate.value, rate.low, rate.high))
    return tuple(found)


def _hurdle(frame: TrainingFrame, rows: Flags, losses: Losses) -> Metrics:
    """Measure what only a hurdle model says: who is exposed, who of these loses, and how much is lost."""
    lost, exposed, is_loss = frame.loss_sol[rows], frame.is_exposed[rows], frame.is_loss[rows]
    if_exposed = losses.p_loss_if_exposed[exposed]
    said = {"p50": losses.loss_p50_sol, "p90": losses.loss_p90_sol}
    return {
        "auc_trade": metrics.auc(exposed, losses.p_trade),
        "ece_trade": metrics.calibration_error(exposed, losses.p_trade),
        "auc_if_exposed": metrics.auc(is_loss[exposed], if_exposed),
        "logloss_if_exposed": metrics.logloss(is_loss[exposed], if_exposed),
        "ece_if_exposed": metrics.calibration_error(is_loss[exposed], if_exposed),
        "sol_captured_by_probability": metrics.top_share(losses.p_loss, lost),
        "expected_over_lost": float(losses.expected_loss_sol.sum()) / (float(lost.sum()) or float("nan")),
        "normalised_gini": metrics.normalised_gini(losses.expected_loss_sol, lost),
        **{f"coverage_{name}": float(np.mean(lost <= said[name])) for name in QUANTILES},
        **{f"pinball_skill_{name}": metrics.pinball_skill(lost, said[name], q) for name, q in QUANTILES.items()},
    }


def _measure(frame: TrainingFrame, rows: Flags, target: str, given: Contender, reference: float) -> Metrics:
    outcome, exposed, p = frame.target(target)[rows], frame.is_exposed[rows], given.probability
    loss = frame.loss_sol[rows]
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
        "loss_captured_top_decile": metrics.top_share(given.by_money, loss),
        "lift_top_decile": metrics.top_share(given.ranking, outcome.astype(np.float64)) / 0.1,
        "rate": float(outcome.mean()),
        "mean_probability": float(p.mean()),
    }

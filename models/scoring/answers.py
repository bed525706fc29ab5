"""Answers what a risk model is asked, and a loss model beside it, so that neither contradicts the other."""

from dataclasses import dataclass

import numpy as np

from . import trees
from .arrays import Floats
from .calibration import logit, sigmoid
from .coherent import Losses, coherent
from .errors import ScoringError
from .reasons import Explainer, Split, bounded
from .score import bands
from .served import Served

#: Log-odds exist strictly between 0 and 1.
EDGE = 1e-12

#: Bands of which nothing needs to be explained: half of the usual risk, or less.
WITHOUT_REASONS = ("very low", "low")


@dataclass(frozen=True)
class Risks:
    """Holds the answers of a risk model, one value per row."""

    p_severe: Floats
    risk_score: Floats
    risk_band: list[str]
    reasons: list[str]


def risks(risk: Served, x: Floats, p_loss: Floats, split: Split = trees.split) -> Risks:
    """Answer for rows of the risk model's inputs, never above these probabilities of a loss.

    Raises ScoringError for a model without a score.
    """
    if risk.score_map is None:
        raise ScoringError(f"{risk.name} version {risk.version} has no score map. Train it again.")
    # Two models may contradict each other, what is published may not: who loses severely, loses.
    own = risk.predictor.log_odds(x)
    severe = np.minimum(own, logit(np.clip(p_loss, EDGE, 1 - EDGE)))
    scores = risk.score_map.score(severe)
    names = bands(scores)
    is_told = np.isin(names, WITHOUT_REASONS, invert=True)
    explainer = Explainer(risk.booster, risk.calibrator, risk.inputs, risk.peers, split)
    listed = explainer.reasons(x[is_told], own[is_told])
    told = iter(bounded(listed, (severe - own)[is_told], p_loss[is_told]))
    return Risks(
        # Through log-odds and back, the last bit may pass the bound.
        p_severe=np.minimum(sigmoid(severe), p_loss),
        risk_score=scores,
        risk_band=names,
        reasons=[next(told) if named else "[]" for named in is_told],
    )


def both(losses: Losses, loss: Served, risk: Served, x: Floats, split: Split = trees.split) -> tuple[Losses, Risks]:
    """Answer for rows of the risk model's inputs beside what the loss model said of them, so that none contradicts.

    Raises ScoringError for a model without a score, or a loss model without amounts.
    """
    if loss.amount is None:
        raise ScoringError(f"{loss.name} version {loss.version} says no amounts. Train it again.")
    found = risks(risk, x, losses.p_loss, split)
    return coherent(losses, loss.amount, found.p_severe), found

"""Answers what a risk model is asked, and a loss model beside it, so that neither contradicts the other."""

from dataclasses import dataclass

import numpy as np

from . import trees
from .arrays import Flags, Floats
from .calibration import logit, sigmoid
from .coherent import Implied, Losses, coherent, implied
from .errors import ScoringError
from .reasons import Explainer, Split
from .score import bands
from .sentences import bounded
from .served import Served

#: Log-odds exist strictly between 0 and 1.
EDGE = 1e-12

#: Bands that need no reasons: no more than the usual risk. Whoever is said to lose so much, SOL, on average or in one
#: case of ten, is told them all the same.
WITHOUT_REASONS = ("very low", "low")
TOLD_FROM_SOL = 1.0


@dataclass(frozen=True)
class Risks:
    """Holds the answers of a risk model, one value per row."""

    p_severe: Floats
    risk_score: Floats
    risk_band: list[str]
    reasons: list[str]


@dataclass(frozen=True)
class _Severe:
    """Holds log-odds of a severe loss: the risk model's `own`, and those that contradict nothing said of the loss."""

    own: Floats
    log_odds: Floats
    p_loss: Floats
    implied: Implied

    @property
    def probability(self) -> Floats:
        """Return the probability. Through log-odds and back, its last bit may pass what bounds it."""
        return np.clip(sigmoid(self.log_odds), self.implied.p_severe, self.p_loss)


def risks(risk: Served, x: Floats, p_loss: Floats, split: Split = trees.split) -> Risks:
    """Answer for rows of the risk model's inputs, never above these probabilities of a loss; nobody says how much.

    Raises ScoringError for a model without a score.
    """
    nothing = np.zeros(len(x))
    return _told(risk, x, _severe(risk, x, p_loss, Implied(nothing, nothing)), nothing > 0, split)


def both(losses: Losses, loss: Served, risk: Served, x: Floats, split: Split = trees.split) -> tuple[Losses, Risks]:
    """Answer for rows of the risk model's inputs beside what the loss model said of them, so that none contradicts.

    Raises ScoringError for a model without a score, or a loss model without amounts.
    """
    if loss.amount is None:
        raise ScoringError(f"{loss.name} version {loss.version} says no amounts. Train it again.")
    severe = _severe(risk, x, losses.p_loss, implied(losses, loss.amount))
    said = coherent(losses, loss.amount, severe.probability)
    is_much = np.maximum(said.expected_loss_sol, said.loss_p90_sol) >= TOLD_FROM_SOL
    return said, _told(risk, x, severe, is_much, split)


def _severe(risk: Served, x: Floats, p_loss: Floats, least: Implied) -> _Severe:
    """Ask the risk model, within the bounds of what is said of the loss."""
    # Two models may contradict each other, what is published may not: who loses severely, loses, and who loses as much
    # as is always severe, loses severely. A quantile so high needs a loss that is likely enough, so both can hold.
    own = risk.predictor.log_odds(x)
    low, high = (logit(np.clip(bound, EDGE, 1 - EDGE)) for bound in (least.p_severe, p_loss))
    raised = np.where(least.p_severe > 0, np.maximum(own, low), own)
    return _Severe(own, np.minimum(raised, high), p_loss, least)


def _told(risk: Served, x: Floats, severe: _Severe, is_much: Flags, split: Split) -> Risks:
    """Make scores and bands, and reasons for who has a higher band or is said to lose much."""
    if risk.score_map is None:
        raise ScoringError(f"{risk.name} version {risk.version} has no score map. Train it again.")
    scores = risk.score_map.score(severe.log_odds)
    names = bands(scores)
    is_told = np.isin(names, WITHOUT_REASONS, invert=True) | is_much
    explainer = Explainer(risk.booster, risk.calibrator, risk.inputs, risk.peers, split)
    listed = explainer.reasons(x[is_told], severe.own[is_told])
    least = Implied(severe.implied.p_severe[is_told], severe.implied.quantile_sol[is_told])
    told = iter(bounded(listed, (severe.log_odds - severe.own)[is_told], severe.p_loss[is_told], least))
    return Risks(
        p_severe=severe.probability,
        risk_score=scores,
        risk_band=names,
        reasons=[next(told) if named else "[]" for named in is_told],
    )

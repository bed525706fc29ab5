"""Measures ranked and calibrated predictions, each by a plain function of arrays."""

import numpy as np
import numpy.typing as npt

from models.calibration import likeliest_line
from models.dataset import Flags, Floats
from models.scoring.calibration import logit

ECE_BINS = 15
BOOTSTRAPS = 1000

#: Probabilities are kept this far off 0 and 1 before a logarithm.
EDGE = 1e-12


def auc(outcome: Flags, ranking: Floats) -> float:
    """Compute the chance that a row with the outcome ranks above one without; ties count half. NaN without both."""
    positive, negative = ranking[outcome], np.sort(ranking[~outcome])
    if not len(positive) or not len(negative):
        return float("nan")
    return _concordant(positive, negative) / (len(positive) * len(negative))


def _concordant(positive: Floats, negative_sorted: Floats) -> float:
    below = np.searchsorted(negative_sorted, positive, side="left")
    up_to = np.searchsorted(negative_sorted, positive, side="right")
    return float(below.sum() + up_to.sum()) / 2


def average_precision(outcome: Flags, ranking: Floats) -> float:
    """Compute the area under precision over recall, rows of equal rank taken together. NaN without the outcome."""
    if not outcome.any():
        return float("nan")
    order = np.argsort(-ranking, kind="stable")
    last_of_tie = np.append(np.diff(ranking[order]) != 0, True)
    hits = np.cumsum(outcome[order])[last_of_tie]
    precision = hits / (np.flatnonzero(last_of_tie) + 1)
    return float((precision * np.diff(hits, prepend=0)).sum() / outcome.sum())


def brier(outcome: Flags, p: Floats) -> float:
    """Compute the mean squared error of the probabilities."""
    return float(np.mean((p - outcome) ** 2))


def logloss(outcome: Flags, p: Floats) -> float:
    """Compute the mean negative log-likelihood, probabilities kept 1e-12 off 0 and 1."""
    safe = np.clip(p, EDGE, 1 - EDGE)
    return float(-np.mean(np.where(outcome, np.log(safe), np.log1p(-safe))))


def calibration_error(outcome: Flags, p: Floats) -> float:
    """Compute the mean gap between predicted and observed rate over 15 bins of equally many rows (ECE)."""
    order = np.argsort(p, kind="stable")
    bins = [part for part in np.array_split(order, ECE_BINS) if len(part)]
    return float(sum(abs(p[part].mean() - outcome[part].mean()) * len(part) for part in bins) / len(p))


def calibration_line(outcome: Flags, p: Floats) -> tuple[float, float]:
    """Fit outcomes on predicted log-odds: slope and intercept (1, 0) are perfect, NaN where all are alike."""
    log_odds = logit(np.clip(p, EDGE, 1 - EDGE))
    if np.ptp(log_odds) < EDGE:
        return float("nan"), float("nan")
    return likeliest_line(log_odds, outcome.astype(np.float64))


def top_share(ranking: Floats, amount: Floats, share: float = 0.1) -> float:
    """Compute the part of the amount that falls on the top share of the ranking; tied rows share theirs evenly."""
    total = float(amount.sum())
    if total <= 0:
        return float("nan")
    first = max(1, round(len(ranking) * share))
    threshold = np.partition(ranking, -first)[-first]
    above, tied = ranking > threshold, ranking == threshold
    taken = float(amount[above].sum())
    taken += float(amount[tied].mean()) * (first - int(above.sum()))
    return taken / total


def normalised_gini(ranking: Floats, amount: Floats) -> float:
    """Compute how far the ranking separates amounts, as a part of what their own order would: 0 is chance."""

    def area(by: Floats) -> float:
        gained = np.cumsum(amount[np.argsort(-by, kind="stable")]) / amount.sum()
        return float(gained.mean()) - 0.5

    total = float(amount.sum())
    return area(ranking) / area(amount) if total > 0 and np.ptp(amount) > 0 else float("nan")


def pinball(amount: Floats, quantile: Floats | float, share: float) -> float:
    """Compute the mean pinball loss of a quantile of this share: what too low and too high cost."""
    gap = amount - quantile
    return float(np.mean(np.maximum(share * gap, (share - 1) * gap)))


def pinball_skill(amount: Floats, quantile: Floats, share: float) -> float:
    """Compare the pinball loss with that of one quantile for all rows, known after the fact. NaN where that is 0."""
    of_one = pinball(amount, float(np.quantile(amount, share)), share)
    return 1 - pinball(amount, quantile, share) / of_one if of_one > 0 else float("nan")


def auc_difference_interval(
    outcome: Flags, first: Floats, second: Floats, day: npt.NDArray[np.datetime64], seed: int
) -> tuple[float, float]:
    """Estimate a 95 % interval of auc(first) - auc(second) by drawing whole days again with replacement.

    Exact and cheap: concordant pairs are counted once per pair of days, a draw only weighs the counts.
    """
    days, number = np.unique(day, return_inverse=True)
    gap = _day_pairs(outcome, first, number, len(days)) - _day_pairs(outcome, second, number, len(days))
    positive = np.bincount(number[outcome], minlength=len(days))
    negative = np.bincount(number[~outcome], minlength=len(days))
    draws = np.random.default_rng(seed).integers(0, len(days), (BOOTSTRAPS, len(days)))
    weight = np.apply_along_axis(np.bincount, 1, draws, minlength=len(days)).astype(np.float64)
    pairs = (weight @ positive) * (weight @ negative)
    differences = np.einsum("bi,ij,bj->b", weight, gap, weight)[pairs > 0] / pairs[pairs > 0]
    if not len(differences):
        return float("nan"), float("nan")
    low, high = np.quantile(differences, [0.025, 0.975])
    return float(low), float(high)


def _day_pairs(outcome: Flags, ranking: Floats, number: npt.NDArray[np.intp], days: int) -> Floats:
    positive = [ranking[outcome & (number == day)] for day in range(days)]
    negative = [np.sort(ranking[~outcome & (number == day)]) for day in range(days)]
    return np.array([[_concordant(gains, others) for others in negative] for gains in positive])

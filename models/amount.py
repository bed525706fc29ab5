"""Fits how much a loss costs: what training takes at its word, and what brings the trees' amounts to what was lost."""

from dataclasses import replace

import numpy as np

from features.labels import DUST_LAMPORTS, LARGE_LAMPORTS, SEVERE_LAMPORTS
from models.dataset import Flags, Floats
from models.scoring.amount import BEND_SOL, Amount
from models.scoring.coherent import Losses
from pumploss.money import LAMPORTS_PER_SOL

#: Quantiles of the loss that are published.
QUANTILES = {"p50": 0.5, "p90": 0.9}

#: What the labels make of an amount, SOL: a loss is more than the first, a severe loss at least the second, and from
#: the third on a loss is severe whatever the capital at risk.
LOSS_SOL = DUST_LAMPORTS / LAMPORTS_PER_SOL
SEVERE_SOL = min(SEVERE_LAMPORTS, LARGE_LAMPORTS) / LAMPORTS_PER_SOL
ALWAYS_SEVERE_SOL = SEVERE_LAMPORTS / LAMPORTS_PER_SOL

#: The largest losses count as this quantile of the training days' losses: one whale must not bend all trees.
WINSOR_QUANTILE = 0.999


def calibrated(sizes: Amount, loss_sol: Floats, losses: Losses) -> Amount:
    """Fit multiplier and scales on what was lost where these losses were said, by this very object unfitted."""
    quantiles = {"p50": losses.loss_p50_sol, "p90": losses.loss_p90_sol}
    return replace(
        sizes,
        multiplier=multiplier(np.minimum(loss_sol, sizes.cap_sol), losses.expected_loss_sol),
        **{name: coverage_scale(loss_sol, quantiles[name], share) for name, share in QUANTILES.items()},
    )


def bent(loss_sol: Floats) -> Floats:
    """Take the logarithm that quantile trees learn on: 0 stays 0."""
    scaled: Floats = np.log1p(loss_sol / BEND_SOL)
    return scaled


def smearing(log_amount: Floats, predicted: Floats) -> float:
    """Estimate E[amount] / exp(E[log amount]) from residuals (Duan's smearing)."""
    return float(np.mean(np.exp(log_amount - predicted)))


def multiplier(loss_sol: Floats, expected: Floats) -> float:
    """Find what the expected losses must be multiplied with to sum up to the losses; 1 where there is neither."""
    lost, said = float(loss_sol.sum()), float(expected.sum())
    return lost / said if lost > 0 and said > 0 else 1.0


def coverage_scale(loss_sol: Floats, quantile_sol: Floats, share: float) -> float:
    """Find the factor with which this share of the losses lies at or below the quantile (split conformal).

    Losses of rows whose quantile is 0 cannot be covered by any factor: they count as above it.
    """
    is_open = quantile_sol > 0
    ratio: Floats = np.where(loss_sol > 0, np.inf, 0.0)
    ratio[is_open] = loss_sol[is_open] / quantile_sol[is_open]
    scale = float(np.quantile(ratio, share, method="higher"))
    # Where most lose nothing, or cannot be covered, coverage says nothing about the factor.
    return scale if np.isfinite(scale) and scale > 0 else 1.0


def cap(loss_sol: Floats, is_loss: Flags) -> float:
    """Find the largest amount that training takes at its word."""
    return float(np.quantile(loss_sol[is_loss], WINSOR_QUANTILE)) if is_loss.any() else BEND_SOL

"""Keeps what is said of a wallet free of contradictions: its amounts are bounded by its own probabilities."""

from dataclasses import dataclass, replace

import numpy as np

from .amount import Amount
from .arrays import Floats

#: So much of what may come lies above either quantile.
ABOVE_P50, ABOVE_P90 = 0.5, 0.1


@dataclass(frozen=True)
class Losses:
    """Holds the answers of a loss model, one value per row; `p_loss` is the product of the two before it."""

    p_trade: Floats
    p_loss_if_exposed: Floats
    p_loss: Floats
    expected_loss_sol: Floats
    loss_p50_sol: Floats
    loss_p90_sol: Floats


def coherent(losses: Losses, amount: Amount, p_severe: Floats | None = None) -> Losses:
    """Bound the amounts, SOL, by the probabilities of a loss and, where it is known, of a severe one.

    A loss is more than `loss_sol`: a quantile is above that only if a loss is likely enough, and below it only if it is
    not. A severe loss is `severe_sol` or more: where one is likely enough, so is the quantile. An expected loss is no
    less than all of these at their least: a tenth of all lose P90 or more, and four tenths between P50 and that. What
    keeps to this already stays as it is, to the last bit.
    """
    severe = np.zeros_like(losses.p_loss) if p_severe is None else np.minimum(p_severe, losses.p_loss)
    least = severe * amount.severe_sol + (losses.p_loss - severe) * amount.loss_sol

    def quantile(said: Floats, above: float) -> Floats:
        if not amount.loss_sol:
            return said
        is_loss = losses.p_loss >= above
        bound = np.where(is_loss, np.maximum(said, amount.loss_sol), np.minimum(said, amount.loss_sol))
        return np.where(severe > above, np.maximum(bound, amount.severe_sol), bound)

    p50, p90 = quantile(losses.loss_p50_sol, ABOVE_P50), quantile(losses.loss_p90_sol, ABOVE_P90)
    if amount.loss_sol:
        least = np.maximum(least, ABOVE_P90 * p90 + (ABOVE_P50 - ABOVE_P90) * np.minimum(p50, p90))
    expected = np.maximum(losses.expected_loss_sol, least)
    return replace(losses, expected_loss_sol=expected, loss_p50_sol=p50, loss_p90_sol=p90)


@dataclass(frozen=True)
class Implied:
    """Holds what quantiles of a loss say of a severe one: it is at least so likely, because of this amount, SOL.

    The probability is 0 where neither quantile says anything.
    """

    p_severe: Floats
    quantile_sol: Floats


def implied(losses: Losses, amount: Amount) -> Implied:
    """Say how likely a severe loss is at least: one of `always_severe_sol` or more is severe, whatever is at risk."""
    least, because = np.zeros_like(losses.p_loss), losses.loss_p90_sol
    for said, above in ((losses.loss_p90_sol, ABOVE_P90), (losses.loss_p50_sol, ABOVE_P50)):
        is_so = (said >= amount.always_severe_sol) & (amount.always_severe_sol > 0)
        least, because = np.where(is_so, above, least), np.where(is_so, said, because)
    return Implied(least, because)

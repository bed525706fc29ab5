"""Says how much a loss costs: a hurdle model, P(loss) times a lognormal amount, and two quantiles of the whole."""

import json
from dataclasses import asdict, dataclass, replace
from typing import TYPE_CHECKING, Self

import numpy as np

from models.dataset import Flags, Floats
from pumploss.errors import ModelError

if TYPE_CHECKING:
    from models.predictor import Losses

#: Quantiles of the loss that are published.
QUANTILES = {"p50": 0.5, "p90": 0.9}

#: The largest losses count as this quantile of the training days' losses: one whale must not bend all trees.
WINSOR_QUANTILE = 0.999

#: Amounts are learned on a logarithm whose bend is where a loss begins to count.
BEND_SOL = 0.01


@dataclass(frozen=True)
class Amount:
    """Turns what the trees say into SOL; every number was fitted before the test days.

    `cap_sol` winsorises training amounts. `smearing` is the mean of exp(residual), without which a mean of logarithms
    is far too low; `multiplier` brings the sum to what was lost on the calibration days; `p50` and `p90` scale the
    quantiles to their coverage there.
    """

    cap_sol: float
    smearing: float
    multiplier: float = 1.0
    p50: float = 1.0
    p90: float = 1.0

    def __post_init__(self) -> None:
        odd = [name for name, value in asdict(self).items() if not (np.isfinite(value) and value > 0)]
        if odd:
            raise ModelError(f"The amount model has no use for {', '.join(odd)}: {asdict(self)}. Train it again.")

    def expected(self, p_loss: Floats, log_amount: Floats) -> Floats:
        """Multiply the probability with the expected amount of a loss, SOL."""
        amounts: Floats = np.minimum(np.exp(log_amount) * self.smearing, self.cap_sol)
        return p_loss * amounts * self.multiplier

    def quantiles(self, bent_p50: Floats, bent_p90: Floats) -> tuple[Floats, Floats]:
        """Unbend the trees' quantiles to SOL, never below 0 and never crossing."""
        low, high = unbent(bent_p50) * self.p50, unbent(bent_p90) * self.p90
        return np.minimum(low, high), np.maximum(low, high)

    def calibrated(self, loss_sol: Floats, losses: "Losses") -> Self:
        """Fit multiplier and scales on what was lost where these losses were said, by this very object unfitted."""
        quantiles = {"p50": losses.loss_p50_sol, "p90": losses.loss_p90_sol}
        return replace(
            self,
            multiplier=multiplier(np.minimum(loss_sol, self.cap_sol), losses.expected_loss_sol),
            **{name: coverage_scale(loss_sol, quantiles[name], share) for name, share in QUANTILES.items()},
        )

    def to_json(self) -> str:
        """Write the numbers; reading them back gives the same to the last bit."""
        return json.dumps({"kind": "lognormal hurdle", **asdict(self)})

    @classmethod
    def from_json(cls, text: str) -> Self:
        """Read what `to_json` wrote. Raises ModelError for any other content."""
        try:
            content = json.loads(text)
            kind, numbers = content.pop("kind"), {name: float(value) for name, value in content.items()}
            restored = cls(**numbers)
        except (ValueError, KeyError, TypeError, AttributeError) as error:
            raise ModelError(f"amount.json cannot be read: {error!r}. Train the model again.") from error
        if kind != "lognormal hurdle":
            raise ModelError(f"amount.json is of kind {kind!r}: score with the code that wrote it.")
        return restored


def bent(loss_sol: Floats) -> Floats:
    """Take the logarithm that quantile trees learn on: 0 stays 0."""
    scaled: Floats = np.log1p(loss_sol / BEND_SOL)
    return scaled


def unbent(values: Floats) -> Floats:
    """Undo `bent`; what a tree puts below 0 is 0."""
    sol: Floats = np.expm1(np.maximum(values, 0.0)) * BEND_SOL
    return sol


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

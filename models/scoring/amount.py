"""Says how much a loss costs: a hurdle model, P(loss) times a lognormal amount, and two quantiles of the whole."""

import json
from dataclasses import asdict, dataclass
from typing import Self

import numpy as np

from .arrays import Floats
from .errors import ScoringError

#: Amounts are learned on a logarithm whose bend is where a loss begins to count.
BEND_SOL = 0.01

#: What labels make of an amount, which a version may not say.
_OF_LABELS = ("loss_sol", "severe_sol", "always_severe_sol")


@dataclass(frozen=True)
class Amount:
    """Turns what the trees say into SOL; every number was fitted before the test days.

    `cap_sol` winsorises training amounts. `smearing` is the mean of exp(residual), without which a mean of logarithms
    is far too low; `multiplier` brings the sum to what was lost on the calibration days; `p50` and `p90` scale the
    quantiles to their coverage there. By the labels that were learned a loss is more than `loss_sol`, a severe one at
    least `severe_sol`, and one of `always_severe_sol` or more is severe whatever is at risk; each is 0 in a version
    that does not say so, whose amounts it does not bound.
    """

    cap_sol: float
    smearing: float
    multiplier: float = 1.0
    p50: float = 1.0
    p90: float = 1.0
    loss_sol: float = 0.0
    severe_sol: float = 0.0
    always_severe_sol: float = 0.0

    def __post_init__(self) -> None:
        odd = [name for name, value in asdict(self).items() if not (np.isfinite(value) and value > 0)]
        odd = [name for name in odd if name not in _OF_LABELS or vars(self)[name] != 0]
        if odd:
            raise ScoringError(f"The amount model has no use for {', '.join(odd)}: {asdict(self)}. Train it again.")

    def expected(self, p_loss: Floats, log_amount: Floats) -> Floats:
        """Multiply the probability with the expected amount of a loss, SOL."""
        amounts: Floats = np.minimum(np.exp(log_amount) * self.smearing, self.cap_sol)
        return p_loss * amounts * self.multiplier

    def quantiles(self, bent_p50: Floats, bent_p90: Floats) -> tuple[Floats, Floats]:
        """Unbend the trees' quantiles to SOL, never below 0 and never crossing."""
        low, high = unbent(bent_p50) * self.p50, unbent(bent_p90) * self.p90
        return np.minimum(low, high), np.maximum(low, high)

    def to_json(self) -> str:
        """Write the numbers; reading them back gives the same to the last bit."""
        return json.dumps({"kind": "lognormal hurdle", **asdict(self)})

    @classmethod
    def from_json(cls, text: str) -> Self:
        """Read what `to_json` wrote. Raises ScoringError for any other content."""
        try:
            content = json.loads(text)
            kind, numbers = content.pop("kind"), {name: float(value) for name, value in content.items()}
            restored = cls(**numbers)
        except (ValueError, KeyError, TypeError, AttributeError) as error:
            raise ScoringError(f"amount.json cannot be read: {error!r}. Train the model again.") from error
        if kind != "lognormal hurdle":
            raise ScoringError(f"amount.json is of kind {kind!r}: score with the code that wrote it.")
        return restored


def unbent(values: Floats) -> Floats:
    """Undo the logarithm that quantile trees learn on; what a tree puts below 0 is 0."""
    sol: Floats = np.expm1(np.maximum(values, 0.0)) * BEND_SOL
    return sol

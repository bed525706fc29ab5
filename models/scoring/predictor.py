"""Asks the trees of a model: who trades, who then loses, and how much; or who loses severely."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

from . import trees
from .amount import Amount
from .arrays import Floats, Matrix
from .calibration import Calibrator
from .coherent import Losses, coherent

if TYPE_CHECKING:
    from lightgbm import Booster

#: Trees that a loss model has beside its main ones, which say who loses if exposed.
TRADE, AMOUNT = "trade", "amount"
OTHERS = (TRADE, AMOUNT, "p50", "p90")


@dataclass(frozen=True)
class Predictor:
    """Holds trees and what turns them into probabilities; a model of one question has neither `trade` nor `amount`."""

    booster: "Booster"
    calibrator: Calibrator
    others: "Mapping[str, Booster]"
    trade: Calibrator | None = None
    amount: Amount | None = None

    @property
    def is_hurdle(self) -> bool:
        """Tell whether the model answers how much, too."""
        return self.trade is not None and self.amount is not None

    def log_odds(self, x: Matrix) -> Floats:
        """Compute the calibrated log-odds of the main question."""
        return self.calibrator.log_odds(trees.raw(self.booster, x))

    def probability(self, x: Matrix) -> Floats:
        """Compute the probability of the model's outcome, of any row: also of those who may not trade at all."""
        main = self.calibrator.probability(trees.raw(self.booster, x))
        return main if self.trade is None else main * self.p_trade(x)

    def p_trade(self, x: Matrix) -> Floats:
        """Compute the probability of being exposed."""
        assert self.trade is not None
        return self.trade.probability(trees.raw(self.others[TRADE], x))

    def losses(self, x: Matrix) -> Losses:
        """Answer all three questions of a loss model, without contradictions."""
        assert self.amount is not None
        said = self.told(trees.raw(self.booster, x), {name: trees.raw(self.others[name], x) for name in OTHERS})
        return coherent(said, self.amount)

    def told(self, main: Floats, others: Mapping[str, Floats]) -> Losses:
        """Make the answers of what the trees said, one value per row: the main ones, and all others by name.

        Amounts come as the trees have them, which is what they are calibrated by.
        """
        assert self.trade is not None
        assert self.amount is not None
        p_trade, if_exposed = self.trade.probability(others[TRADE]), self.calibrator.probability(main)
        p_loss = p_trade * if_exposed
        expected = self.amount.expected(p_loss, others[AMOUNT])
        low, high = self.amount.quantiles(others["p50"], others["p90"])
        return Losses(p_trade, if_exposed, p_loss, expected, low, high)

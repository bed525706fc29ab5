"""Scores rows with two verified models: probabilities, score, band, reasons and the digest of what was scored."""

import hashlib
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from models.dataset import Floats, canonical, formula_score, matrix
from models.scoring.answers import both
from models.scoring.served import Served
from models.shapley.splitting import split
from pumploss.errors import ModelError

if TYPE_CHECKING:
    import polars as pl


@dataclass(frozen=True)
class Scored:
    """Holds one value per row, in the order of the rows."""

    p_trade: Floats
    p_loss_if_exposed: Floats
    p_loss: Floats
    p_severe: Floats
    expected_loss_sol: Floats
    loss_p50_sol: Floats
    loss_p90_sol: Floats
    risk_score: Floats
    risk_band: list[str]
    baseline_score: Floats
    reasons: list[str]
    features_hash: list[str]


@dataclass(frozen=True)
class Pair:
    """Holds the two models that score together; plain data, so it can be sent to workers."""

    loss: Served
    risk: Served

    @property
    def score_version(self) -> str:
        """Return the version of the map from probability to score."""
        if self.risk.score_map is None:
            raise ModelError(f"{self.risk.name} version {self.risk.version} has no score map. Train it again.")
        return self.risk.score_map.version

    @property
    def digests(self) -> tuple[str, str]:
        """Return the digests of both models."""
        return self.loss.digest, self.risk.digest

    @property
    def columns(self) -> list[str]:
        """List every feature that scoring needs: both models' inputs, then those of the baseline formula."""
        needed = [*self.loss.names, *self.risk.names, "loss_24h_sol", "loss_trades_24h"]
        return list(dict.fromkeys(needed))

    def score(self, rows: "pl.DataFrame") -> Scored:
        """Score feature rows; a row's result depends on that row alone.

        Raises ModelError where an input is absent or not a number, and for a loss model that says no amounts.
        """
        if not self.loss.predictor.is_hurdle:
            raise ModelError(f"{self.loss.name} version {self.loss.version} says no amounts. Train it again.")
        loss, risk = matrix(rows, self.loss.names), matrix(rows, self.risk.names)
        losses, severe = both(self.loss.predictor.losses(loss), self.loss, self.risk, risk, split)
        lost, trades = matrix(rows, ["loss_24h_sol", "loss_trades_24h"]).T
        return Scored(
            **vars(losses),
            **vars(severe),
            baseline_score=formula_score(lost, trades),
            features_hash=hashes(loss if self.loss.names == self.risk.names else np.hstack([loss, risk])),
        )


def hashes(x: Floats) -> list[str]:
    """Digest each row's little-endian float64 values (MD5): the vector that was scored."""
    plain = canonical(x)
    return [hashlib.md5(row.tobytes(), usedforsecurity=False).hexdigest() for row in plain]

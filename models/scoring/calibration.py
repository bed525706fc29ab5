"""Turns a model's log-odds into a probability: by a line in log-odds, strictly rising, kept as JSON."""

import json
from dataclasses import dataclass
from typing import Self

import numpy as np

from .arrays import Floats
from .errors import ScoringError


def sigmoid(log_odds: Floats) -> Floats:
    """Turn log-odds into probabilities, without overflow."""
    small = np.exp(-np.abs(log_odds))
    return np.where(log_odds >= 0, 1.0, small) / (1.0 + small)


def logit(probability: Floats) -> Floats:
    """Turn probabilities strictly between 0 and 1 into log-odds."""
    return np.log(probability) - np.log1p(-probability)


@dataclass(frozen=True)
class Calibrator:
    """Computes p = 1 / (1 + exp(-(slope * log-odds + intercept))), slope > 0 (Platt's scaling)."""

    slope: float
    intercept: float

    def __post_init__(self) -> None:
        if not (np.isfinite(self.slope) and np.isfinite(self.intercept) and self.slope > 0):
            raise ScoringError(f"A calibrator must rise strictly: slope {self.slope}, intercept {self.intercept}.")

    def log_odds(self, raw: Floats) -> Floats:
        """Calibrate a model's raw log-odds."""
        return self.slope * raw + self.intercept

    def probability(self, raw: Floats) -> Floats:
        """Turn a model's raw log-odds into calibrated probabilities."""
        return sigmoid(self.log_odds(raw))

    def to_json(self) -> str:
        """Write the two coefficients; reading them back gives the same calibrator to the last bit."""
        return json.dumps({"kind": "platt", "slope": self.slope, "intercept": self.intercept})

    @classmethod
    def from_json(cls, text: str) -> Self:
        """Read what `to_json` wrote. Raises ScoringError for any other content."""
        try:
            content = json.loads(text)
            kind, line = content["kind"], (float(content["slope"]), float(content["intercept"]))
        except (ValueError, KeyError, TypeError) as error:
            raise ScoringError(f"calibrator.json cannot be read: {error!r}. Train the model again.") from error
        if kind != "platt":
            raise ScoringError(f"calibrator.json is of kind {kind!r}, not `platt`: score with the code that wrote it.")
        return cls(*line)

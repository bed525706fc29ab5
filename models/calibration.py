"""Turns a model's log-odds into a probability: by a line in log-odds, strictly rising, kept as JSON."""

import json
from dataclasses import dataclass
from typing import Self

import numpy as np

from models.dataset import Flags, Floats
from pumploss.errors import ModelError

#: A model without any skill would get slope zero or less; the order of its predictions must survive all the same.
LOWEST_SLOPE = 1e-3

#: Newton's method has arrived when a step is smaller.
SMALLEST_STEP = 1e-10


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
            raise ModelError(f"A calibrator must rise strictly: slope {self.slope}, intercept {self.intercept}.")

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
        """Read what `to_json` wrote. Raises ModelError for any other content."""
        try:
            content = json.loads(text)
            kind, line = content["kind"], (float(content["slope"]), float(content["intercept"]))
        except (ValueError, KeyError, TypeError) as error:
            raise ModelError(f"calibrator.json cannot be read: {error!r}. Train the model again.") from error
        if kind != "platt":
            raise ModelError(f"calibrator.json is of kind {kind!r}, not `platt`: score with the code that wrote it.")
        return cls(*line)


def fit(raw: Floats, outcome: Flags, lowest_slope: float = LOWEST_SLOPE) -> Calibrator:
    """Fit the calibrator that makes these outcomes most likely, with Platt's softened targets.

    They keep the slope finite where the classes separate; a slope below the lowest is set to it.
    """
    positive, negative = int(outcome.sum()), int((~outcome).sum())
    target = np.where(outcome, (positive + 1) / (positive + 2), 1 / (negative + 2))
    centre, spread = float(raw.mean()), float(raw.std()) or 1.0
    slope, intercept = likeliest_line((raw - centre) / spread, target)
    slope /= spread
    if slope >= lowest_slope:
        return Calibrator(slope, intercept - slope * centre)
    _, intercept = likeliest_line(np.zeros_like(raw), target, lowest_slope * (raw - centre))
    return Calibrator(lowest_slope, intercept - lowest_slope * centre)


def likeliest_line(x: Floats, target: Floats, offset: Floats | float = 0.0) -> tuple[float, float]:
    """Fit the logistic regression of targets (0..1) on x by Newton's method: slope and intercept."""
    slope, intercept = 0.0, float(logit(np.clip(target.mean(), 1e-12, 1 - 1e-12)))
    for _ in range(100):
        p = sigmoid(slope * x + intercept + offset)
        error, weight = p - target, p * (1 - p)
        a, b, c = float((weight * x * x).sum()) + 1e-9, float((weight * x).sum()), float(weight.sum()) + 1e-9
        g, h = float((error * x).sum()), float(error.sum())
        determinant = a * c - b * b
        step = ((c * g - b * h) / determinant, (a * h - b * g) / determinant)
        largest = max(abs(step[0]), abs(step[1]))
        damping = min(1.0, 2.0 / largest) if largest else 1.0
        slope, intercept = slope - damping * step[0], intercept - damping * step[1]
        if largest < SMALLEST_STEP:
            break
    return slope, intercept

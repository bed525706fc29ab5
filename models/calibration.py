"""Fits the line in log-odds that turns what trees say into a probability."""

import numpy as np

from models.dataset import Flags, Floats
from models.scoring.calibration import Calibrator, logit, sigmoid

#: A model without any skill would get slope zero or less; the order of its predictions must survive all the same.
LOWEST_SLOPE = 1e-3

#: Newton's method has arrived when a step is smaller.
SMALLEST_STEP = 1e-10


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

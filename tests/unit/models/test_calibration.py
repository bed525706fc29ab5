"""Probabilities from raw scores."""

import numpy as np
import pytest

from models import calibration
from models.scoring.calibration import sigmoid


def drawn(slope, intercept, rows=20_000, seed=0):
    rng = np.random.default_rng(seed)
    raw = rng.normal(scale=2, size=rows)
    return raw, rng.random(rows) < sigmoid(slope * raw + intercept)


def test_the_line_that_made_the_outcomes_is_found():
    found = calibration.fit(*drawn(0.6, -0.4))
    assert found.slope == pytest.approx(0.6, abs=0.03)
    assert found.intercept == pytest.approx(-0.4, abs=0.04)


def test_mean_probability_equals_the_rate():
    raw, outcome = drawn(1.3, 2.0)
    assert calibration.fit(raw, outcome).probability(raw).mean() == pytest.approx(outcome.mean(), abs=1e-3)


@pytest.mark.parametrize("slope", [1.0, 0.0, -1.0])
def test_probabilities_rise_strictly_whatever_the_outcomes(slope):
    found = calibration.fit(*drawn(slope, 0.2))
    p = found.probability(np.linspace(-8, 8, 1001))
    assert (np.diff(p) > 0).all()
    assert ((p > 0) & (p < 1)).all()


def test_separable_and_constant_inputs_stay_finite():
    raw = np.linspace(-3, 3, 100)
    assert np.isfinite(calibration.fit(raw, raw > 0).slope)
    flat = calibration.fit(np.zeros(100), np.arange(100) < 30)
    assert flat.probability(np.zeros(1))[0] == pytest.approx(0.3, abs=0.01)

"""What brings amounts to what was lost: totals and coverage."""

import numpy as np
import pytest

from models import amount
from models.scoring.amount import unbent


@pytest.fixture
def lognormal():
    """Amounts, and the mean of their logarithm."""
    rng = np.random.default_rng(8)
    centre = rng.normal(size=40_000)
    return np.exp(centre + rng.normal(size=40_000)), centre


def test_smearing_gives_back_the_mean_that_a_logarithm_takes(lognormal):
    amounts, centre = lognormal
    factor = amount.smearing(np.log(amounts), centre)
    assert factor == pytest.approx(np.exp(0.5), rel=0.05)
    assert np.exp(centre).sum() * factor == pytest.approx(amounts.sum(), rel=0.05)
    assert np.exp(centre).sum() < 0.7 * amounts.sum()


def test_the_multiplier_brings_the_sum_to_what_was_lost():
    lost, said = np.array([0.0, 3.0, 1.0]), np.array([1.0, 1.0, 6.0])
    factor = amount.multiplier(lost, said)
    assert (said * factor).sum() == pytest.approx(4.0)
    assert amount.multiplier(lost * 0, said) == amount.multiplier(lost, said * 0) == 1.0


@pytest.mark.parametrize("share", [0.5, 0.9])
def test_the_scale_gives_a_quantile_its_coverage(lognormal, share):
    amounts, centre = lognormal
    lost = np.where(np.random.default_rng(1).random(len(amounts)) < 0.7, amounts, 0.0)
    quantile = 0.1 * np.exp(centre)
    scaled = quantile * amount.coverage_scale(lost, quantile, share)
    assert np.mean(lost <= scaled) == pytest.approx(share, abs=0.001)


def test_where_nothing_can_be_covered_the_scale_is_one():
    assert amount.coverage_scale(np.zeros(9), np.ones(9), 0.5) == 1.0
    assert amount.coverage_scale(np.ones(9), np.zeros(9), 0.5) == 1.0


def test_bending_keeps_nothing_lost_and_comes_back():
    lost = np.array([0.0, 0.01, 1.0, 1e4])
    assert amount.bent(lost)[0] == 0
    np.testing.assert_allclose(unbent(amount.bent(lost)), lost, rtol=1e-12)
    assert unbent(np.array([-1.0])) == [0.0]

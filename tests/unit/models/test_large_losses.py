"""How many of those who lost much had been called safe."""

import numpy as np
import pytest

from models.bootstrap import Draws
from models.large_losses import LARGE_SOL, called


@pytest.fixture
def rows():
    """Ten rows of each of 80 traders: band, SOL lost, trader."""
    rng = np.random.default_rng(3)
    band = rng.choice(["very low", "low", "medium", "very high"], 800)
    lost = np.where(rng.random(800) < 0.2, LARGE_SOL + rng.exponential(size=800), LARGE_SOL * rng.random(800))
    return band, lost, np.repeat(np.arange(80), 10)


def test_it_is_the_share_of_large_losses_that_lay_in_each_calm_band(rows):
    band, lost, trader = rows
    found = called(band, lost, Draws(trader, seed=1))
    assert [one.band for one in found] == ["very low", "low"]
    for one in found:
        counted = sum(of == one.band and sol >= 5.0 for of, sol in zip(band, lost, strict=True))
        assert (one.large, one.rows) == (int((lost >= 5.0).sum()), counted)
        assert one.share == pytest.approx(counted / one.large)
        assert one.low < one.share < one.high


def test_a_loss_of_just_so_much_is_large_and_one_of_less_is_not():
    found = called(np.array(["low", "low"]), np.array([5.0, np.nextafter(5.0, 0)]), Draws(np.arange(2), seed=1))
    assert [(one.large, one.rows) for one in found] == [(1, 0), (1, 1)]


def test_who_is_alike_all_week_makes_the_interval_wide(rows):
    band, lost, _ = rows
    alike = np.repeat(band[:80], 10)
    by_trader, by_row = (called(alike, lost, Draws(own, seed=1))[0] for own in (rows[2], np.arange(800)))
    assert by_trader.high - by_trader.low > 1.3 * (by_row.high - by_row.low)


def test_where_nobody_lost_so_much_nothing_is_said():
    (one, _) = called(np.array(["low"]), np.array([0.0]), Draws(np.zeros(1, np.int64), seed=1))
    assert (one.large, one.rows) == (0, 0)
    assert np.isnan([one.share, one.low, one.high]).all()

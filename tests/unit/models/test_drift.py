"""How far figures are from those of training."""

import json
from datetime import date

import numpy as np
import pytest
from scipy.stats import norm

from models import drift
from models.drift import Reference, spread
from models.time_split import split_by_time
from pumploss.errors import ModelError

DAYS, TRADERS = 8, 3000


def days_of(days=DAYS, traders=TRADERS):
    first = np.datetime64(date(2026, 1, 1))
    return np.repeat(np.arange(first, first + days), traders)


def lasting(rng, days=DAYS, traders=TRADERS):
    """Values of traders who stay as they are for half: rows of one trader say less than as many rows of others."""
    own = rng.normal(size=traders)
    return (np.tile(own, days) + rng.normal(size=days * traders)) / np.sqrt(2)


def test_the_index_is_what_its_formula_says():
    now, before = np.array([10, 20, 70]), np.array([30, 30, 40])
    p, q = (now + 0.5) / 101.5, (before + 0.5) / 101.5
    assert drift.psi(now, before) == pytest.approx(sum((p - q) * np.log(p / q)))
    assert drift.psi(before, before * 7) < 1e-4
    assert drift.psi(np.array([5, 0]), np.array([9, 0])) == 0, "a bin that nobody uses says nothing"


@pytest.mark.parametrize("shift", [0.1, 0.2, 0.3, 0.5])
def test_a_shift_of_the_mean_is_as_far_as_the_normal_distribution_says(shift):
    rng = np.random.default_rng(4)
    reference = spread(rng.normal(size=400_000), days_of(8, 50_000))
    edges = norm.ppf(np.arange(11) / 10)
    shares = np.diff(norm.cdf(edges - shift))
    expected = float(((shares - 0.1) * np.log(shares / 0.1)).sum())
    assert reference.psi(rng.normal(size=400_000) + shift) == pytest.approx(expected, rel=0.05)


def test_missing_and_zero_values_have_bins_of_their_own():
    reference = spread(np.array([np.nan, 0.0, 0.0, -0.0, 1.0, 2.0, 3.0]), days_of(1, 7))
    assert reference.counts[: drift.FIRST_BIN] == (1, 3)
    assert sum(reference.counts) == 7


@pytest.mark.parametrize("flood", [np.nan, 0.0])
def test_a_flood_of_missing_values_or_zeros_alarms(flood):
    rng = np.random.default_rng(1)
    reference, now = spread(lasting(rng), days_of()), rng.normal(size=TRADERS)
    bound = max(0.1, reference.least_bound(TRADERS, TRADERS))
    assert reference.psi(now) < bound
    now[: TRADERS // 20] = flood
    assert reference.psi(now) > bound


def test_without_drift_the_index_is_what_noise_makes():
    found = []
    for seed in range(100):
        rng = np.random.default_rng(seed)
        reference = spread(rng.normal(size=3000), days_of(1, 3000))
        found.append(reference.psi(rng.normal(size=3000)))
    assert np.mean(found) == pytest.approx(9 * (1 / 3000 + 1 / 3000), rel=0.1)


def test_the_order_of_rows_changes_nothing():
    rng = np.random.default_rng(2)
    values, days = lasting(rng), days_of()
    values[::7] = np.nan
    order = rng.permutation(len(values))
    reference, now = spread(values, days), rng.normal(size=500)
    assert spread(values[order], days[order]) == reference
    assert reference.psi(now[::-1]) == reference.psi(now)


def test_ties_with_an_edge_fall_the_same_way_in_either_precision():
    values = np.repeat(np.arange(1, 8) / 7, 100)
    reference = spread(values.astype(np.float32), days_of(7, 100))
    assert reference.counts == spread(values, days_of(7, 100)).counts
    assert reference.psi(values) == 0


def test_a_figure_of_the_whole_market_is_far_off_on_every_day_and_no_alarm():
    rng = np.random.default_rng(3)
    reference = spread(np.repeat(rng.normal(size=DAYS), TRADERS), days_of())
    assert reference.psi(np.full(TRADERS, 9.0)) > 1
    assert reference.psi(np.full(TRADERS, 9.0)) < reference.least_bound(TRADERS, TRADERS)


def test_an_input_without_one_value_can_be_described():
    reference = spread(np.full(10, np.nan), days_of(2, 5))
    assert (reference.edges, sum(reference.counts)) == ((), 10)
    assert reference.psi(np.full(4, np.nan)) == 0
    assert reference.psi(np.full(4, 1.0)) > 1


def test_inputs_are_those_of_the_refit_and_probabilities_those_of_the_locked_days(planted, risk):
    frame = planted()
    parts = split_by_time(frame.days, 7)
    reference = risk.evaluation.reference
    assert reference.rows == parts.rows(frame, parts.refit).sum()
    assert (reference.traders, reference.daily_rows) == (120, 120.0)
    assert set(reference.inputs) == set(frame.names)
    assert sum(reference.score.counts) == parts.rows(frame, parts.test).sum()
    assert Reference.of(json.loads(json.dumps(risk.evaluation.evidence()))) == reference


def test_of_very_many_rows_evenly_many_are_taken(planted, monkeypatch):
    frame = planted(traders=40)
    fit = frame.as_of < np.datetime64("2026-01-20")
    monkeypatch.setattr(drift, "MOST_ROWS", 300)
    found = drift.reference(frame, fit, ~fit, np.full((~fit).sum(), 0.5))
    assert found.rows == fit.sum() == 19 * 40
    assert 150 <= sum(found.inputs["size"].counts) <= 300


@pytest.mark.parametrize("given", [{}, {"inputs": {"size": 3}}, [1], {"inputs": {"size": {}}}])
def test_other_content_is_refused(given):
    with pytest.raises(ModelError, match="reference cannot be read"):
        Reference.of({"reference": given})


def test_a_version_without_a_reference_says_so():
    with pytest.raises(ModelError, match="has no reference distribution"):
        Reference.of({"model": {}})

"""Intervals of differences: against drawing rows out by hand, and as wide as traders make them."""

import numpy as np
import pytest

from models import bootstrap, metrics
from models.bootstrap import Draws, clusters


@pytest.fixture
def rows():
    """Rows of 60 traders: cluster, amount lost, and two rankings of which the first knows more."""
    rng = np.random.default_rng(4)
    cluster = np.repeat(np.arange(60), 12)
    amount = np.exp(rng.normal(size=720) + np.repeat(rng.normal(size=60), 12))
    return cluster, amount, np.log(amount) + rng.normal(size=720), np.log(amount) + 5 * rng.normal(size=720)


def test_both_intervals_are_those_of_drawing_whole_traders(rows, monkeypatch):
    monkeypatch.setattr(bootstrap, "DRAWS", 60)
    cluster, amount, first, second = rows
    draws = Draws(cluster, seed=5)
    means, shares = [], []
    for drawn in np.random.default_rng(5).integers(0, 60, (60, 60)):
        taken = np.concatenate([np.flatnonzero(cluster == one) for one in drawn])
        means.append((first - second)[taken].mean())
        one, other = (metrics.top_share(ranking[taken], amount[taken]) for ranking in (first, second))
        shares.append(one - other)
    found = draws.mean_difference(first, second)
    assert (found.low, found.high) == pytest.approx(np.quantile(means, [0.025, 0.975]), abs=1e-12)
    captured = draws.captured_difference(first, second, amount)
    assert (captured.low, captured.high) == pytest.approx(np.quantile(shares, [0.025, 0.975]), abs=1e-9)
    assert captured.value == pytest.approx(metrics.top_share(first, amount) - metrics.top_share(second, amount))
    assert captured.is_above


def test_how_well_some_rows_are_ranked_is_as_sure_as_drawing_traders_says(rows):
    cluster, amount, first, _ = rows
    outcome, ranking = amount > np.median(amount), np.round(first, 1)  # with ties
    some = np.random.default_rng(8).random(720) < 0.5
    found, drawn = Draws(cluster, seed=5).auc(ranking, outcome, some), []
    assert found.value == pytest.approx(metrics.auc(outcome[some], ranking[some]))
    for traders in np.random.default_rng(6).integers(0, 60, (400, 60)):
        taken = np.concatenate([np.flatnonzero((cluster == one) & some) for one in traders])
        drawn.append(metrics.auc(outcome[taken], ranking[taken]))
    assert (found.low, found.high) == pytest.approx(np.quantile(drawn, [0.025, 0.975]), abs=0.015)
    assert np.isnan(Draws(cluster, seed=5).auc(ranking, outcome, outcome).value)


def test_some_rows_are_compared_within_draws_of_all(rows):
    cluster, _, first, second = rows
    some = np.random.default_rng(8).random(720) < 0.3
    found = Draws(cluster, seed=5).mean_difference(first, second, some)
    means = []
    for drawn in np.random.default_rng(5).integers(0, 60, (bootstrap.DRAWS, 60)):
        taken = np.concatenate([np.flatnonzero((cluster == one) & some) for one in drawn])
        means.append((first - second)[taken].mean())
    assert found.value == pytest.approx((first - second)[some].mean())
    assert (found.low, found.high) == pytest.approx(np.quantile(means, [0.025, 0.975]), abs=1e-12)


def test_a_ranking_is_no_better_than_itself(rows):
    cluster, amount, first, _ = rows
    found = Draws(cluster, seed=1).captured_difference(first, first, amount)
    assert (found.value, found.low, found.high) == (0, 0, 0)
    assert not found.is_above


def test_whose_rows_are_alike_is_less_sure(rows):
    cluster = rows[0]
    alike = np.repeat(np.random.default_rng(2).normal(size=60), 12)
    by_trader = Draws(cluster, seed=1).mean_difference(alike, 0 * alike)
    by_row = Draws(np.arange(720), seed=1).mean_difference(alike, 0 * alike)
    assert by_trader.high - by_trader.low > 2 * (by_row.high - by_row.low)


def test_where_nothing_was_lost_nothing_is_compared(rows):
    cluster, amount, first, second = rows
    found = Draws(cluster, seed=1).captured_difference(first, second, 0 * amount)
    assert np.isnan(found.low)
    assert not found.is_above


def test_a_cluster_is_a_trader_in_a_week(planted):
    frame = planted(days=14, traders=5)
    number = clusters(frame, np.ones(len(frame), bool))
    weeks = frame.as_of.astype(np.int64) // 7
    pairs = {(trader, week, one) for trader, week, one in zip(frame.trader, weeks, number, strict=True)}
    assert len(pairs) == len({(trader, week) for trader, week, _ in pairs}) == len(set(number))

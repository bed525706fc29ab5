"""How right published probabilities were."""

from dataclasses import fields

import numpy as np
import pytest

from models import metrics
from models.bounds import Verdict
from models.matured import LARGE_MEASURES, Matured, auc_error, clustered_error, figures, large_losses

DAYS, TRADERS = 7, 1500


def market(seed, days=DAYS, traders=TRADERS, skew=0.0):
    """Scores that are right, unless skewed by so much in log-odds, of traders whose outcomes hang together."""
    rng = np.random.default_rng(seed)
    trader = np.tile(np.arange(traders), days)
    odds = np.tile(rng.normal(size=traders), days) + 0.5 * rng.normal(size=days * traders) - 0.5
    p = 1 / (1 + np.exp(-odds))
    # Half of the luck lasts all week.
    luck = np.where(rng.random(len(p)) < 0.5, np.tile(rng.random(traders), days), rng.random(len(p)))
    outcome = luck < p
    lost = np.where(outcome, np.exp(rng.normal(size=len(p))), 0.0)
    said = 1 / (1 + np.exp(-odds - skew))
    return Matured(said, said, outcome, rng.random(len(p)) < 0.9, lost, np.exp(rng.normal(size=len(p))), trader)


def evidence(seed):
    found = {figure.measure: figure for figure in figures(market(seed), {})}
    return {name: found[name].value for name in ("auc_exposed", "brier", "brier_skill")}


@pytest.fixture(scope="module")
def expected():
    """What ten other weeks have shown."""
    weeks = [evidence(seed) for seed in range(1000, 1010)]
    return {name: float(np.mean([week[name] for week in weeks])) for name in weeks[0]}


def alarms(rows, expected):
    return [f.measure for f in figures(rows, expected) if f.verdict in (Verdict.WARN, Verdict.STOP)]


def test_scores_that_are_right_raise_no_alarm_over_100_seeds(expected):
    assert [seed for seed in range(100) if alarms(market(seed), expected)] == []


@pytest.mark.parametrize("skew", [-0.5, 0.5])
def test_scores_that_are_off_are_named(expected, skew):
    for seed in range(10):
        assert alarms(market(seed, skew=skew), expected) == ["calibration"]


def test_a_ranking_that_lost_its_meaning_is_named(expected):
    rows = market(0)
    shuffled = np.random.default_rng(0).permutation(rows.probability)
    lost = Matured(**{**vars(rows), "probability": shuffled, "by_money": shuffled})
    assert set(alarms(lost, expected)) == {"auc_exposed", "brier_skill"}


def test_large_losses_are_told_by_band_beside_the_locked_days():
    rows = market(2)
    rows = Matured(**{**vars(rows), "lost": rows.lost * 4})
    band = np.where(rows.probability < 0.2, "very low", np.where(rows.probability < 0.5, "low", "high"))
    found = large_losses(band, rows, 1, {"low": 0.25})
    assert [(one.measure, one.subject) for one in found] == [
        (m, b) for b in ("very low", "low") for m in LARGE_MEASURES
    ]
    by_band = {subject: [one for one in found if one.subject == subject] for subject in ("very low", "low")}
    for name, (share, low, high) in by_band.items():
        inside = (band == name) & (rows.lost >= 5.0)
        assert (share.rows, share.count) == ((rows.lost >= 5.0).sum(), inside.sum())
        assert share.value == share.count / share.rows
        assert low.value < share.value < high.value
        assert share.verdict is Verdict.MEASURED
    assert by_band["low"][0].expected == 0.25
    assert np.isnan(by_band["very low"][0].expected)
    assert large_losses(band, Matured(**{**vars(rows), "lost": 0 * rows.lost}), 1, {}) == []


def test_the_order_of_rows_changes_nothing():
    rows = market(3)
    order = np.random.default_rng(0).permutation(len(rows))
    turned = Matured(**{field.name: getattr(rows, field.name)[order] for field in fields(rows)})
    for one, other in zip(figures(rows, {}), figures(turned, {}), strict=True):
        assert (one.measure, one.rows, one.count) == (other.measure, other.rows, other.count)
        np.testing.assert_allclose((one.value, one.noise), (other.value, other.noise), rtol=1e-9)


def test_nothing_is_measured_of_no_rows():
    assert figures(market(0, traders=0), {}) == []


def test_figures_are_those_of_the_measures():
    rows = market(5)
    found = {figure.measure: figure for figure in figures(rows, {"brier": 0.2})}
    assert found["calibration"].value == pytest.approx(rows.probability.mean())
    assert found["calibration"].expected == pytest.approx(rows.outcome.mean())
    assert found["brier"].value == metrics.brier(rows.outcome, rows.probability)
    assert found["brier"].expected == 0.2
    assert found["sol_captured"].expected == metrics.top_share(rows.volume, rows.lost)
    assert found["auc_exposed"].rows == rows.is_exposed.sum()


def test_one_kind_of_outcome_is_measured_without_an_error():
    rows = market(6)
    none = Matured(**{**vars(rows), "outcome": np.zeros(len(rows), bool)})
    assert {figure.count for figure in figures(none, {})} == {0}


def drawn(rows, measure, seed=1):
    """The standard deviation of a figure over weeks that are drawn anew, trader by trader."""
    rng, by_trader = np.random.default_rng(seed), rows.trader.reshape(DAYS, -1)
    found = []
    for _ in range(300):
        who = rng.integers(0, by_trader.shape[1], by_trader.shape[1])
        places = (np.arange(DAYS)[:, None] * by_trader.shape[1] + who).ravel()
        found.append(measure(places))
    return np.std(found)


def test_errors_are_those_that_drawing_traders_shows():
    rows = market(7, traders=400)
    p, outcome, trader = rows.probability, rows.outcome, rows.trader
    gap = drawn(rows, lambda at: np.mean(p[at] - outcome[at]))
    assert clustered_error(p - outcome, trader) == pytest.approx(gap, rel=0.15)
    area = drawn(rows, lambda at: metrics.auc(outcome[at], p[at]))
    assert auc_error(outcome, p, trader) == pytest.approx(area, rel=0.15)
    apart = np.arange(len(p))
    assert auc_error(outcome, p, apart) < 0.9 * auc_error(outcome, p, trader), "rows of a trader hang together"

"""Measures of probabilities and rankings."""

import numpy as np
import pytest

from models import metrics


def test_measures_equal_those_of_scikit_learn(drawn):
    from sklearn.metrics import average_precision_score, brier_score_loss, log_loss, roc_auc_score

    outcome, ranking, p = drawn
    assert metrics.auc(outcome, ranking) == pytest.approx(roc_auc_score(outcome, ranking), abs=1e-12)
    assert metrics.average_precision(outcome, ranking) == pytest.approx(average_precision_score(outcome, ranking))
    assert metrics.brier(outcome, p) == pytest.approx(brier_score_loss(outcome, p))
    assert metrics.logloss(outcome, p) == pytest.approx(log_loss(outcome, p))


def test_a_class_that_is_absent_gives_no_number():
    assert np.isnan(metrics.auc(np.zeros(3, bool), np.arange(3.0)))
    assert np.isnan(metrics.average_precision(np.zeros(3, bool), np.arange(3.0)))


def test_calibration_of_true_probabilities_is_perfect_and_of_shifted_ones_is_not():
    rng = np.random.default_rng(1)
    p = rng.random(50_000) * 0.9 + 0.05
    outcome = rng.random(50_000) < p
    assert metrics.calibration_error(outcome, p) < 0.01
    assert metrics.calibration_line(outcome, p) == pytest.approx((1, 0), abs=0.05)
    assert metrics.calibration_error(outcome, np.clip(p + 0.2, 0, 0.99)) > 0.1


def test_the_top_of_a_ranking_takes_its_share_and_ties_share_evenly():
    amount = np.arange(10.0)
    assert metrics.top_share(amount, amount) == pytest.approx(9 / 45)
    assert metrics.top_share(np.zeros(10), amount) == pytest.approx(0.1)
    assert np.isnan(metrics.top_share(amount, np.zeros(10)))

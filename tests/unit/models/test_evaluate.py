"""A model beside its baselines on the test days."""

import numpy as np
import pytest

from models import evaluate, metrics
from models.baselines import Contender
from models.loss_model import SPEC as LOSS
from models.time_split import split_by_time


def test_the_interval_by_days_is_that_of_drawing_whole_days_of_rows(drawn, monkeypatch):
    monkeypatch.setattr(metrics, "BOOTSTRAPS", 100)
    outcome, ranking, _ = drawn
    day = np.repeat(np.arange("2026-01-01", "2026-01-07", dtype="datetime64[D]"), 500)
    other = np.random.default_rng(4).normal(size=3000)
    found = metrics.auc_difference_interval(outcome, ranking, other, day, seed=5)
    plain = []
    for draw in np.random.default_rng(5).integers(0, 6, (100, 6)):
        rows = np.concatenate([np.flatnonzero(day == np.unique(day)[one]) for one in draw])
        plain.append(metrics.auc(outcome[rows], ranking[rows]) - metrics.auc(outcome[rows], other[rows]))
    assert found == pytest.approx(tuple(np.quantile(plain, [0.025, 0.975])), abs=1e-12)
    assert found[0] < metrics.auc(outcome, ranking) - metrics.auc(outcome, other) < found[1]


def test_equal_rankings_differ_by_nothing(drawn):
    outcome, ranking, _ = drawn
    day = np.repeat(np.arange("2026-01-01", "2026-01-07", dtype="datetime64[D]"), 500)
    assert metrics.auc_difference_interval(outcome, ranking, ranking, day, seed=1) == (0, 0)


def test_exposed_rows_alone_make_the_headline(planted):
    frame = planted()
    parts = split_by_time(frame.days, 7)
    rows = parts.rows(frame, parts.test)
    knows_exposure = Contender(frame.is_exposed[rows].astype(float), np.full(rows.sum(), 0.5))
    found = evaluate.judge(LOSS, frame, parts, knows_exposure)
    assert found.model["auc_exposed"] == 0.5
    assert found.model["auc_all"] > 0.6

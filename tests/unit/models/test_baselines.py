"""The forecasts that a model must beat."""

import numpy as np
import pytest

from features.registry import model_inputs
from models import baselines, metrics
from models.loss_model import SPEC as LOSS
from models.spec import SEED_INPUTS
from models.time_split import split_by_time


def test_baselines_know_nothing_of_the_test_days(planted):
    frame = planted()
    parts = split_by_time(frame.days, 7)
    before = baselines.rivals(frame, parts, LOSS)
    rows = parts.rows(frame, parts.test)
    frame.is_loss[rows] = ~frame.is_loss[rows]
    after = baselines.rivals(frame, parts, LOSS)
    for name, contender in before.items():
        np.testing.assert_array_equal(contender.probability, after[name].probability)


def test_a_fair_form_ranks_as_before_and_is_calibrated():
    rng = np.random.default_rng(6)
    ranking = rng.exponential(size=8000)
    outcome = rng.random(8000) < 1 - np.exp(-ranking)
    p = baselines.calibrated(ranking[:4000], outcome[:4000], ranking[4000:])
    assert metrics.calibration_error(outcome[4000:], p) < 0.03
    order = np.argsort(ranking[4000:])
    assert (np.diff(p[order]) >= 0).all()
    assert 0 < p.min() < p.max() < 1


def test_a_ranking_that_knows_the_outcome_wins_as_any_of_them(planted):
    frame = planted(signal=0.0)
    parts = split_by_time(frame.days, 7)
    frame.volume[:] = frame.is_loss + 0.0
    found = baselines.rivals(frame, parts, LOSS)
    outcome = frame.is_loss[parts.rows(frame, parts.test)]
    losses = {name: metrics.logloss(outcome, one.probability) for name, one in found.items()}
    assert min(losses, key=losses.__getitem__) == "volume"
    assert losses["logistic"] < 0.1 < losses["base_rate"]


def test_every_figure_that_a_baseline_takes_is_an_input_today():
    known = {feature.name for feature in model_inputs()}
    ranked = {"equity_pnl_sol_7d", "ewma_loss_ratio_30d", "total_losses_30d"}
    assert {*baselines.LOGISTIC_INPUTS, *SEED_INPUTS} | ranked <= known


def test_what_is_missing_ranks_nobody(planted):
    frame = planted(missing=0.5)
    assert not np.isnan(baselines.column(frame, "size")).any()
    assert (baselines.column(frame, "no such input") == 0).all()
    assert baselines.column(frame, "size") == pytest.approx(np.nan_to_num(frame.x[:, 1]))

"""Trees over thinned days, calibrated on what others of their kind said of days unseen."""

from dataclasses import replace

import numpy as np
import pytest

from models import boosting, crossfit
from models.loss_model import SPEC as LOSS
from models.risk_model import SPEC as RISK
from models.scoring.predictor import AMOUNT
from models.time_split import split_by_time

MONOTONE = [1, 0, 0, 0]


@pytest.mark.parametrize(("many", "kept"), [(10_000, 42), (5_040, 42), (5_039, 21), (2_000, 14), (1, 14)])
def test_the_more_rows_the_fewer_days_are_learned_from_and_always_the_last(planted, many, kept):
    frame = planted()
    rows = crossfit.thinned(replace(LOSS, many_rows=many), frame, frame.days)
    days = np.unique(frame.as_of[rows])
    assert len(days) == kept
    assert rows.sum() == kept * 120
    assert days[-1] == frame.as_of[-1]
    assert len(set(np.diff(days).astype(int))) == 1


@pytest.mark.parametrize("stride", [4, 7])
def test_of_still_more_rows_each_trader_keeps_days_of_its_own(planted, stride):
    frame = planted(traders=400)
    spec = replace(LOSS, most_learned=-(-len(frame) // stride))
    kept = crossfit.thinned(spec, frame, frame.days)
    assert kept.sum() == pytest.approx(spec.most_learned, rel=0.05)
    for trader in range(400):
        own = frame.as_of[kept & (frame.trader_number == trader)].astype(int)
        assert len(own) in (42 // stride, -(-42 // stride))
        assert set(np.diff(own)) == {stride}
    by_day = np.bincount((frame.as_of[kept] - frame.as_of[0]).astype(int), minlength=42)
    # Drawn by lot: each day has about its part of the traders.
    assert by_day.min() > 0.6 * 400 / stride
    assert by_day.max() < 1.5 * 400 / stride
    # Days that are not asked for are not learned from.
    early = crossfit.thinned(spec, frame, frame.days[:30])
    assert not early[frame.as_of > np.datetime64(frame.days[29])].any()


def test_rows_are_binned_once_whatever_is_learned_of_them_and_trees_are_the_same(planted, monkeypatch):
    made = []
    binned = boosting.binned
    monkeypatch.setattr(boosting, "binned", lambda *given: made.append(1) or binned(*given))
    frame, again = planted(), planted()
    grown = [crossfit.grow(spec, frame, frame.days, MONOTONE) for spec in (LOSS, RISK, LOSS)]
    assert len(made) == 1
    alone = crossfit.grow(RISK, again, again.days, MONOTONE)
    assert grown[1].booster.model_to_string() == alone.booster.model_to_string()
    assert grown[0].booster.model_to_string() == grown[2].booster.model_to_string()
    # Other rows, other bins; and none are handed on to a frame that is made of this one.
    crossfit.grow(LOSS, frame, frame.days[:20], MONOTONE)
    crossfit.grow(LOSS, replace(frame, x=-frame.x), frame.days, MONOTONE)
    assert len(made) == 4


@pytest.fixture(scope="module")
def asked(planted):
    """A frame and the two folds of it, asked."""
    frame = planted(days=54)
    parts = split_by_time(frame.days, 7)
    return frame, [crossfit.ask(LOSS, frame, fold, MONOTONE) for fold in parts.folds]


def test_a_fold_is_asked_about_its_test_days_and_knows_none_of_them(asked, planted):
    frame, (first, _) = asked
    assert len(first.raw["main"]) == first.rows.sum() == 7 * 120
    spoiled = planted(days=54)
    later = ~crossfit.marked(frame, first.fold.train)
    spoiled.is_loss[later] = ~spoiled.is_loss[later]
    spoiled.pnl_sol[later] *= -3
    spoiled.x[later & ~first.rows] = 7.0
    again = crossfit.ask(LOSS, spoiled, first.fold, MONOTONE)
    assert all(np.array_equal(again.raw[name], said) for name, said in first.raw.items())


def test_calibration_makes_the_sums_of_the_folds_right(asked):
    frame, folds = asked
    predictor = crossfit.calibrate(LOSS, frame, folds[1].grown, folds)
    said = {name: np.concatenate([one.raw[name] for one in folds]) for name in folds[0].raw}
    exposed, is_loss = (np.concatenate([of[one.rows] for one in folds]) for of in (frame.is_exposed, frame.is_loss))
    p = predictor.calibrator.probability(said["main"][exposed])
    assert p.mean() == pytest.approx(is_loss[exposed].mean(), abs=2e-3)  # targets are softened
    assert predictor.trade.probability(said["trade"]).mean() == pytest.approx(exposed.mean(), abs=2e-3)
    plain = replace(predictor, amount=replace(predictor.amount, smearing=1.0))
    expected = plain.told(said["main"], {name: said[name] for name in predictor.others}).expected_loss_sol
    capped = np.minimum(np.concatenate([frame.loss_sol[one.rows] for one in folds]), predictor.amount.cap_sol)
    assert expected.sum() == pytest.approx(capped.sum())


def test_smearing_is_of_the_trees_that_were_asked(asked):
    frame, folds = asked
    for one in folds:
        log_amount = one.grown.others[AMOUNT].predict(frame.x[one.rows], raw_score=True)
        np.testing.assert_allclose(np.exp(one.raw[AMOUNT]), np.exp(log_amount) * one.grown.sizes.smearing)

"""What training finds, and what changes nothing in it."""

from dataclasses import replace

import numpy as np
import polars as pl
import pytest

from models import crossfit, metrics
from models.dataset import assemble
from models.loss_model import SPEC as LOSS
from models.risk_model import SPEC as RISK
from models.scoring.score import ScoreMap
from models.time_split import split_by_time
from models.training import train


def trees(booster):
    """The trees as text, without the parameters that stand behind them."""
    return booster.model_to_string(num_iteration=-1).partition("end of trees")[0]


def test_a_planted_signal_is_recovered(model):
    found = model.evaluation
    assert found.model["auc_exposed"] > 0.74
    assert found.model["brier_skill"] > 0.08
    assert found.model["logloss"] < found.baselines["formula"]["logloss"]
    assert found.model["auc_over_formula_low"] > 0.15
    assert found.model["ece"] < 0.08


def test_shuffled_labels_teach_nothing(planted, trained):
    frame = planted(traders=250)
    order = np.random.default_rng(9).permutation(len(frame))
    shuffled = replace(frame, is_loss=frame.is_loss[order], is_exposed=np.ones(len(frame), bool))
    found = trained(LOSS, shuffled).evaluation.model
    assert found["auc_all"] == pytest.approx(0.5, abs=0.03)
    assert found["brier_skill"] < 0.01


def test_no_row_of_the_locked_days_changes_what_is_judged(planted, trained, model):
    frame = planted()
    rows = model.parts.rows(frame, model.parts.test)
    frame.is_loss[rows] = ~frame.is_loss[rows]
    frame.x[rows] = 7.0
    again = trained(LOSS, frame)
    assert trees(again.judged.booster) == trees(model.judged.booster)
    assert again.judged.calibrator == model.judged.calibrator
    assert again.judged.trade == model.judged.trade
    assert again.judged.amount == model.judged.amount
    assert again.evaluation.evidence()["folds"] == model.evaluation.evidence()["folds"]
    # The refit learns from these days, and is judged by nothing.
    assert trees(again.booster) != trees(model.booster)


def test_the_refit_is_calibrated_by_what_was_said_of_days_unseen(planted, model):
    frame, parts = planted(), model.parts
    unseen = [crossfit.ask(LOSS, frame, fold, [1, 0, 0, 0]) for fold in (*parts.folds, parts.locked)]
    rows = [one.rows & frame.is_exposed for one in unseen]
    raw = np.concatenate([one.raw["main"][frame.is_exposed[one.rows]] for one in unseen])
    outcome = np.concatenate([frame.is_loss[of] for of in rows])
    slope, intercept = metrics.calibration_line(outcome, model.calibrator.probability(raw))
    assert (slope, intercept) == pytest.approx((1, 0), abs=0.01)  # targets are softened
    # What trees say of days that they know is too good to calibrate by.
    known = model.booster.predict(frame.x, raw_score=True)[frame.is_exposed]
    assert metrics.calibration_line(frame.is_loss[frame.is_exposed], model.calibrator.probability(known))[0] > 1.05


def test_two_trainings_grow_the_same_trees(planted, trained, model):
    again = trained(LOSS, planted())
    assert trees(again.booster) == trees(model.booster)
    assert trees(again.judged.booster) == trees(model.judged.booster)


def test_the_order_in_which_rows_come_changes_nothing(planted, inputs):
    frame = planted(traders=40)
    rows = pl.DataFrame(
        {
            "trader_address": frame.trader,
            "event_timestamp": pl.Series(frame.as_of.astype("datetime64[us]")).dt.replace_time_zone("UTC"),
            **{name: frame.x[:, place] for place, name in enumerate(frame.names)},
            "is_loss": frame.is_loss,
            "is_severe_loss": frame.is_severe_loss,
            "is_exposed": frame.is_exposed,
            "outcome_lamports": (frame.pnl_sol * 1e9).astype(np.int64),
        }
    )
    found = [assemble(given, frame.names) for given in (rows, rows.sample(fraction=1, shuffle=True, seed=2))]
    assert found[0].sha256 == found[1].sha256
    grown = [train(LOSS, one, split_by_time(one.days, 7), inputs).booster for one in found]
    assert trees(grown[0]) == trees(grown[1])


def test_the_score_keeps_its_reference(planted, inputs, risk):
    frame = planted(seed=5)
    assert risk.score_map is not None
    kept = train(RISK, frame, split_by_time(frame.days, 7), inputs, frozen=ScoreMap(0.123))
    assert kept.score_map == ScoreMap(0.123)
    assert train(LOSS, frame, split_by_time(frame.days, 7), inputs).score_map is None

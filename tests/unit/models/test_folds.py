"""How each week before the locked days went."""

import math
from dataclasses import replace

import numpy as np
import pytest

from models import crossfit, folds, metrics
from models.loss_model import SPEC as LOSS
from models.risk_model import SPEC as RISK
from models.scoring.predictor import AMOUNT
from models.time_split import split_by_time

MONOTONE = [1, 0, 0, 0]


@pytest.fixture(scope="module")
def walked(planted, trained):
    """A frame of 68 days, and the model that was trained on it in four folds."""
    frame = planted(days=68)
    return frame, trained(RISK, frame)


def test_each_fold_is_measured_on_its_own_days(walked):
    frame, model = walked
    found = model.evaluation.folds
    assert [one.test for one in found] == [f"{fold.test[0]}..{fold.test[-1]}" for fold in model.parts.folds]
    for one, fold in zip(found, model.parts.folds, strict=True):
        rows = model.parts.rows(frame, fold.test)
        assert (one.rows, one.outcomes) == (rows.sum(), frame.is_severe_loss[rows].sum())
        assert one.captured_by_volume == metrics.top_share(frame.volume[rows], frame.loss_sol[rows])
        assert one.auc_exposed > 0.6
        assert one.skill > 0.1
        assert abs(one.mean_probability - one.outcomes / one.rows) < 0.05


def test_a_fold_is_ranked_by_what_its_model_would_answer(planted):
    frame = planted()
    fold = split_by_time(frame.days, 7).folds[-1]
    asked = crossfit.ask(LOSS, frame, fold, MONOTONE)
    # A cap that binds on many: amounts that are smeared twice reach it sooner.
    sizes = replace(asked.grown.sizes, cap_sol=float(np.exp(np.median(asked.raw[AMOUNT]))))
    asked = replace(asked, grown=replace(asked.grown, sizes=sizes))
    (found,) = folds.measured(LOSS, frame, [asked])
    answered = crossfit.calibrate(LOSS, frame, asked.grown, [asked]).losses(frame.x[asked.rows])
    assert found.captured == metrics.top_share(answered.expected_loss_sol, frame.loss_sol[asked.rows])


def test_a_single_fold_is_ranked_but_not_called_calibrated(risk):
    (one,) = risk.evaluation.folds
    assert one.auc_exposed > 0.6
    assert all(math.isnan(value) for value in (one.logloss, one.skill, one.mean_probability))
    (written,) = risk.evaluation.evidence()["folds"]
    assert written["logloss"] is None

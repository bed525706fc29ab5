"""Constraints on features."""

import numpy as np

from models import boosting
from models.loss_model import SPEC as LOSS


def test_a_constraint_holds_along_its_feature_also_beside_missing_values(planted, trained):
    model = trained(LOSS, planted(missing=0.3))
    rng = np.random.default_rng(1)
    rows = rng.normal(size=(200, 4))
    rows[:, 1:][rng.random((200, 3)) < 0.3] = np.nan
    steps = np.linspace(-4, 4, 41)
    swept = np.repeat(rows, len(steps), axis=0)
    swept[:, 0] = np.tile(steps, len(rows))
    raw = boosting.raw(model.booster, swept).reshape(len(rows), len(steps))
    assert (np.diff(raw, axis=1) >= -1e-12).all()
    assert (raw[:, -1] > raw[:, 0]).any()


def test_inputs_are_taken_by_name(planted, risk):
    frame = planted(seed=3)
    turned = frame.names[::-1]
    np.testing.assert_array_equal(boosting.columns_of(turned, risk.booster, frame.x[:, ::-1]), frame.x)
    assert boosting.columns_of(frame.names, risk.booster, frame.x) is frame.x

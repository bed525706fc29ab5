"""Why a trader has its score."""

import json

import numpy as np

from models import boosting
from models.scoring.reasons import MOST_REASONS, TEXTS, reasons


def test_reasons_add_up_to_the_published_probability(risk, inputs):
    x = np.random.default_rng(2).normal(size=(50, 4))
    single = np.asarray(risk.booster.predict(x, pred_contrib=True))
    p = risk.calibrator.probability(single.sum(axis=1))
    np.testing.assert_allclose(p, risk.calibrator.probability(boosting.raw(risk.booster, x)), atol=1e-12)


def test_reasons_name_the_groups_that_raise_the_risk_strongest_first(risk, inputs):
    x = np.array([[3.0, 1.0, 0.0, 3.0], [-3.0, np.nan, np.nan, -3.0]])
    groups = [one.group for one in inputs]
    high, low = (json.loads(text) for text in reasons(risk.booster, x, risk.booster.feature_name(), groups, 2.0))
    assert high[0]["group"] == "losses"
    assert high[0]["feature"] in ("loss_ratio", "calm")
    assert high[0]["value"] == 3.0
    assert high[0]["text"] == TEXTS["losses"]
    for found in (high, low):
        contributions = [one["contribution"] for one in found]
        assert contributions == sorted(contributions, reverse=True)
        assert all(value > 0 for value in contributions)
        assert len(found) <= MOST_REASONS
    assert all(one["group"] != "losses" for one in low)
    assert reasons(risk.booster, x[:0], risk.booster.feature_name(), groups) == []


def test_every_group_of_features_has_its_text():
    from features.registry import model_inputs

    lacking = {one.group for one in model_inputs()} - TEXTS.keys()
    assert not lacking, f"say in models/scoring/reasons.py what a high contribution of {sorted(lacking)} means"

"""Which challenger becomes champion."""

import pytest

from models.evaluate import Evaluation
from models.gate import decide
from models.spec import Acceptance

BARS = Acceptance(auc_exposed=0.62, auc_suspicious=0.80)
GOOD = {"auc_exposed": 0.7, "brier_skill": 0.1, "ece": 0.01, "logloss": 0.60, "auc_over_formula_low": 0.05}
RATE = {"base_rate": {"logloss": 0.65}}


def test_a_sound_challenger_passes_without_remarks():
    decision = decide(Evaluation(GOOD, RATE), BARS, None)
    assert decision.is_promoted
    assert decision.remarks == []


@pytest.mark.parametrize(
    ("changed", "champion", "reason"),
    [
        ({"auc_exposed": float("nan")}, None, "not finite: auc_exposed"),
        ({"logloss": 0.66}, None, "worse than 0.6500 of the base rate"),
        ({}, {"logloss": 0.597}, "worse than the champion's 0.5970"),
    ],
)
def test_the_gate_says_why_a_challenger_stays_one(changed, champion, reason):
    decision = decide(Evaluation({**GOOD, **changed}, RATE), BARS, champion)
    assert not decision.is_promoted
    assert any(reason in text for text in decision.reasons)


def test_a_difference_within_the_margin_does_not_keep_an_old_champion():
    assert decide(Evaluation(GOOD, RATE), BARS, {"logloss": 0.5985}).is_promoted


def test_too_good_is_remarked_as_well_as_too_bad():
    assert "look for a leak" in " ".join(decide(Evaluation({**GOOD, "auc_exposed": 0.9}, RATE), BARS, None).remarks)
    poor = {**GOOD, "auc_exposed": 0.5, "brier_skill": 0.0, "ece": 0.2, "auc_over_formula_low": -0.1}
    assert len(decide(Evaluation(poor, RATE), BARS, None).remarks) == 4

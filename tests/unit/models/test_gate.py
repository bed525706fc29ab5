"""Which challenger becomes champion."""

from dataclasses import replace

import pytest

from models.bootstrap import Interval
from models.evaluate import Evaluation
from models.gate import MONEY_RIVAL, RIVALS, Decision, decide
from models.large_losses import Called
from models.leaks import Leaks
from models.score import Band
from models.slices import Slice
from models.spec import Acceptance

BARS = Acceptance(auc_exposed=0.62, auc_suspicious=0.80, single_auc=0.75)
GOOD = {"auc_exposed": 0.7, "brier_skill": 0.1, "ece": 0.01, "logloss": 0.60, "auc_over_formula_low": 0.05}
RATE = {"base_rate": {"logloss": 0.65}}
CLEAR, UNSURE = Interval(0.02, 0.01, 0.03), Interval(0.02, -0.01, 0.05)
BEATEN = {**{f"logloss_of_{name}": CLEAR for name in RIVALS}, f"captured_over_{MONEY_RIVAL}": CLEAR}
RISING = tuple(Band(name, 0.0, 0.5, 0.5, rate, 0.0, 1.0) for name, rate in (("low", 0.1), ("medium", 0.2)))
TIGHT = Leaks("loss_ratio", 0.75, "calm", 0.9, "noise", 0.25, "size", 0.25)


def evaluation(measures=GOOD, **given):
    """An evaluation in which everything but what is given speaks for promotion."""
    return Evaluation(measures, RATE, **{"comparisons": BEATEN, "bands": RISING, "leaks": TIGHT, **given})


def test_a_sound_challenger_passes_without_remarks():
    decision = decide(evaluation(), BARS, None)
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
    decision = decide(evaluation({**GOOD, **changed}), BARS, champion)
    assert not decision.is_promoted
    assert any(reason in text for text in decision.reasons)


AMOUNTS = {"expected_over_lost": 0.9, "coverage_p90": 0.9, "pinball_skill_p50": 0.1, "pinball_skill_p90": 0.4}


@pytest.mark.parametrize(
    ("changed", "reason"),
    [
        ({"expected_over_lost": 106.0}, "expected losses are 106.00 times what was lost"),
        ({"expected_over_lost": 0.01}, "expected losses are 0.01 times what was lost"),
        ({"coverage_p90": 0.555}, "55.5% of the losses lie up to P90"),
        ({"coverage_p90": 1.0, "pinball_skill_p90": -900.0}, "P90 is worse than one amount for all"),
        ({"pinball_skill_p50": -0.3}, "P50 is worse than one amount for all"),
    ],
)
def test_amounts_that_are_not_what_was_lost_keep_a_challenger_back(changed, reason):
    assert decide(evaluation({**GOOD, **AMOUNTS}), BARS, None) == Decision()
    decision = decide(evaluation({**GOOD, **AMOUNTS, **changed}), BARS, None)
    assert any(reason in text for text in decision.reasons)


def test_amounts_that_are_somewhat_off_are_remarked():
    decision = decide(evaluation({**GOOD, **AMOUNTS, "expected_over_lost": 0.75, "coverage_p90": 0.85}), BARS, None)
    assert decision.is_promoted
    assert len(decision.remarks) == 2


def test_a_difference_within_the_margin_does_not_keep_an_old_champion():
    assert decide(evaluation(), BARS, {"logloss": 0.5985}).is_promoted


def test_too_good_is_remarked_as_well_as_too_bad():
    assert "look for a leak" in " ".join(decide(evaluation({**GOOD, "auc_exposed": 0.9}), BARS, None).remarks)
    poor = {**GOOD, "auc_exposed": 0.5, "brier_skill": 0.0, "ece": 0.2, "auc_over_formula_low": -0.1}
    assert len(decide(evaluation(poor), BARS, None).remarks) == 4


@pytest.mark.parametrize("name", sorted(BEATEN))
def test_every_rival_must_be_beaten_with_certainty_also_by_a_first_model(name):
    unsure = decide(evaluation(comparisons={**BEATEN, name: UNSURE}), BARS, None)
    assert unsure.reasons == [f"{name} is +0.0200, 95 % from -0.0100 to +0.0500: not clear of 0"]
    unknown = decide(evaluation(comparisons={**BEATEN, name: Interval(0.1, float("nan"), float("nan"))}), BARS, None)
    assert not unknown.is_promoted


def test_what_was_not_measured_is_not_believed():
    unknown = [*(f"{name} was not measured" for name in BEATEN), "leaks were not looked for"]
    assert decide(Evaluation(GOOD, RATE), BARS, None).reasons == unknown


@pytest.mark.parametrize(
    ("sign", "reason"),
    [
        ({"single_auc": 0.751}, "loss_ratio alone ranks the exposed rows with an AUC of 0.751, above 0.75"),
        ({"adversarial_auc": 0.901}, "told apart with an AUC of 0.901, above 0.9, most by calm"),
        ({"missing_gap": 0.26}, "noise is missing in 26% more, or fewer, of the locked rows"),
        ({"zero_gap": 0.26}, "size is 0 in 26% more, or fewer, of the locked rows"),
    ],
)
def test_a_sign_of_a_leak_keeps_the_challenger_back_and_names_the_input(sign, reason):
    (said,) = decide(evaluation(leaks=replace(TIGHT, **sign)), BARS, None).reasons
    assert reason in said


@pytest.mark.parametrize("name", ["auc_exposed", "auc_if_exposed"])
def test_a_model_that_knows_too_much_is_kept_back_whatever_its_inputs_show(name):
    assert decide(evaluation({**GOOD, name: 0.90}), BARS, None).is_promoted
    (said,) = decide(evaluation({**GOOD, name: 0.901}), BARS, None).reasons
    assert said == f"{name} is 0.901, above 0.9: no model knows so much of what comes after T"


def test_bands_must_rise_and_empty_ones_say_nothing():
    empty = Band("low", 40.0, 0.0, 0.0, float("nan"), float("nan"), float("nan"))
    assert decide(evaluation(bands=(RISING[0], empty, RISING[1])), BARS, None).is_promoted
    fallen = decide(evaluation(bands=RISING[::-1]), BARS, None)
    assert fallen.reasons == ["low loses severely in 0.100, medium in 0.200: bands must rise"]


def test_a_slice_that_is_off_with_certainty_keeps_the_challenger_back():
    off = Slice("under 7 days old", 2000, 900, 0.53, 0.61, -0.11, -0.05)
    (reason,) = decide(evaluation(slices=(off,)), BARS, None).reasons
    assert reason.startswith("under 7 days old: predicted 0.530, observed 0.610 of 2000 rows")
    unsure = Slice("under 7 days old", 2000, 900, 0.53, 0.61, -0.13, -0.02)
    assert decide(evaluation(slices=(unsure,)), BARS, None).is_promoted


@pytest.mark.parametrize(
    ("rows", "outcomes", "high", "is_refused"),
    [(295, 14, 0.06, True), (295, 14, 0.5, False), (295, 9, 0.06, False), (20, 14, 0.06, False)],
)
def test_a_slice_that_is_ranked_the_wrong_way_round_keeps_the_challenger_back(rows, outcomes, high, is_refused):
    turned = Slice("like a bot", rows, outcomes, 0.05, 0.05, -0.01, 0.01, auc=0.012, auc_high=high)
    reasons = decide(evaluation(slices=(turned,)), BARS, None).reasons
    assert [reason[:26] for reason in reasons] == ["like a bot: AUC 0.012 of 2"] * is_refused


def test_what_is_ranked_far_better_where_it_was_learned_is_remarked():
    overfitted = decide(evaluation({**GOOD, "auc_exposed": 0.70, "auc_exposed_train": 0.79}), BARS, None)
    assert [remark for remark in overfitted.remarks if "overfitted" in remark] == [
        "AUC on exposed rows is 0.090 better where it learned: overfitted, above 0.08"
    ]
    assert overfitted.is_promoted
    sound = decide(evaluation({**GOOD, "auc_exposed": 0.70, "auc_exposed_train": 0.77}), BARS, None)
    assert not any("overfitted" in remark for remark in sound.remarks)


@pytest.mark.parametrize(
    ("found", "is_refused", "is_remarked"),
    [
        (Called("very low", 1403, 12, 0.009, 0.001, 0.018), False, False),
        (Called("very low", 1403, 42, 0.030, 0.015, 0.045), False, True),
        (Called("very low", 1403, 56, 0.040, 0.021, 0.060), True, False),
        (Called("very low", 49, 4, 0.082, 0.021, 0.2), False, False),
        (Called("very low", 0, 0, float("nan"), float("nan"), float("nan")), False, False),
        (Called("low", 1403, 420, 0.3, 0.25, 0.35), False, False),
    ],
)
def test_large_losses_that_were_called_safe_keep_a_challenger_back(found, is_refused, is_remarked):
    decision = decide(evaluation(large_losses=(found,)), BARS, None)
    said = (
        f'{found.share:.1%} of the {found.large} rows that lost 5 SOL or more were called "very low", 95 % from '
        f"{found.low:.1%} to {found.high:.1%}: more than 2%"
    )
    assert decision.reasons == ([said] if is_refused else [])
    assert decision.remarks == ([said] if is_remarked else [])

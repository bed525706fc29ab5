"""Which figures break which bounds."""

import math

import pytest

from models.bounds import BOUNDS, FEWEST_ROWS, NEVER, Figure, Verdict

NAN = math.nan


def verdict(measure, value, expected=NAN, count=100_000, noise=0.0):
    return Figure(measure, value, expected, count, count, noise).verdict


@pytest.mark.parametrize(
    ("measure", "value", "expected", "said"),
    [
        ("score_psi", 0.09, 0.0, Verdict.OK),
        ("score_psi", 0.11, 0.0, Verdict.WARN),
        ("score_psi", 0.26, 0.0, Verdict.STOP),
        ("input_psi", 9.0, 0.0, Verdict.WARN),
        ("calibration", 0.30, 0.32, Verdict.OK),
        ("calibration", 0.30, 0.34, Verdict.WARN),
        ("calibration", 0.41, 0.34, Verdict.STOP),
        ("auc_exposed", 0.90, 0.70, Verdict.OK),
        ("auc_exposed", 0.64, 0.70, Verdict.WARN),
        ("auc_exposed", 0.59, 0.70, Verdict.STOP),
        ("brier_skill", 0.11, 0.20, Verdict.OK),
        ("brier_skill", 0.09, 0.20, Verdict.WARN),
        ("brier_skill", -0.01, 0.20, Verdict.STOP),
        ("sol_captured", 0.40, 0.44, Verdict.OK),
        ("sol_captured", 0.10, 0.44, Verdict.WARN),
        ("eligible_traders", 900, 1000, Verdict.OK),
        ("eligible_traders", 400, 1000, Verdict.WARN),
        ("eligible_traders", 2500, 1000, Verdict.WARN),
        ("age_days", 21, NAN, Verdict.OK),
        ("age_days", 22, NAN, Verdict.WARN),
        ("age_days", 43, NAN, Verdict.STOP),
        ("brier", 0.9, 0.1, Verdict.MEASURED),
        ("auc_exposed", 0.6, NAN, Verdict.MEASURED),
        ("auc_exposed", NAN, 0.7, Verdict.MEASURED),
    ],
)
def test_verdicts(measure, value, expected, said):
    assert verdict(measure, value, expected) is said


def test_too_few_rows_judge_nothing():
    assert verdict("score_psi", 5.0, 0.0, count=FEWEST_ROWS - 1) is Verdict.FEW
    assert verdict("calibration", 0.9, 0.1, count=499) is Verdict.FEW


def test_bounds_are_no_lower_than_chance():
    assert verdict("score_psi", 0.2, 0.0, noise=0.21) is Verdict.OK
    assert verdict("score_psi", 0.22, 0.0, noise=0.21) is Verdict.WARN
    assert verdict("score_psi", 0.3, 0.0, noise=0.31) is Verdict.OK
    assert Figure("score_psi", 0.3, 0.0, 9, 9, noise=0.31).bounds == (0.31, 0.31)
    assert Figure("brier", 0.3, 0.0, 9, 9).bounds is None


def test_every_bound_stops_later_than_it_warns_and_says_what_it_means():
    assert all(bound.warn < bound.stop for bound in BOUNDS.values())
    assert all(bound.meaning for bound in BOUNDS.values())
    assert any(bound.stop < NEVER for bound in BOUNDS.values())

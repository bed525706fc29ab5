import numpy as np
import pytest

from models import evaluate, metrics
from models.evaluate import Contender, Evaluation
from models.gate import decide
from models.spec import Acceptance
from models.time_split import split_by_time

BARS = Acceptance(auc_exposed=0.62, auc_suspicious=0.80)


@pytest.fixture(scope="module")
def drawn():
    rng = np.random.default_rng(3)
    outcome = rng.random(3000) < 0.3
    ranking = np.round(rng.normal(size=3000) + outcome, 1)
    return outcome, ranking, 1 / (1 + np.exp(-ranking + 1.5))


def test_measures_equal_those_of_scikit_learn(drawn):
    from sklearn.metrics import average_precision_score, brier_score_loss, log_loss, roc_auc_score

    outcome, ranking, p = drawn
    assert metrics.auc(outcome, ranking) == pytest.approx(roc_auc_score(outcome, ranking), abs=1e-12)
    assert metrics.average_precision(outcome, ranking) == pytest.approx(average_precision_score(outcome, ranking))
    assert metrics.brier(outcome, p) == pytest.approx(brier_score_loss(outcome, p))
    assert metrics.logloss(outcome, p) == pytest.approx(log_loss(outcome, p))


def test_a_class_that_is_absent_gives_no_number():
    assert np.isnan(metrics.auc(np.zeros(3, bool), np.arange(3.0)))
    assert np.isnan(metrics.average_precision(np.zeros(3, bool), np.arange(3.0)))


def test_calibration_of_true_probabilities_is_perfect_and_of_shifted_ones_is_not():
    rng = np.random.default_rng(1)
    p = rng.random(50_000) * 0.9 + 0.05
    outcome = rng.random(50_000) < p
    assert metrics.calibration_error(outcome, p) < 0.01
    assert metrics.calibration_line(outcome, p) == pytest.approx((1, 0), abs=0.05)
    assert metrics.calibration_error(outcome, np.clip(p + 0.2, 0, 0.99)) > 0.1


def test_the_top_of_a_ranking_takes_its_share_and_ties_share_evenly():
    amount = np.arange(10.0)
    assert metrics.top_share(amount, amount) == pytest.approx(9 / 45)
    assert metrics.top_share(np.zeros(10), amount) == pytest.approx(0.1)
    assert np.isnan(metrics.top_share(amount, np.zeros(10)))


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


def test_baselines_know_nothing_of_the_test_days(planted):
    frame = planted()
    parts = split_by_time(frame.days, 7)
    before = evaluate.baselines(frame, parts, "is_loss")
    rows = parts.rows(frame, parts.test)
    frame.is_loss[rows] = ~frame.is_loss[rows]
    after = evaluate.baselines(frame, parts, "is_loss")
    for name, contender in before.items():
        np.testing.assert_array_equal(contender.probability, after[name].probability)


def test_exposed_rows_alone_make_the_headline(planted):
    frame = planted()
    parts = split_by_time(frame.days, 7)
    rows = parts.rows(frame, parts.test)
    knows_exposure = Contender(frame.is_exposed[rows].astype(float), np.full(rows.sum(), 0.5))
    found = evaluate.judge(frame, parts, "is_loss", knows_exposure, seed=0)
    assert found.model["auc_exposed"] == 0.5
    assert found.model["auc_all"] > 0.6


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

"""What is measured of a night, on frames that are drawn."""

from datetime import date
from types import SimpleNamespace

import numpy as np
import polars as pl
import pytest

from jobs.monitoring.watching import MODELS, Watched, age, drift, of_matured
from models.bounds import Figure, Verdict
from models.drift import Reference, spread
from pumploss.errors import ModelError

DAYS, TRADERS, INPUTS = 6, 3200, 8
LOSS, RISK = MODELS
T = date(2026, 3, 1)


def night(seed, drifted=None):
    """A reference over some days, and a later day of half the same traders, one input of which may have drifted."""
    rng = np.random.default_rng(seed)
    day = np.repeat(np.arange(np.datetime64("2026-01-01"), np.datetime64("2026-01-01") + DAYS), TRADERS)
    own = rng.normal(size=(TRADERS, INPUTS + 1))
    now = np.concatenate([own[: TRADERS // 2], rng.normal(size=(TRADERS // 2, INPUTS + 1))])
    # Traders stay as they are for half, and each day has a mood of its own.
    moods = 0.05 * rng.normal(size=(DAYS, INPUTS + 1))
    x = (np.tile(own, (DAYS, 1)) + rng.normal(size=(DAYS * TRADERS, INPUTS + 1))) / np.sqrt(2) + np.repeat(
        moods, TRADERS, axis=0
    )
    now = (now + rng.normal(size=now.shape)) / np.sqrt(2) + 0.05 * rng.normal(size=INPUTS + 1)
    names = [f"input{place}" for place in range(INPUTS)]
    spreads = {name: spread(x[:, place], day) for place, name in enumerate(names)}
    reference = Reference(len(x), TRADERS, float(TRADERS), 0.5, spreads, spread(x[:, -1], day))
    if drifted is not None:
        now[:, drifted] += 0.6
    inputs = pl.DataFrame({name: now[:, place] for place, name in enumerate(names)})
    return reference, inputs, pl.Series(now[:, -1])


def alarms(figures):
    broken = (Verdict.WARN, Verdict.STOP)
    return [(figure.measure, figure.subject) for figure in figures if figure.verdict in broken]


def test_without_drift_no_night_of_100_alarms():
    assert [seed for seed in range(100) if alarms(drift(*night(seed)))] == []


@pytest.mark.parametrize("place", [0, 5])
def test_an_input_that_has_drifted_is_named_and_no_other(place):
    for seed in range(10):
        assert alarms(drift(*night(seed, drifted=place))) == [("input_psi", f"input{place}")]


def test_scores_that_have_drifted_stop():
    figures = drift(*night(1, drifted=INPUTS))
    assert alarms(figures) == [("score_psi", "all")]
    assert {figure.measure: figure for figure in figures}["score_psi"].verdict is Verdict.STOP


def test_the_order_of_rows_changes_nothing():
    reference, inputs, probability = night(2)
    turned = drift(reference, inputs.reverse(), probability.reverse())
    for one, other in zip(drift(reference, inputs, probability), turned, strict=True):
        assert one.value == pytest.approx(other.value, abs=1e-12)


def test_a_night_of_few_traders_is_measured_and_not_judged():
    reference, inputs, probability = night(3, drifted=0)
    figures = drift(reference, inputs.head(120), probability.head(120))
    assert {figure.verdict for figure in figures if figure.measure.endswith("psi")} == {Verdict.FEW}
    assert {figure.rows for figure in figures} == {120}


def test_an_input_that_is_gone_is_no_fault_of_the_others():
    reference, inputs, probability = night(4)
    figures = drift(reference, inputs.drop("input3"), probability)
    assert sum(figure.measure == "input_psi" for figure in figures) == INPUTS - 1


def test_the_age_counts_from_the_newest_outcome_that_a_version_knows():
    tags = {"range_train": "2026-01-01..2026-01-20 (20 days)", "range_test": "2026-02-10..2026-02-16 (7 days)"}
    assert age({**tags, "seed": "2027-01-01"}, T) == (T - date(2026, 2, 23)).days
    with pytest.raises(ModelError, match="does not say which days"):
        age({"seed": "1"}, T)


def rows(version="3", day=date(2026, 2, 20), traders=4):
    return pl.DataFrame({
        "trader_address": [f"trader{n}" for n in range(traders)], "score_day": [day] * traders,
        "loss_model_version": [version] * traders, "risk_model_version": ["1"] * traders,
        "p_loss": [0.1, 0.9, 0.8, 0.2], "p_severe": [0.1] * traders, "expected_loss_sol": [0.1, 3.0, 2.0, 0.0],
        "outcome_lamports": [5 * 10**9, -2 * 10**9, -(10**9), 0], "is_exposed": [True] * traders,
        "is_loss": [False, True, True, False], "is_severe_loss": [False] * traders, "volume": [9.0, 1.0, 1.0, 1.0],
        "risk_band": ["low"] * traders,
    })  # fmt: skip


def load(name, version):
    return SimpleNamespace(metrics={"model": {"auc_exposed": 0.7 + int(version) / 100}})


def tags(newest):
    """Tags of a version whose newest label is of that T: the outcome was known seven days later."""
    return lambda *_: {
        "range_train": "2026-01-01..2026-01-20 (20 days)",
        "range_refit": f"2026-01-01..{newest} (9 days)",
    }


def test_matured_scores_are_those_of_the_version_that_gave_the_newest():
    both = pl.concat([rows("2", date(2026, 2, 18)), rows("3", date(2026, 2, 19)), rows("3")])
    watched = of_matured(LOSS, both, load, tags("2026-02-12"))
    assert {(one.model, one.version, one.first_day, one.last_day) for one in watched} == {
        ("loss-prediction", "3", date(2026, 2, 19), date(2026, 2, 20))
    }
    found = {one.figure.measure: one.figure for one in watched}
    assert (found["auc_exposed"].value, found["auc_exposed"].expected, found["auc_exposed"].rows) == (1.0, 0.73, 8)
    assert found["calibration"].value == pytest.approx(0.5)
    assert found["calibration"].expected == 0.5
    assert found["sol_captured"].value == pytest.approx(2 / 6), "the first of eight rows lost 2 of 6 SOL"


def spans(watched):
    return {one.figure.measure: (one.first_day, one.last_day, one.figure.rows) for one in watched}


@pytest.mark.parametrize("model", MODELS)
def test_days_that_a_version_learned_from_are_left_out_and_said(model):
    given = pl.concat([rows(day=date(2026, 2, day)) for day in (17, 18, 19, 20)])
    found = spans(of_matured(model, given, load, tags("2026-02-12")))
    assert found.pop("learned_days") == (date(2026, 2, 17), date(2026, 2, 18), 8)
    assert set(found.values()) == {(date(2026, 2, 19), date(2026, 2, 20), 8)}
    assert "auc_exposed" in found
    (only,) = of_matured(model, given, load, tags("2026-02-20"))
    assert (only.figure.measure, only.figure.value, only.figure.verdict) == ("learned_days", 4.0, Verdict.MEASURED)


def test_what_a_version_learned_changes_no_figure_of_the_days_after_it():
    seen, unseen = rows(day=date(2026, 2, 17)).with_columns(p_loss=1 - pl.col("p_loss")), rows(day=date(2026, 2, 20))
    both = of_matured(LOSS, pl.concat([seen, unseen]), load, tags("2026-02-12"))
    alone = of_matured(LOSS, unseen, load, tags("2026-02-12"))
    assert [repr(one) for one in both[:-1]] == [repr(one) for one in alone]


def test_without_matured_scores_nothing_is_said_of_them():
    assert of_matured(RISK, pl.DataFrame(), load, tags("2026-02-12")) == []


def test_a_row_says_what_was_measured_and_leaves_out_what_is_no_number():
    figure = Figure("auc_exposed", 0.123456789, float("nan"), 10, 3, noise=0.2)
    row = Watched("risk-score", "2", figure, date(2026, 2, 14), date(2026, 2, 20)).row(T)
    assert (row["value"], row["expected"], row["warn_bound"], row["stop_bound"]) == (0.123457, None, 0.2, 0.2)
    assert (row["verdict"], row["row_count"], row["support_count"], row["monitor_day"]) == ("few", 10, 3, T)
    free = Watched("risk-score", "2", Figure("brier", 0.1, 0.2, 10, 3), T, T).row(T)
    assert (free["warn_bound"], free["stop_bound"], free["verdict"]) == (None, None, "measured")
    never = Watched("risk-score", "2", Figure("input_psi", 0.1, 0.0, 10, 3, subject="x"), T, T).row(T)
    assert (never["warn_bound"], never["stop_bound"]) == (0.1, None)

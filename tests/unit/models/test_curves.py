"""The numbers that a report draws its lines out of."""

import json

import numpy as np
import pytest

from models import curves, metrics
from models.baselines import Contender
from models.bootstrap import Draws
from models.time_split import split_by_time


def test_bins_hold_every_row_once_and_their_rates_are_observed(drawn):
    outcome, _, p = drawn
    rows = curves.reliability(outcome, p, Draws(np.arange(len(p)), 1))
    assert len(rows) == curves.RELIABILITY_BINS
    assert sum(row["rows"] for row in rows) == len(p)
    assert sum(row["rows"] * row["observed"] for row in rows) == pytest.approx(outcome.sum(), abs=0.1)
    assert [row["predicted"] for row in rows] == sorted(row["predicted"] for row in rows)
    assert all(row["low"] <= row["observed"] <= row["high"] for row in rows)


def test_gains_rise_to_everything_and_nobody_beats_who_knows_afterwards(drawn):
    outcome, ranking, p = drawn
    lost = np.where(outcome, np.abs(ranking) + 0.1, 0.0)
    found = curves.gains(Contender(ranking, p), {"volume": Contender(-ranking, p)}, lost)
    assert list(found) == ["shares", "model", "volume", "oracle"]
    for name in ("model", "volume", "oracle"):
        assert found[name] == sorted(found[name])
        assert found[name][-1] == 1.0
        assert all(ours <= best for ours, best in zip(found[name], found["oracle"], strict=True))
    tenth = found["shares"].index(0.1)
    assert found["model"][tenth] == pytest.approx(metrics.top_share(ranking, lost), abs=1e-5)


def test_the_input_that_was_planted_weighs_most_and_its_effect_rises(risk, planted, model):
    frame = planted()
    rows = curves.effects(model.booster, frame.x, np.ones(len(frame), bool))
    assert rows[0]["name"] == "loss_ratio"
    assert rows[0]["share"] > 0.5
    known = [point for point in rows[0]["points"] if point[0] is not None]
    assert [value for value, _ in known] == sorted(value for value, _ in known)
    assert known[0][1] < 0 < known[-1][1]
    assert rows[0]["points"][0][0] is None, "rows without a value come first"
    assert sum(row["share"] for row in rows) == pytest.approx(1, abs=1e-3)
    json.dumps(rows, allow_nan=False)


def test_a_sample_of_very_many_rows_is_explained(model, planted, monkeypatch):
    monkeypatch.setattr(curves, "SAMPLED_ROWS", 50)
    frame = planted()
    assert curves.effects(model.booster, frame.x, split(frame)[1])[0]["name"] == "loss_ratio"


def split(frame):
    parts = split_by_time(frame.days, 7)
    return parts.rows(frame, parts.train), parts.rows(frame, parts.test)


def test_the_input_that_moved_farthest_comes_first(planted):
    frame = planted()
    learned, tested = split(frame)
    frame.x[tested, frame.names.index("calm")] += 2
    rows = curves.drift(frame, learned, tested)
    assert rows[0]["name"] == "calm"
    assert rows[0]["psi"] > 1 > rows[1]["psi"]
    assert {row["name"] for row in rows} == set(frame.names)


def test_figures_of_the_whole_market_are_no_drift(planted):
    frame = planted()
    of_day = np.unique(frame.as_of, return_inverse=True)[1]
    frame.x[:, frame.names.index("noise")] = np.random.default_rng(1).normal(size=len(frame.days))[of_day]
    assert {row["name"] for row in curves.drift(frame, *split(frame))} == set(frame.names) - {"noise"}


def test_what_is_no_number_is_none():
    found = curves.gains(Contender(np.arange(4.0), np.zeros(4)), {}, np.zeros(4))
    assert found["model"] == [None] * len(curves.SHARES)

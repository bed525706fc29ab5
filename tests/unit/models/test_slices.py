"""Where predictions and outcomes differ, and when that may be said."""

from dataclasses import replace

import numpy as np
import pytest

from models.bootstrap import Draws, clusters
from models.crossfit import thinned
from models.loss_model import SPEC as LOSS
from models.slices import Slice, slices
from models.time_split import split_by_time


@pytest.fixture
def judged(planted):
    """`judged(p)`: slices of the test days of a large frame, for the probability that `p(frame, rows)` says."""

    def judged(p):
        frame = planted(traders=900)
        parts = split_by_time(frame.days, 7)
        rows = parts.rows(frame, parts.test)
        frame.volume[:] = np.repeat(np.arange(len(frame) // 900), 900)[np.argsort(np.argsort(frame.x[:, 3]))]
        found = slices(LOSS, frame, parts, frame.is_loss[rows], p(frame, rows), Draws(clusters(frame, rows), 1))
        return {one.name: one for one in found}

    return judged


def test_an_honest_probability_is_off_nowhere(judged):
    found = judged(lambda frame, rows: np.full(rows.sum(), frame.is_loss[rows].mean()))
    assert found["all"].predicted == pytest.approx(found["all"].observed)
    assert not any(one.is_off(0.03) for one in found.values())
    assert found["never seen in training"].rows == 0


def test_a_slice_that_is_off_is_named_though_the_whole_is_not(judged):
    def p(frame, rows):
        rate, weekday = frame.is_loss[rows].mean(), (frame.as_of[rows].astype(np.int64) + 3) % 7
        return np.where(weekday >= 5, rate - 0.12, rate + 0.12 * 2 / 5)

    found = judged(p)
    assert {name for name, one in found.items() if one.is_off(0.06)} == {"weekend"}
    assert abs(found["all"].predicted - found["all"].observed) < 0.01
    assert found["weekend"].rows + found["working day"].rows == found["all"].rows


def test_creators_and_falling_markets_are_slices(planted):
    frame = planted(traders=900)
    names = ("create_slot_share_30d", "market_losing_1d", *frame.names[2:])
    frame.x[:, 0] = np.where(np.arange(len(frame)) % 4 == 0, 0.5, 0.0)
    frame.x[:, 1] = np.where((frame.as_of.astype(np.int64) // 2) % 2 == 0, 0.1, -0.1)
    frame = replace(frame, names=names)
    parts = split_by_time(frame.days, 7)
    rows = parts.rows(frame, parts.test)
    p = np.full(rows.sum(), 0.5)
    found = {
        one.name: one for one in slices(LOSS, frame, parts, frame.is_loss[rows], p, Draws(clusters(frame, rows), 1))
    }
    assert found["buys where a coin is created"].rows == rows.sum() // 4
    assert found["falling market"].rows + found["rising market"].rows == rows.sum()
    assert found["falling market"].rows % 900 == 0


def test_a_slice_that_is_ranked_the_wrong_way_round_is_named(judged):
    def p(frame, rows):
        weekend = (frame.as_of[rows].astype(np.int64) + 3) % 7 >= 5
        noise = np.random.default_rng(3).normal(0, 0.1, rows.sum())
        right = np.clip(np.where(frame.is_loss[rows], 0.6, 0.4) + noise, 0, 1)
        return np.where(weekend, 1 - right, right)

    found = judged(p)
    assert {name for name, one in found.items() if one.is_upside_down} == {"weekend"}
    assert found["working day"].auc > 0.5 > found["weekend"].auc_high > found["weekend"].auc


def test_few_outcomes_say_nothing():
    few = Slice("new", rows=900, outcomes=499, predicted=0.9, observed=0.5, low=0.3, high=0.5)
    assert not few.is_told
    assert not few.is_off(0.03)
    enough = Slice("new", rows=1000, outcomes=500, predicted=0.9, observed=0.5, low=0.3, high=0.5)
    assert enough.is_off(0.03)
    assert not enough.is_off(0.3)


def test_a_trader_whose_rows_were_not_learned_from_counts_as_never_seen(planted):
    frame = planted(traders=300)
    parts = split_by_time(frame.days, 7)
    thin = thinned(LOSS, frame, parts.train)
    rows = parts.rows(frame, parts.test)
    # What a hundred of them did on days that are learned from was done by another one.
    frame.trader_number[thin & (frame.trader_number < 100)] = 200
    assert set(range(300)) == set(frame.trader_number[parts.rows(frame, parts.train)])
    p, draws = np.full(rows.sum(), 0.5), Draws(clusters(frame, rows), 1)
    found = {one.name: one.rows for one in slices(LOSS, frame, parts, frame.is_loss[rows], p, draws)}
    assert found["never seen in training"] == len(parts.test) * 100
    assert found["seen in training"] == len(parts.test) * 200

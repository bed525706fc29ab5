"""A search within bounds, which keeps what is better in every fold and nothing else."""

from dataclasses import replace

import numpy as np
import pytest

from models import boosting, crossfit, metrics
from models.loss_model import SPEC as LOSS
from models.risk_model import SPEC as RISK
from models.scoring.calibration import sigmoid
from models.search import search
from models.time_split import split_by_time

MONOTONE = [1, 0, 0, 0]


@pytest.fixture(scope="module")
def rows(planted):
    """A frame with two folds."""
    frame = planted(days=54)
    return frame, split_by_time(frame.days, 7)


def logloss(spec, frame, fold):
    """What the fold's main trees, grown anew with all others, say of its later days."""
    asked = crossfit.ask(spec, frame, fold, MONOTONE)
    of = frame.is_exposed[asked.rows] if spec.is_hurdle else np.ones(asked.rows.sum(), bool)
    return metrics.logloss(frame.target(spec.target)[asked.rows][of], sigmoid(asked.raw["main"][of]))


@pytest.mark.parametrize("spec", [LOSS, RISK], ids=lambda spec: spec.name)
def test_trees_that_learn_too_little_are_replaced_by_better_ones_in_every_fold(rows, spec):
    frame, parts = rows
    poor = replace(spec, rounds=3)
    found = search(poor, frame, parts, MONOTONE, minutes=5, trials=8)
    assert found.is_kept
    assert found.trials == 8
    for fold, ours, theirs in zip(parts.folds, found.asked, found.found, strict=True):
        assert ours == pytest.approx(logloss(poor, frame, fold), rel=1e-9)
        assert theirs == pytest.approx(logloss(found.spec, frame, fold), rel=1e-9)
        assert theirs < ours
    # What else decides a model is left as it was.
    assert replace(found.spec, rounds=3, parameters=poor.parameters) == poor


def test_what_was_found_is_found_again_and_is_where_the_next_search_begins(rows):
    frame, parts = rows
    poor = replace(LOSS, rounds=3)
    found = search(poor, frame, parts, MONOTONE, minutes=5, trials=6)
    assert search(poor, frame, parts, MONOTONE, minutes=5, trials=6) == found
    again = search(poor, frame, parts, MONOTONE, minutes=5, trials=1, earlier=found.parameters)
    assert again.parameters == found.parameters
    assert again.found == found.found


def test_a_candidate_that_loses_in_one_fold_is_not_kept_however_much_it_gains_in_another(rows):
    frame, parts = rows
    upside_down = replace(frame, x=np.where(crossfit.marked(frame, parts.folds[1].test)[:, None], -frame.x, frame.x))
    # The second fold's days contradict all others: whoever learns more says less of them.
    found = search(replace(LOSS, rounds=3), upside_down, parts, MONOTONE, minutes=5, trials=6)
    assert not found.is_kept
    assert found.spec == replace(LOSS, rounds=3)
    assert "none was better in all 2 folds" in found.sentence()


def test_no_time_no_candidates(rows):
    frame, parts = rows
    found = search(LOSS, frame, parts, MONOTONE, minutes=0)
    assert (found.spec, found.trials, found.is_kept) == (LOSS, 0, False)


def test_locked_days_choose_nothing(rows, planted):
    frame, parts = rows
    spoiled = planted(days=54)
    locked = crossfit.marked(frame, parts.test)
    spoiled.is_loss[locked] = ~spoiled.is_loss[locked]
    spoiled.x[locked] = 7.0
    poor = replace(LOSS, rounds=3)
    known, unknown = (search(poor, of, parts, MONOTONE, minutes=5, trials=4) for of in (frame, spoiled))
    assert known == unknown


def test_bins_are_those_of_other_trees_over_the_same_rows(rows, monkeypatch):
    frame, parts = rows
    fresh, made, binned = replace(frame), [], boosting.binned
    monkeypatch.setattr(boosting, "binned", lambda *given: made.append(1) or binned(*given))
    search(LOSS, fresh, parts, MONOTONE, minutes=5, trials=3)
    assert len(made) == len(parts.folds)

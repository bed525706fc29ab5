"""Slices along time, with a horizon between them."""

import itertools
from dataclasses import replace
from datetime import date, timedelta

import numpy as np
import pytest

from models.time_split import (
    Fold,
    NotEnoughDaysError,
    TimeSplit,
    TooFewOutcomesError,
    last_day,
    refuse_too_few,
    split_by_time,
)
from pumploss.days import shift, span
from pumploss.errors import ModelError

DAY = date(2026, 1, 1)


def days(count):
    return span(DAY, shift(DAY, count - 1))


def test_slices_lie_along_time_with_a_horizon_between_them():
    parts = split_by_time(days(54), 7)
    assert (len(parts.train), len(parts.calibrate), len(parts.test), len(parts.refit)) == (34, 14, 14, 54)
    assert parts.train[-1] + timedelta(days=7) == parts.test[0]
    assert parts.calibrate[-1] + timedelta(days=7) == parts.test[0]
    assert parts.test == days(54)[-14:]
    assert parts.refit == days(54)
    assert not parts.is_short
    assert parts.shortfalls == ["2 of 4 folds"]


def test_folds_walk_forward_week_by_week_and_learn_only_what_had_matured():
    parts = split_by_time(days(68), 7)
    assert parts.shortfalls == []
    assert [len(fold.train) for fold in parts.folds] == [14, 21, 28, 35]
    for fold in parts.folds:
        assert len(fold.test) == 7
        assert fold.train[-1] + timedelta(days=7) == fold.test[0]
    for earlier, later in itertools.pairwise(parts.folds):
        assert shift(earlier.test[-1], 1) == later.test[0]
    assert parts.folds[-1].test[-1] + timedelta(days=7) == parts.test[0]
    assert [len(fold.test) for fold in split_by_time(days(67), 7).folds] == [7, 7, 7]
    assert len(split_by_time(days(200), 7).folds) == 4


def test_a_short_history_locks_a_week():
    assert [len(split_by_time(days(count), 7).test) for count in (40, 46, 47)] == [7, 7, 14]
    assert split_by_time(days(40), 7).shortfalls == [
        "27 of 28 training days",
        "1 of 4 folds",
        "7 of 14 locked days",
    ]


def test_forty_days_are_just_enough_and_called_short():
    parts = split_by_time(days(40), 7)
    assert parts.is_short
    assert (len(parts.folds[0].train), len(parts.folds[0].test), len(parts.test)) == (14, 7, 7)
    with pytest.raises(
        NotEnoughDaysError, match=r"^39 as-of days .* 40 in a row are needed: 14 to train \(there are 13\)"
    ):
        split_by_time(days(39), 7)


@pytest.mark.parametrize("count", [0, 1, 7, 13, 20])
def test_few_days_are_counted_not_crashed_on(count):
    with pytest.raises(NotEnoughDaysError, match=f"^{count} as-of days"):
        split_by_time(days(count), 7)


def test_gaps_between_days_never_shorten_the_purge():
    scattered = tuple(day for day in days(120) if day.day % 3)
    parts = split_by_time(scattered, 7)
    assert max(parts.train) + timedelta(days=7) <= min(parts.test)
    assert max(parts.calibrate) + timedelta(days=7) <= min(parts.test)
    assert len(parts.folds) == 4
    for fold in parts.folds:
        assert max(fold.train) + timedelta(days=7) <= min(fold.test)


def test_at_most_ninety_days_train():
    parts = split_by_time(days(200), 7)
    assert [len(part.train) for part in (*parts.folds, parts.locked)] == [90] * 5
    assert parts.refit == days(200)[-90:]


def test_overlapping_slices_are_refused():
    with pytest.raises(ModelError, match="training and test overlap"):
        Fold(days(14), span(shift(DAY, 19), shift(DAY, 25)), 7)
    fold, locked = Fold(days(14), span(shift(DAY, 20), shift(DAY, 26)), 7), span(shift(DAY, 33), shift(DAY, 39))
    assert TimeSplit((fold,), Fold(days(27), locked, 7), days(40)).calibrate == fold.test
    with pytest.raises(ModelError, match="training and test overlap"):
        Fold(days(28), locked, 7)
    with pytest.raises(ModelError, match="calibration and test overlap"):
        TimeSplit((fold,), Fold(days(14), span(shift(DAY, 32), shift(DAY, 38)), 7), days(39))


def test_a_slice_with_hardly_any_outcome_is_refused(planted):
    frame = planted(traders=20)
    parts = split_by_time(frame.days, 7)
    refuse_too_few(frame, parts, "is_loss")
    rare = replace(frame, is_loss=frame.is_loss & (np.arange(len(frame)) % 50 == 0))
    with pytest.raises(TooFewOutcomesError, match="is_loss: the training days"):
        refuse_too_few(rare, parts, "is_loss")


def test_a_version_tells_the_newest_day_that_it_knows():
    parts = split_by_time(days(54), 7)
    tags = {f"range_{name}": text for name, text in parts.ranges().items()}
    assert last_day({**tags, "seed": "2026-12-31..2027-01-01"}) == parts.refit[-1] == days(54)[-1]
    assert last_day({"range_test": "2026-03-12..2026-03-25 (14 days)"}) == date(2026, 3, 25)
    assert last_day({"gate": "passed"}) is None

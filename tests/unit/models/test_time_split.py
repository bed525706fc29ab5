"""Slices along time, with a horizon between them."""

from dataclasses import replace
from datetime import date, timedelta

import numpy as np
import pytest

from models.time_split import NotEnoughDaysError, TimeSplit, TooFewOutcomesError, refuse_too_few, split_by_time
from pumploss.days import shift, span
from pumploss.errors import ModelError

DAY = date(2026, 1, 1)


def days(count):
    return span(DAY, shift(DAY, count - 1))


def test_slices_lie_along_time_with_a_horizon_between_them():
    parts = split_by_time(days(54), 7)
    assert (len(parts.train), len(parts.calibrate), len(parts.test)) == (28, 7, 7)
    assert parts.train[-1] + timedelta(days=7) == parts.calibrate[0]
    assert parts.calibrate[-1] + timedelta(days=7) == parts.test[0]
    assert parts.test[-1] == days(54)[-1]
    assert not parts.is_short


def test_forty_days_are_just_enough_and_called_short():
    assert split_by_time(days(40), 7).is_short
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
    assert max(parts.train) + timedelta(days=7) <= min(parts.calibrate)
    assert max(parts.calibrate) + timedelta(days=7) <= min(parts.test)


def test_at_most_ninety_days_train():
    assert len(split_by_time(days(200), 7).train) == 90


def test_overlapping_slices_are_refused():
    with pytest.raises(ModelError, match="training and calibration overlap"):
        TimeSplit(days(14), span(shift(DAY, 19), shift(DAY, 25)), span(shift(DAY, 40), shift(DAY, 46)), 7)
    with pytest.raises(ModelError, match="calibration and test overlap"):
        TimeSplit(days(14), span(shift(DAY, 20), shift(DAY, 26)), span(shift(DAY, 32), shift(DAY, 38)), 7)


def test_a_slice_with_hardly_any_outcome_is_refused(planted):
    frame = planted(traders=20)
    parts = split_by_time(frame.days, 7)
    refuse_too_few(frame, parts, "is_loss")
    rare = replace(frame, is_loss=frame.is_loss & (np.arange(len(frame)) % 50 == 0))
    with pytest.raises(TooFewOutcomesError, match="is_loss: the training days"):
        refuse_too_few(rare, parts, "is_loss")

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

import numpy as np
import polars as pl
import pytest

from models.dataset import assemble, matrix
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


def rows(**more):
    at = [datetime(2026, 1, day, tzinfo=UTC) for day in (2, 1, 1)]
    given = {
        "trader_address": ["ann", "bob", "ann"],
        "event_timestamp": at,
        "is_loss": [True, False, True],
        "is_severe_loss": [False, False, True],
        "is_exposed": [True, True, True],
        "outcome_lamports": [-2_000_000_000, 5, -1],
        "loss_24h_sol": [-1.5, None, 20.0],
        "loss_trades_24h": [2, 0, 1],
        "buy_sol_7d": [1.0, 2.0, None],
        "flag": [True, None, False],
    }
    return pl.DataFrame({**given, **more})


def test_rows_are_sorted_and_the_matrix_is_in_the_order_of_names():
    frame = assemble(rows(), ["loss_trades_24h", "flag"])
    assert frame.trader.tolist() == ["ann", "bob", "ann"]
    assert frame.x.dtype == np.float64
    np.testing.assert_array_equal(frame.x, [[1, 0], [0, np.nan], [2, 1]])
    assert frame.formula.tolist() == [100.0, 0.0, 19.0]
    assert frame.pnl_sol.tolist() == [-1e-9, 5e-9, -2.0]
    assert frame.volume.tolist() == [0.0, 2.0, 1.0]


def test_the_digest_does_not_depend_on_the_order_of_rows_but_on_every_value():
    names = ["loss_trades_24h", "flag"]
    digest = assemble(rows(), names).sha256
    assert assemble(rows().reverse(), names).sha256 == digest
    assert assemble(rows(outcome_lamports=[-2_000_000_000, 6, -1]), names).sha256 != digest
    assert assemble(rows(), ["flag", "loss_trades_24h"]).sha256 != digest
    assert assemble(rows(trader_address=["ann", "bob", "amy"]), names).sha256 != digest


def test_a_trader_twice_at_one_time_and_a_missing_column_are_refused():
    with pytest.raises(ModelError, match="ann stands twice at T = 2026-01-01"):
        assemble(rows(trader_address=["ann", "ann", "ann"]), ["flag"])
    with pytest.raises(ModelError, match="lack hold_duration"):
        assemble(rows(), ["hold_duration"])
    with pytest.raises(ModelError, match=r"not numeric \['trader_address'\]"):
        matrix(rows(), ["trader_address"])


def test_a_slice_with_hardly_any_outcome_is_refused(planted):
    frame = planted(traders=20)
    parts = split_by_time(frame.days, 7)
    refuse_too_few(frame, parts, "is_loss")
    rare = replace(frame, is_loss=frame.is_loss & (np.arange(len(frame)) % 50 == 0))
    with pytest.raises(TooFewOutcomesError, match="is_loss: the training days"):
        refuse_too_few(rare, parts, "is_loss")

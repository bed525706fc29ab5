"""Figures as people read them."""

import json

import numpy as np

from models.scoring.shown import numbers, rounded, shown


def test_numbers_come_back_to_the_last_bit():
    values = np.concatenate([np.random.default_rng(1).normal(size=500) * 10.0 ** np.arange(-250, 250), [0.0, -0.0]])
    text = numbers(np.append(values, [np.nan, np.inf])).to_pylist()
    assert [json.loads(one) for one in text] == [*values.tolist(), None, None]


def test_three_digits_are_kept_and_whole_numbers_whole():
    given = np.array([12345.6, 0.012345, 1.005, -45.678, 0.0, 1e-9])
    assert rounded(given).tolist() == [12346.0, 0.0123, 1.0, -45.7, 0.0, 0.0]


def test_units_are_said_and_times_in_what_fits():
    values = np.array([0.1234, 2.5, 30.0, 90.0, 5.0, np.log1p(7_200), 36.0, 12.0, np.nan, 0.0, 400.0])
    units = np.array(
        ["share", "sol", "seconds", "seconds", "hours", "log_seconds", "hours", "days", "sol", "seconds", ""]
    )
    assert shown(values, units).to_pylist() == [
        "12.3 %", "2.5 SOL", "30 seconds", "1.5 minutes", "5 hours", "2 hours", "1.5 days", "12 days",
        "nothing known", "0 seconds", "400",
    ]  # fmt: skip

"""Medians without sorting, and places of numbers."""

from random import Random
from statistics import median

import numpy as np
import pytest

from features.rolling.entry_loops import high_medians, medians, places_of


@pytest.mark.parametrize("seed", range(6))
def test_medians_are_those_of_a_sort(seed):
    draw = Random(seed)
    values = np.array([draw.choice([0.5, draw.random(), float(n)]) for n in range(200)])
    if seed % 2:
        values.sort()
    windows = [(first, end) for first in range(0, 200, 7) for end in range(first, 201, 13)]
    first, end = (np.array(ends) for ends in zip(*windows, strict=True))
    kept = values.copy()
    found = medians(first, end, values)
    assert np.array_equal(values, kept)
    for place, (since, until) in enumerate(windows):
        expected = median(values[since:until]) if until > since else None
        assert found[place] == expected or (expected is None and np.isnan(found[place]))


def test_highs_are_raised_by_the_day_after_and_no_other():
    keys = np.array([10, 11, 13, 14])
    begins, highs = np.array([0, 2, 3, 4, 4]), np.array([1.0, 2.0, 3.0, 4.0])
    # Day 11 raises the second of day 10 and adds one; day 13 follows no day; day 14 raises the only one of day 13.
    raised_begins, places, raised = np.array([0, 0, 2, 3, 4]), np.array([1, -1, 0, 0]), np.array([9.0, 5.0, 7.0, 8.0])
    first, end = np.array([0, 1, 2, 0, 3]), np.array([1, 2, 3, 3, 3])
    middles, counts = high_medians(first, end, keys, begins, highs, raised_begins, places, raised)
    assert counts.tolist() == [3, 1, 1, 5, 0]
    assert middles[:4].tolist() == [5.0, 3.0, 8.0, 5.0]
    assert np.isnan(middles[4])


def test_numbers_are_found_where_they_follow_on_one_another_and_where_they_do_not():
    numbers = np.array([100, 101, 102, 305, 307, 309])
    wanted = np.array([102, 100, 305, 307, 308, 309, 99, 103, 400, -1, 250])
    assert places_of(numbers, wanted, 100).tolist() == [2, 0, 3, 4, -1, 5, -1, -1, -1, -1, -1]
    assert places_of(numbers[:0], wanted[:2], 100).tolist() == [-1, -1]

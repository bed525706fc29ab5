"""Ranks without a sort: the values that a sort finds, however many of them are equal."""

from statistics import median

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from features.rolling.selection import middle, put, selected

#: Few different values make many equal ones; lists are long enough to be parted several times.
VALUES = st.one_of(
    st.lists(st.integers(0, 3).map(float), min_size=1, max_size=120),
    st.lists(st.floats(-1e9, 1e9), min_size=1, max_size=120),
)


@settings(deadline=None)
@given(VALUES, st.data())
def test_the_value_of_a_rank_has_none_above_it_before_it_and_none_below_it_behind(values, data):
    rank = data.draw(st.integers(0, len(values) - 1))
    moved = np.array([*values, -np.inf])
    assert selected(moved, len(values), rank) == moved[rank] == sorted(values)[rank]
    assert sorted(moved[:-1]) == sorted(values)
    assert max(moved[: rank + 1]) == moved[rank] == min(moved[rank:-1])
    assert moved[-1] == -np.inf


@settings(deadline=None)
@given(VALUES)
def test_the_middle_is_that_of_a_sort(values):
    assert middle(np.array(values), len(values)) == median(values)
    whole = np.array(values).astype(np.int64)
    assert middle(whole.copy(), len(whole)) == median(whole.tolist())


def test_nothing_has_no_middle():
    assert np.isnan(middle(np.empty(0), 0))


@settings(deadline=None)
@given(VALUES)
def test_values_that_are_put_one_by_one_are_in_order(values):
    ordered = np.empty(len(values))
    for size, value in enumerate(values):
        put(ordered, size, value)
    assert ordered.tolist() == sorted(values)

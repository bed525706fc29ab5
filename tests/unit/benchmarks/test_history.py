"""Nights of a history that are compared."""

import pytest

from benchmarks.history import Cost, compared, median


def test_the_last_nights_are_held_against_days_30_to_37():
    late, early = compared(90)
    assert [night + 1 for night in early] == list(range(30, 38))
    assert [night + 1 for night in late] == list(range(83, 91))


@pytest.mark.parametrize("history", range(2, 60))
def test_no_night_is_compared_with_itself(history):
    late, early = compared(history)
    assert late
    assert early
    assert late[-1] == history - 1
    assert early[0] >= 0
    assert early[-1] < late[0]


def test_the_median_of_each_figure_and_the_highest_peak():
    nights = [Cost(1.0, 9.0, 5, 70), Cost(2.0, 7.0, 6, 90), Cost(40.0, 8.0, 1, 80)]
    assert median(nights) == Cost(2.0, 8.0, 5, 90)

import math

import pytest

from features.recomputed.arithmetic import decimals, median, ratio, sample_deviation, share_of, whole


def test_halves_are_rounded_away_from_zero():
    assert [whole(value) for value in (0.5, 1.5, -0.5, -2.5, 2.4999, 0.0)] == [1, 2, -1, -3, 2, 0]
    assert decimals(-0.0000000001) == 0.0
    assert math.copysign(1.0, decimals(-0.0000000001)) == 1.0


def test_a_nudge_decides_a_tie_and_nothing_else():
    tie = 0.0000000125
    assert {decimals(tie, nudge) for nudge in (0.0, 2.0**-50, -(2.0**-50))} == {0.000000012, 0.000000013}
    assert {decimals(0.123456789123, nudge) for nudge in (0.0, 2.0**-50, -(2.0**-50))} == {0.123456789}


def test_what_cannot_be_computed_is_missing():
    assert ratio(1, 0) is ratio(None, 1) is ratio(1, -2) is median([]) is sample_deviation(1, 5, 25) is None


@pytest.mark.parametrize(("amount", "units", "expected"), [(10, 1, 3), (-10, 1, -3), (10, 3, 10), (0, 2, 0)])
def test_a_share_of_an_amount_is_rounded_toward_zero(amount, units, expected):
    assert share_of(amount, 3, units) == expected

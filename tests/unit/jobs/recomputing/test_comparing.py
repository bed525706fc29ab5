import math

import pytest

from jobs.recomputing.comparing import is_same


@pytest.mark.parametrize(
    ("stored", "found", "same"),
    [
        (1.0, 1.0, True), (1.0, math.nextafter(1.0, 2.0), False), (0.0, -0.0, False), (None, None, True),
        (None, 0.0, False), (0.0, None, False), (3, 3, True), (3, 3.0, False), (True, True, True),
    ],
)  # fmt: skip
def test_values_are_the_same_to_the_last_bit(stored, found, same):
    assert is_same(stored, found) is same

"""What scores are measured from."""

import pytest

from models.score import reference


def test_the_reference_is_the_odds_of_the_window():
    assert reference(20, 120).odds_reference == pytest.approx(20.5 / 100.5)

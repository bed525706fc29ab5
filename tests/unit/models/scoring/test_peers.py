"""What is usual, as it is kept."""

import numpy as np
import pytest

from models.scoring.errors import ScoringError
from models.scoring.peers import Peers

GIVEN = Peers((("volume", 0.1 + 0.2), ("none", None), ("rate", 1 / 3)))


def test_medians_come_back_to_the_last_bit():
    assert Peers.from_json(GIVEN.to_json()) == GIVEN


def test_medians_are_taken_by_name():
    np.testing.assert_array_equal(GIVEN.of(["rate", "none", "other", "volume"]), [1 / 3, np.nan, np.nan, 0.1 + 0.2])


@pytest.mark.parametrize("text", ["", "[]", '{"volume": "much"}', '{"volume": []}'])
def test_other_content_is_refused(text):
    with pytest.raises(ScoringError, match=r"peers\.json cannot be read"):
        Peers.from_json(text)

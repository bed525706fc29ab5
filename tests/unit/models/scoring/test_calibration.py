"""The line in log-odds, as it is kept."""

import pytest

from models.scoring.calibration import Calibrator
from models.scoring.errors import ScoringError


def test_json_gives_the_same_calibrator_to_the_last_bit():
    found = Calibrator(0.7 + 0.1 / 3, -0.1 - 0.2)
    assert Calibrator.from_json(found.to_json()) == found


@pytest.mark.parametrize(
    "text",
    ["", "{}", '{"kind": "isotonic", "slope": 1, "intercept": 0}', '{"kind": "platt", "slope": -1, "intercept": 0}'],
)
def test_other_content_is_refused(text):
    with pytest.raises(ScoringError):
        Calibrator.from_json(text)

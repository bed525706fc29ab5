"""What a reason says of a figure."""

import json

import numpy as np
import pytest

from models.scoring.sentences import ONE_POINT, Sentences
from models.scoring.served import Input


@pytest.mark.parametrize(
    ("value", "usual", "said"),
    [
        (-4.93, -0.772, "-4.93 SOL, further below 0 than the usual -0.772 SOL"),
        (-0.1, -0.772, "-0.1 SOL, less far below 0 than the usual -0.772 SOL"),
        (-0.772, -0.772, "-0.772 SOL, no other than the usual -0.772 SOL"),
        (-1.0, 2.0, "-1 SOL, below the usual 2 SOL"),
        (0.0, -0.772, "0 SOL, above the usual -0.772 SOL"),
        (np.inf, 2.0, "nothing known"),
        (-np.inf, -2.0, "nothing known"),
        (np.nan, 2.0, "nothing known"),
        (1.0, np.nan, "1 SOL"),
    ],
)
def test_more_lost_never_reads_as_less_and_nothing_known_is_compared_with_nothing(value, usual, said):
    one = Input("pnl", "losses", 0, topic="Losses", meaning="its pnl", unit="sol")
    (text,) = (
        Sentences([one])
        .reasons(np.array([0]), *(np.array([given]) for given in (0.5, ONE_POINT, value, usual)))
        .to_pylist()
    )
    reason = json.loads(text)
    assert reason["text"] == f"Losses: {said} (its pnl). Alone it adds 1 point."
    assert reason["value"] == (value if np.isfinite(value) else None)


def test_times_are_compared_as_they_are_written():
    """Logarithms of times are alike in three digits long before the times are."""
    one = Input("held", "holding", 0, topic="Holding", meaning="its time", unit="log_seconds")
    value, usual = (np.array([np.log1p(days * 86_400.0)]) for days in (10.3, 10.6))
    (text,) = Sentences([one]).reasons(np.array([0]), *(np.array([given]) for given in (0.5, 0.5)), value, usual)
    assert "10.3 days, below the usual 10.6 days" in text.as_py()

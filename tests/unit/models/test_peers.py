"""What is usual among the wallets of a frame."""

import numpy as np

from models import peers as fitting
from models.peers import peers


def test_medians_are_of_who_has_the_feature(planted):
    frame = planted()
    frame.x[:, 2] = np.nan
    found = peers(frame, ("calm", "noise", "size"))
    assert found.medians == (
        ("calm", np.nanmedian(frame.x[:, 3])),
        ("noise", None),
        ("size", np.nanmedian(frame.x[:, 1])),
    )


def test_a_long_frame_is_sampled_evenly(planted, monkeypatch):
    frame = planted()
    whole = peers(frame, frame.names)
    monkeypatch.setattr(fitting, "MOST_ROWS", len(frame) // 4)
    sampled = peers(frame, frame.names)
    assert sampled != whole
    np.testing.assert_allclose(sampled.of(frame.names), whole.of(frame.names), atol=0.1)

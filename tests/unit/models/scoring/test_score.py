"""The score that people see: fifty is the reference, five points double the odds."""

import json

import numpy as np
import pytest

from models.scoring.errors import ScoringError
from models.scoring.score import ScoreMap, bands


def test_fifty_is_the_reference_and_five_points_double_the_odds():
    scale = ScoreMap(0.25)
    assert scale.score(np.log([0.25, 0.5, 0.125])).tolist() == pytest.approx([50, 55, 45])


def test_the_score_rises_with_the_odds_and_stays_in_its_range():
    scores = ScoreMap(0.1).score(np.linspace(-20, 20, 4001))
    assert (np.diff(scores) >= 0).all()
    inside = (scores > 0) & (scores < 100)
    assert (np.diff(scores[inside]) > 0).all()
    assert (scores.min(), scores.max()) == (0, 100)


def test_bands_begin_at_their_lowest_score():
    assert bands(np.array([0, 39.99, 40, 50, 54.9, 55, 60, 100])) == [
        "very low", "very low", "low", "medium", "medium", "high", "very high", "very high",
    ]  # fmt: skip


def test_a_map_survives_json_and_no_other_is_read():
    scale = ScoreMap(20.5 / 100.5)
    assert ScoreMap.from_json(scale.to_json()) == scale
    other = json.dumps({**json.loads(scale.to_json()), "points_per_doubling": 20})
    with pytest.raises(ScoringError, match="20 points per doubling"):
        ScoreMap.from_json(other)
    with pytest.raises(ScoringError, match="not positive"):
        ScoreMap(0.0)

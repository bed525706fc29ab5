import numpy as np
import pytest

from benchmarks.ablation import _draws, _weighted
from models.metrics import auc, top_share


@pytest.fixture
def judged():
    """Outcomes, SOL lost and a ranking of a thousand rows, from lowest to highest rank."""
    rng = np.random.default_rng(3)
    ranking = np.sort(rng.normal(size=1_000))
    return rng.random(1_000) < 1 / (1 + np.exp(-ranking)), rng.lognormal(size=1_000), ranking


def test_a_draw_that_takes_every_row_once_is_the_whole(judged):
    outcome, lost, ranking = judged
    found = _weighted(outcome, lost, np.ones(1_000, np.int64))
    assert found == pytest.approx((auc(outcome, ranking), top_share(ranking, lost)))


def test_rows_that_are_taken_twice_count_twice_and_those_left_out_not_at_all(judged):
    outcome, lost, ranking = judged
    taken = np.random.default_rng(4).integers(0, 3, 1_000)
    rows = np.repeat(np.arange(1_000), taken)
    area, captured = _weighted(outcome, lost, taken)
    # Rows that are the same tie with one another here and not there: one pair in a thousand.
    assert area == pytest.approx(auc(outcome[rows], ranking[rows]), abs=2e-3)
    assert captured == pytest.approx(top_share(ranking[rows], lost[rows]), abs=0.02)


def test_traders_are_drawn_with_all_of_their_rows():
    traders = np.array(["ann", "ben", "ann", "cid", "ben", "ann"])
    for taken in _draws(traders)[:20]:
        assert len({*taken[traders == "ann"]}) == len({*taken[traders == "ben"]}) == 1
        assert taken[0] + taken[1] + taken[3] == 3

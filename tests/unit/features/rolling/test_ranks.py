"""Ranks, beside a count of who is below."""

from random import Random

import pyarrow as pa
import pytest

from features.rolling.ranks import share_below


@pytest.mark.parametrize("seed", range(20))
def test_a_rank_is_the_share_of_the_other_known_figures_below(seed):
    draw = Random(seed)
    figures = [draw.choice([None, draw.randrange(4), draw.randrange(10**12)]) for _ in range(draw.randrange(30))]
    known = [figure for figure in figures if figure is not None]
    expected = [
        None if figure is None or len(known) < 2 else sum(other < figure for other in known) / (len(known) - 1)
        for figure in figures
    ]
    for kind in (pa.int64(), pa.float64()):
        assert share_below(pa.chunked_array([pa.array(figures, kind)])).to_pylist() == expected


def test_ranks_do_not_depend_on_the_order_of_traders():
    figures = [5, 1, None, 5, 9, 0]
    turned = share_below(pa.chunked_array([pa.array(figures[::-1])])).to_pylist()
    assert turned[::-1] == share_below(pa.chunked_array([pa.array(figures)])).to_pylist()

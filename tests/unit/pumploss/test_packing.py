"""Things of known size in blocks: all of them, in order, none larger than is said but for what is so by itself."""

from itertools import pairwise

from hypothesis import given
from hypothesis import strategies as st

from pumploss.packing import packed


@given(st.lists(st.integers(0, 12)), st.integers(1, 10))
def test_all_are_packed_in_order_and_no_two_blocks_beside_each_other_would_fit_in_one(sizes, most):
    blocks = list(packed(enumerate(sizes), most))
    large = [keys for keys, whole in blocks if whole > most]
    assert all(len(keys) == 1 for keys in large)
    assert all(whole == sum(sizes[key] for key in keys) for keys, whole in blocks)
    assert sorted(key for keys, _ in blocks for key in keys) == list(range(len(sizes)))
    small = [keys for keys, whole in blocks if whole <= most]
    assert [key for keys in small for key in keys] == [key for key, size in enumerate(sizes) if size <= most]
    for before, after in pairwise(small):
        assert sum(sizes[key] for key in before) + sizes[after[0]] > most

"""Lists of many files in one piece: the same as what Arrow makes of all of them, however their sizes grow."""

import pyarrow as pa
from hypothesis import given
from hypothesis import strategies as st

from jobs.windowing.growing_lists import GrowingLists

LISTS = st.lists(st.lists(st.integers(-(2**63), 2**63 - 1), max_size=30), max_size=6)


@given(st.lists(LISTS, max_size=6), st.integers(0, 4))
def test_lists_are_those_that_were_added_in_order(parts, expected):
    kind = pa.list_(pa.int64())
    growing = GrowingLists(kind, expected)
    for part in parts:
        # What is cut out of a longer column begins inside of its items.
        cut = pa.array([[1, 2], *part, [3]], kind).slice(1, len(part))
        growing.add([cut.slice(0, 2), cut.slice(2)])
    whole = growing.whole()
    assert whole.to_pylist() == [one for part in parts for one in part]
    assert whole.type == kind

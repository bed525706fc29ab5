"""When a carried position changes next, against a search through all later rows."""

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from features.rolling.position_rows import NEVER, superseding_days

#: Per daily row: trader, days since the trader's row before, and moments with places of its positions, each once.
POSITION = st.tuples(st.integers(0, 4).map(lambda second: second * 1_000_000), st.integers(0, 3))
ROWS = st.lists(
    st.tuples(st.integers(0, 2), st.integers(1, 3), st.lists(POSITION, unique=True, max_size=8)), max_size=12
)


@given(ROWS)
def test_a_position_is_superseded_by_the_traders_next_row_of_it(rows):
    rows = sorted(rows, key=lambda row: row[0])
    owner = np.array([row[0] for row in rows], np.int64)
    day = np.cumsum([row[1] for row in rows], dtype=np.int64)
    begins = np.r_[0, np.cumsum([len(row[2]) for row in rows], dtype=np.int64)].astype(np.int64)
    items = [(trader, position, at) for (trader, _, held), at in zip(rows, day, strict=True) for position in held]
    opened, place = (np.array([item[1][part] for item in items], np.int64) for part in (0, 1))

    def next_day(number):
        trader, position, _ = items[number]
        later = (at for other, same, at in items[number + 1 :] if (other, same) == (trader, position))
        return next(later, NEVER)

    found = superseding_days(owner, day, begins, opened, place)
    assert found.tolist() == [next_day(number) for number in range(len(items))]

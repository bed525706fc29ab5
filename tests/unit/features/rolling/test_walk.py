"""Windows of one kind stand beside those of another of the same trader and T."""

from datetime import date

import pyarrow as pa

from features.rolling.walk import beside, window_columns
from features.windows import windowed_columns

FIRST, SECOND = date(2026, 1, 5), date(2026, 1, 6)


def keyed(*pairs, **columns):
    days = pa.array([day for _, day in pairs], pa.date32())
    return pa.table({"trader_address": [trader for trader, _ in pairs], "as_of_day": days, **columns})


def test_a_row_gets_what_is_known_of_the_same_trader_and_t_and_else_nothing():
    own = keyed(("ben", FIRST), ("ann", SECOND), ("cid", FIRST), ("ann", FIRST))
    pairs = (("dan", FIRST), ("ann", SECOND), ("ann", FIRST), ("ben", SECOND))
    other = keyed(*pairs, figure=[1, 2, 3, 4], text=list("abcd"))
    assert {name: column.to_pylist() for name, column in beside(own, other).items()} == {
        "figure": [None, 2, None, 3],
        "text": [None, "b", None, "c"],
    }
    nobody = beside(own, other.slice(0, 0))
    assert nobody["figure"].to_pylist() == [None] * 4
    assert [len(column) for column in beside(own.slice(0, 0), other).values()] == [0, 0]


def test_the_columns_are_those_of_all_windows_and_one_key():
    names = list(window_columns())
    assert names.count("trader_address") == names.count("as_of_day") == 1
    assert windowed_columns().keys() < window_columns().keys()
    assert {"gap_median_seconds_30d", "fated_count_30d"} < window_columns().keys()

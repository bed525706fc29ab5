"""Levels of groups: each is what a loop over the rows so far comes to, whatever is missing and however long a group."""

from decimal import Decimal
from random import Random

import polars as pl
import pytest

from pumploss.levels import earliest, highest, last_items, latest, lowest, summed, with_levels

#: What a loop would do with the values so far, none of them missing.
LOOPS = {
    "summed": (summed, sum),
    "highest": (highest, max),
    "lowest": (lowest, min),
    "latest": (latest, lambda values: values[-1]),
    "earliest": (earliest, lambda values: values[0]),
}


def drawn(seed, longest):
    """Rows of groups of 1 to `longest` rows, with a number, or none, and a list each."""
    draw = Random(seed)
    groups = [group for group in range(40) for _ in range(draw.randint(1, longest))]
    return pl.DataFrame(
        {
            "group": groups,
            "value": [draw.choice([None, draw.randint(-(2**40), 2**40)]) for _ in groups],
            "items": [[draw.random() for _ in range(draw.randint(0, 4))] for _ in groups],
        },
        schema={"group": pl.UInt32, "value": pl.Int64, "items": pl.List(pl.Float64)},
    )


def so_far(rows, row, name):
    """The values of a row's group up to it."""
    groups, values = rows["group"].to_list(), rows[name].to_list()
    return [values[n] for n in range(row + 1) if groups[n] == groups[row]]


@pytest.mark.parametrize("longest", [1, 2, 3, 17])
@pytest.mark.parametrize("name", LOOPS)
def test_levels_are_what_a_loop_comes_to(name, longest):
    rows = drawn(longest, longest)
    kind, loop = LOOPS[name]
    found = with_levels(rows, "group", {"level": ("value", kind)})
    for row, level in enumerate(found["level"].to_list()):
        known = [value for value in so_far(rows, row, "value") if value is not None]
        assert level == (loop(known) if known else None), (row, known)
    assert found["value"].equals(rows["value"]), "what a level is of stays"


@pytest.mark.parametrize("longest", [1, 2, 17])
def test_the_last_items_of_lists_are_kept(longest):
    rows = drawn(longest, longest)
    found = with_levels(rows, "group", {"items": ("items", last_items(5))})
    for row, items in enumerate(found["items"].to_list()):
        assert items == [item for some in so_far(rows, row, "items") for item in some][-5:]


def test_decimals_keep_every_digit():
    most = Decimal(10**37)
    values = pl.Series("value", [most, most, most], pl.Decimal(38, 0))
    rows = pl.DataFrame({"group": [1, 1, 2]}).with_columns(values)
    assert with_levels(rows, "group", {"level": ("value", summed)})["level"].to_list() == [most, 2 * most, most]


def test_no_rows_have_no_levels():
    none = drawn(1, 1).clear()
    assert with_levels(none, "group", {"level": ("value", summed)}).columns == [*none.columns, "level"]

"""Windows of all traders, in as many tasks as they may be shared out to."""

import pytest

from pumploss.days import shift
from tests.building.feature_inputs import windows_of
from tests.building.random_market import FIRST, TABLES, market


@pytest.fixture(scope="module")
def frames(frame):
    return {table.name: frame(table, *rows) for table, rows in zip(TABLES, market(3), strict=True)}


def fated(rows, day, is_own):
    """Entries of which anything became, of single traders or as summed up over all."""
    wanted = (row for row in rows if bool(row["trader_address"]) is is_own and row["as_of_day"] == day)
    return sum(row["fated_count_30d"] or 0 for row in wanted)


def test_windows_do_not_depend_on_how_many_tasks_they_are_drawn_in(frames):
    days = [shift(FIRST, 33), shift(FIRST, 40)]
    found, of_all = {}, {}
    for splits in (1, 4, 16):
        rows = windows_of(frames, days, splits).toArrow().to_pylist()
        own = [row for row in rows if row["trader_address"]]
        found[splits] = {(row["trader_address"], row["as_of_day"]): row for row in own}
        assert len(own) == len(found[splits])
        of_all[splits] = {day: fated(rows, day, is_own=False) for day in days}
        # Entries of who is not eligible count as well.
        assert all(of_all[splits][day] >= fated(rows, day, is_own=True) for day in days)
    assert found[1]
    assert found[1] == found[4] == found[16]
    assert of_all[1] == of_all[4] == of_all[16]


def test_without_a_day_of_any_trader_or_mint_nobody_has_windows(frame, frames):
    none = {table.name: frame(table) for table in TABLES}
    assert windows_of(none, [shift(FIRST, 33)]).count() == 0
    assert windows_of(none | {"gold_token_day": frames["gold_token_day"]}, [shift(FIRST, 33)], 4).count() == 0

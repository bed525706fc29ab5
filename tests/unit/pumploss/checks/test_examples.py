"""Rows that show what a check found."""

from pumploss import checks
from tests.building.checked_table import MONDAY, TABLE, TUESDAY


def test_examples_show_the_rows_that_break_a_check(frame):
    staged = frame(
        TABLE, {"day": MONDAY, "thing": "good", "size_units": 1}, {"day": MONDAY, "thing": "bad", "size_units": 7}
    )
    (verdict,) = checks.judge(checks.measure(TABLE, staged))
    (shown,) = checks.examples(TABLE, staged, verdict)
    assert "'bad'" in shown


def test_examples_are_rows_of_the_day_that_fails(frame):
    rows = [{"day": day, "thing": "twin", "size_units": 1} for day in (MONDAY, MONDAY, TUESDAY)]
    staged = frame(TABLE, *rows, {"day": TUESDAY, "thing": "big", "size_units": 99})
    first, second = checks.judge(checks.measure(TABLE, staged))
    assert checks.examples(TABLE, staged, first) == [f"{{'thing': 'twin', 'day': {MONDAY!r}, 'rows': 2}}"]
    assert checks.examples(TABLE, staged, second) == [f"{{'thing': 'big', 'size_units': 99, 'day': {TUESDAY!r}}}"]


def test_examples_of_endless_text_end(frame):
    staged = frame(TABLE, {"day": MONDAY, "thing": "x" * 10_000, "size_units": 7})
    (verdict,) = checks.judge(checks.measure(TABLE, staged))
    (shown,) = checks.examples(TABLE, staged, verdict)
    assert len(shown) < 600

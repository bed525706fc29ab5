"""UTC days."""

from datetime import UTC, date, datetime

import pytest

from pumploss import days
from pumploss.errors import SettingsError

D = date(2026, 2, 27)


def test_spans_hold_both_ends():
    assert days.span(D, date(2026, 3, 1)) == (D, date(2026, 2, 28), date(2026, 3, 1))
    assert days.span(D, D) == (D,)
    assert days.span(D, date(2026, 2, 26)) == ()


def test_shift_and_midnight():
    assert days.shift(D, 2) == date(2026, 3, 1)
    assert days.shift(D, -58) == date(2025, 12, 31)
    assert days.midnight(D) == datetime(2026, 2, 27, tzinfo=UTC)


def test_ordered_holds_each_day_once():
    assert days.ordered([date(2026, 3, 1), D, D]) == (D, date(2026, 3, 1))


def test_a_day_is_read_as_written():
    assert days.parse("2026-02-27") == D


@pytest.mark.parametrize("text", ["", "2026-02-30", "20260227", "27.02.2026", "2026-2-7", "today"])
def test_anything_else_is_no_day(text):
    with pytest.raises(SettingsError, match="YYYY-MM-DD"):
        days.parse(text)

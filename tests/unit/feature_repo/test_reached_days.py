"""The days of rows that a join can reach."""

from datetime import UTC, date, datetime, timedelta
from types import SimpleNamespace

import pandas as pd
import pytest

from feature_repo.reached_days import reach, utc_day

VIEWS = [SimpleNamespace(ttl=timedelta(hours=48)), SimpleNamespace(ttl=timedelta(hours=30))]
T = datetime(2026, 1, 10, 6, tzinfo=UTC)
#: Two days before the first moment, and a day more on both sides.
REACHED = (date(2026, 1, 7), date(2026, 1, 11))


@pytest.mark.parametrize(
    "moment",
    [T, T.replace(tzinfo=None), pd.Timestamp(T), T.isoformat(), "2026-01-10", "2026-01-10 06:00", date(2026, 1, 10)],
    ids=str,
)
@pytest.mark.parametrize(
    "beside", [{}, {"signed_up_at": pd.Timestamp("2020-01-01", tz="UTC")}], ids=["alone", "beside"]
)
def test_moments_of_any_form_reach_the_days_before_them(moment, beside):
    rows = pd.DataFrame({"trader_address": ["ann"], "event_timestamp": [moment]}).assign(**beside)
    assert reach(VIEWS, rows) == REACHED


def test_the_only_column_of_times_is_taken_for_the_moments():
    assert reach(VIEWS, pd.DataFrame({"asked_at": [T]})) == REACHED
    assert reach(VIEWS, pd.DataFrame({"asked_at": [T], "other": [T]})) == (None, None), "Feast takes neither"


@pytest.mark.parametrize("moment", ["10 January 2026", None, "soon"])
def test_where_a_moment_cannot_be_read_all_days_are(moment):
    rows = pd.DataFrame({"event_timestamp": [T.isoformat(), moment]})
    assert reach(VIEWS, rows) == (None, None)


def test_all_days_are_read_for_views_without_an_end_and_for_no_rows():
    rows = pd.DataFrame({"event_timestamp": [T]})
    assert reach([*VIEWS, SimpleNamespace(ttl=None)], rows) == (None, None)
    assert reach(VIEWS, rows[:0]) == reach(VIEWS, "SELECT 1") == (None, None)


def test_the_day_of_a_moment_is_of_utc():
    late = datetime.fromisoformat("2026-01-10T23:30:00-05:00")
    assert (utc_day(late), utc_day(late, 1), utc_day(None)) == (date(2026, 1, 11), date(2026, 1, 12), None)

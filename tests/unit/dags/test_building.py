"""Which day a task takes, what it tries again, and how it ends."""

import json
from datetime import UTC, date, datetime
from typing import Any

import pytest

from jobs.running.step_context import StepContext
from pumploss.errors import CheckError, LockedError, SettingsError
from pumploss.report import RunReport
from pumploss.tables import gold_market_day
from sources.interpreting.casts import FIRST_SECOND
from tests.building.tasks import DAY, running


@pytest.mark.parametrize(
    ("day", "logical", "after", "expected"),
    [
        ("2025-05-05", datetime(2026, 1, 31, 0, 30, tzinfo=UTC), datetime(2026, 2, 1, tzinfo=UTC), date(2025, 5, 5)),
        (None, datetime(2026, 1, 31, tzinfo=UTC), datetime(2026, 6, 6, 7, tzinfo=UTC), DAY),  # airflow dags test D
        (None, datetime(2026, 1, 31, tzinfo=UTC), datetime(2026, 1, 31, 7, tzinfo=UTC), DAY),  # the same on D itself
        (None, datetime(2026, 1, 31, tzinfo=UTC), datetime(2025, 1, 1, tzinfo=UTC), DAY),  # simulated days to come
        (None, datetime(2026, 2, 1, 9, 5, tzinfo=UTC), datetime(2026, 2, 1, 9, 5, tzinfo=UTC), DAY),  # triggered "now"
        (None, datetime(2026, 1, 31, 9, 5, tzinfo=UTC), datetime(2026, 2, 5, tzinfo=UTC), DAY),  # an earlier moment
        (None, None, datetime(2026, 2, 1, 9, 5, tzinfo=UTC), DAY),
    ],
)
def test_day_of_a_run(load: Any, day: str | None, logical: datetime | None, after: datetime, expected: date) -> None:
    assert load("building").dump_day(day, logical, after) == expected


@pytest.mark.parametrize(
    ("error", "params", "is_final"),
    [
        (SettingsError("no such day"), {}, True),
        (LockedError("held by another run"), {}, False),
        (OSError("disk full"), {}, False),
        (OSError("disk full"), {"retry": False}, True),
    ],
)
def test_only_what_may_pass_is_tried_again(load: Any, error: Exception, params: dict[str, Any], is_final: bool) -> None:
    building, context = load("building"), running(**params)
    final = load("airflow.sdk.exceptions").AirflowFailException
    with pytest.raises(final if is_final else type(error), match=str(error)):
        building.give_up_or_raise(context, error)
    assert str(error) in context["ti"].pushed["failure"]


def test_a_stopped_task_shows_the_rows_that_stopped_it(load: Any, context: Any, frame: Any) -> None:
    table, task = gold_market_day.TABLE, running()
    wrong = frame(table, {"day": DAY, "buy_count": -5, "trade_count": -5})
    with pytest.raises(CheckError) as stopped:
        StepContext(context, (DAY,), RunReport(table.name)).publish(table, wrong, [DAY])
    assert context.lake.version(table) is None
    with pytest.raises(load("airflow.sdk.exceptions").AirflowFailException) as failed:
        load("building").give_up_or_raise(task, stopped.value)
    for message in (str(failed.value), task["ti"].pushed["failure"]):
        assert "nothing is counted fewer than 0 times" in message
        assert "'buy_count': -5" in message


def test_a_skipped_step_is_a_success_with_a_reason(load: Any) -> None:
    report = RunReport("gold_scores", skipped="no champion yet", warnings=["w"] * 50)
    said = report.figures("run", load("building").LINES_KEPT)
    assert (said["skipped"], said["rows_written"], said["first_day"]) == ("no champion yet", 0, None)
    assert len(json.dumps(said)) < 1000


def test_no_trade_that_a_source_accepts_is_dated_before_the_start(load: Any) -> None:
    assert load("building").SHARED["start_date"].timestamp() == FIRST_SECOND

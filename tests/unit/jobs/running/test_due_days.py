"""Which days a nightly run builds."""

import hashlib
import json
import os
from datetime import UTC, date, datetime, timedelta

import pytest

from jobs.pipeline import BY_NAME
from jobs.running import due_days
from jobs.running.context import Context
from pumploss import clock
from pumploss.days import span
from pumploss.errors import LandingError
from pumploss.settings import from_environment
from sources.landing.folders import Landing

sha256 = Landing.sha256
DAYS = span(date(2026, 1, 1), date(2026, 1, 3))


@pytest.fixture
def context(tmp_path):
    """A lake that has read the dumps of three days."""
    context = Context(from_environment({"PUMPLOSS_HOME": str(tmp_path)}))
    context.ledger.append(row("bronze_trades", day, inputs=[land(context, day)]) for day in DAYS)
    return context


def land(context, day, name="trades.csv", content=b"x"):
    """A dump of the day, written an hour ago; answers what the ledger says of it."""
    path = f"canonical/{day}/{name}"
    (place := tmp_file(context, path)).parent.mkdir(parents=True, exist_ok=True)
    place.write_bytes(content)
    earlier = (datetime.now(UTC) - timedelta(hours=1)).timestamp()
    os.utime(place, (earlier, earlier))
    return {"path": path, "sha256": hashlib.sha256(content).hexdigest(), "records": 1}


def tmp_file(context, path):
    return context.settings.home / "landing" / path


def row(step, day, status="ok", inputs=()):
    return {
        "run_id": "r", "step": step, "day": day, "status": status, "seconds": 1.0, "peak_memory_bytes": 1,
        "inputs": json.dumps(list(inputs)), "outputs": "{}", "code_version": "1", "landing": "l",
    }  # fmt: skip


def test_all_landed_days_count(context):
    assert due_days.landed_days(context.landing) == DAYS


def test_an_empty_landing_is_an_error(tmp_path):
    with pytest.raises(LandingError, match="Nothing has landed"):
        due_days.landed_days(Landing(str(tmp_path)))


def test_unbuilt_failed_and_stale_days_are_run_again(context):
    step = BY_NAME["silver_trades"]
    assert due_days.unbuilt(context, step, DAYS) == DAYS
    context.ledger.append(row(step.name, day) for day in DAYS)
    assert due_days.unbuilt(context, step, DAYS) == ()
    context.ledger.append([row(step.name, DAYS[0], "stale"), row(step.name, DAYS[2], "failed")])
    assert due_days.unbuilt(context, step, DAYS) == (DAYS[0], DAYS[2])


def test_unchanged_dumps_are_read_again_once_where_their_stamp_says_nothing(context, monkeypatch):
    read = []
    monkeypatch.setattr(Landing, "sha256", lambda self, file: read.append(file.day) or sha256(self, file))
    later = clock.now() + timedelta(hours=1)
    monkeypatch.setattr(clock, "now", lambda: later)
    assert due_days.changed_dumps(context, DAYS) == ()
    assert read == list(DAYS)
    assert due_days.changed_dumps(context, DAYS) == ()
    assert read == list(DAYS)
    os.utime(tmp_file(context, f"canonical/{DAYS[0]}/trades.csv"))
    assert due_days.changed_dumps(context, DAYS) == ()
    assert read == [*DAYS, DAYS[0]]
    assert last_row(context, DAYS[0])["status"] == "ok"
    assert json.loads(last_row(context, DAYS[0])["inputs"])[0]["records"] == 1


def test_a_file_that_was_touched_just_now_has_no_stamp_yet(context, monkeypatch):
    for step in (timedelta(days=-1), timedelta(0)):
        moment = clock.now() + step
        monkeypatch.setattr(clock, "now", lambda moment=moment: moment)
        assert due_days.changed_dumps(context, DAYS) == ()
        monkeypatch.undo()
    assert all("stamp" not in entry for day in DAYS for entry in json.loads(last_row(context, day)["inputs"]))


def test_changed_late_and_removed_dumps_are_noticed(context):
    tmp_file(context, f"canonical/{DAYS[0]}/trades.csv").write_bytes(b"other")
    land(context, DAYS[1], "late.csv")
    tmp_file(context, f"canonical/{DAYS[2]}/trades.csv").unlink()
    assert due_days.changed_dumps(context, DAYS) == DAYS


def test_nothing_of_this_needs_the_engine(context):
    due_days.changed_dumps(context, DAYS)
    assert "spark" not in context.__dict__


def last_row(context, day):
    return context.ledger.latest()["bronze_trades", day]


def test_days_that_a_step_should_have_and_has_not_are_named_with_the_reason(context):
    step = BY_NAME["silver_trades"]
    context.ledger.append([row(step.name, DAYS[0]), {**row(step.name, DAYS[1], "failed"), "error": "disk full"}])
    assert due_days.holes(context, step, DAYS) == {
        DAYS[1]: "it failed: disk full",
        DAYS[2]: "it was never run for the day",
    }
    later = span(DAYS[0], date(2026, 1, 9))
    assert due_days.holes(context, step, later).keys() == {DAYS[1], DAYS[2]}, "a day without a dump yet is no hole"


def test_scores_have_holes_only_after_the_first_scored_day(context):
    step = BY_NAME["gold_scores"]
    assert due_days.holes(context, step, DAYS) == {}
    context.ledger.append([row(step.name, DAYS[1])])
    assert due_days.holes(context, step, DAYS) == {DAYS[2]: "it was never run for the day"}
    context.ledger.append([row(step.name, DAYS[2])])
    assert due_days.holes(context, step, DAYS) == {}

"""What waits for a person, and what does not."""

import shutil
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from jobs.alerting.freshness import PUBLISHERS, freshness, shown_days
from jobs.alerting.needs import failure, needs
from jobs.alerting.telling import days_of
from jobs.running.context import open_context
from pumploss import clock
from tests.building.dumps import land_day
from tests.building.said_rows import said
from tests.building.three_days import D1, D2, D3, more

NOON = datetime(2026, 1, 8, 12, tzinfo=UTC)


def of_kind(found, kind):
    return [need for need in found if need.kind == kind]


def test_nothing_waits_where_a_dump_has_just_landed(settings):
    land_day(settings.landing, D1, [more(D1)])
    with open_context(settings) as context:
        assert needs(context, days_of(context)) == []
        assert freshness(context, None) == {"lake": {"day": None, "days_behind_landing": None, "since": None}}


def test_every_need_says_its_day_and_what_to_do(troubled):
    found = needs(troubled, days_of(troubled))
    assert len({need.cause for need in found}) == len(found)
    (failed, gone) = of_kind(found, "failed")
    assert (failed.subject, failed.day) == ("silver_trades", D2)
    assert "disk full" in failed.sentence()
    assert f"`pumploss run all --day {D2}`, or `pumploss nightly`" in failed.runbook
    assert gone.subject == "publish_hot"
    (gate,) = of_kind(found, "gate")
    assert gate.subject == "gold_market_day"
    (differs,) = of_kind(found, "differs")
    assert "the lake has no gold_token_day" in differs.text
    missing = {need.day: need.text for need in of_kind(found, "missing")}
    assert missing[D1].startswith("silver_tokens lacks 2026-01-05, and so do ")
    assert missing[D2].startswith("bronze_trades lacks 2026-01-06, and so do ")
    (stale,) = [need for need in of_kind(found, "stale_store") if need.subject == "hot store"]
    assert (stale.text, stale.day) == (f"The hot store shows {D1}, others show {D2}", D2)
    (model,) = of_kind(found, "model")
    assert model.subject == "risk-score version 3 age_days"
    assert "pumploss backfill --steps train_risk_model" in model.runbook


def test_a_failure_that_was_mended_waits_for_nobody(troubled):
    said(troubled, "silver_trades", "ok", D2)
    assert [need.subject for need in of_kind(needs(troubled, ()), "failed")] == ["publish_hot"]


def test_every_day_that_failed_is_a_cause(settings):
    with open_context(settings) as context:
        said(context, "silver_trades", "failed", D1, D3, error="disk full")
        said(context, "train_risk_model", "failed", D2, error="too few rows")
        found = of_kind(needs(context, ()), "failed")
    assert [(need.subject, need.day) for need in found] == [
        ("silver_trades", D1), ("silver_trades", D3), ("train_risk_model", D2)
    ]  # fmt: skip
    assert found[-1].runbook.endswith(f"then `pumploss run train_risk_model --day {D2}`")


def test_days_that_rest_on_what_has_changed_wait_for_a_night(settings):
    with open_context(settings) as context:
        for step in ("silver_trades", "gold_market_day"):
            said(context, step, "ok", D1, D2, D3)
        assert of_kind(needs(context, ()), "stale") == []
        said(context, "silver_trades", "stale", D2, error="bronze_trades changed")
        (one,) = of_kind(needs(context, ()), "stale")
        assert one.sentence().startswith(f"1 day of 1 step is stale, from {D2}: ")
        assert "`pumploss nightly`" in one.runbook
        said(context, "gold_market_day", "stale", D2, D3, error="bronze_trades changed")
        said(context, "silver_trades", "failed", D2, error="disk full")
        (more,) = of_kind(needs(context, ()), "stale")
        assert more.text.startswith(f"2 days of 2 steps are stale, from {D2}: ")
        with context.held_lake():
            assert of_kind(needs(context, ()), "stale") == []
        said(context, "silver_trades", "ok", D2)
        said(context, "gold_market_day", "ok", D2, D3)
        assert of_kind(needs(context, ()), "stale") == []


def test_a_store_that_was_published_since_is_not_said_to_show_what_was_before(settings):
    publishers = ("publish_warm", "materialize_features", "publish_hot")

    def seen(context):
        (one,) = of_kind(needs(context, ()), "stale")
        return one.text.partition("something below has changed, and ")[2]

    with open_context(settings) as context:
        for step in ("gold_monitoring", *publishers):
            said(context, step, "ok", D1)
        for step in ("gold_monitoring", *publishers):
            said(context, step, "stale", D1, error="gold_scores changed")
        assert seen(context) == "readers see what was before"
        said(context, "publish_warm", "ok", D1)
        assert seen(context) == (
            "readers of the online features and the hot store see what was before, "
            "what was published since shows in the warm store"
        )
        said(context, "materialize_features", "ok", D1)
        said(context, "publish_hot", "failed", D1, error="the exports could not be written")
        assert seen(context) == (
            "what was published since shows in the warm store and the online features, "
            "the hot store may show either, as its step failed"
        )


def test_a_store_that_may_be_on_its_way_is_not_stale(settings, monkeypatch):
    with open_context(settings) as context:
        said(context, "publish_hot", "ok", D1)
        said(context, "publish_warm", "ok", D1, D2)
        assert of_kind(needs(context, ()), "stale_store") == []
        later = clock.now() + timedelta(hours=2)
        monkeypatch.setattr(clock, "now", lambda: later)
        stale = {need.subject for need in of_kind(needs(context, ()), "stale_store")}
        assert stale == {"hot store", "online features"}
        assert shown_days(context) == {"warm store": D2, "online features": None, "hot store": D1}


def test_an_embedded_store_that_was_left_behind_shows_nothing(settings, monkeypatch):
    """As where a home was put back from a backup, which has no Redis: a server of one's own is elsewhere."""
    with open_context(settings) as context:
        for step in PUBLISHERS.values():
            said(context, step, "ok", D1)
        shutil.rmtree(settings.hot_dir)
        assert shown_days(context) == {"warm store": D1, "online features": None, "hot store": None}
        later = clock.now() + timedelta(hours=2)
        monkeypatch.setattr(clock, "now", lambda: later)
        found = {need.subject: need for need in of_kind(needs(context, ()), "stale_store")}
        assert found.keys() == {"hot store", "online features"}
        assert found["hot store"].text == f"The hot store shows nothing, others show {D1}"
    with open_context(replace(settings, hot_url="redis://127.0.0.1:1/0")) as context:
        assert set(shown_days(context).values()) == {D1}


def test_a_store_shows_its_day_since_it_was_brought_there(settings):
    with open_context(settings) as context:
        said(context, "publish_hot", "ok", D1)
        since = freshness(context, D1)["hot store"]["since"]
        said(context, "publish_hot", "failed", D1, error="Redis is away")
        assert context.ledger.latest()["publish_hot", D1]["written_at"] > since
        assert freshness(context, D1)["hot store"]["since"] == since


@pytest.mark.parametrize(
    ("hour", "published", "is_late"),
    [("06:00", D2, True), ("13:00", D2, False), ("06:00", D3, False), (None, D2, False), ("06:00", None, True)],
)
def test_a_night_is_late_by_the_hour_that_was_set(settings, monkeypatch, hour, published, is_late):
    monkeypatch.setattr(clock, "now", lambda: NOON)
    with open_context(replace(settings, publish_by=hour)) as context:
        if published:
            said(context, "publish_hot", "ok", published)
        late = of_kind(needs(context, ()), "unpublished")
        assert [need.day for need in late] == ([D3] if is_late else [])


@pytest.mark.parametrize(
    ("hour", "now", "wanted"),
    [
        ("06:00", datetime(2026, 1, 8, 5, 59, tzinfo=UTC), D2),
        ("06:00", datetime(2026, 1, 8, 6, tzinfo=UTC), D3),
        ("06:00", datetime(2026, 1, 9, 0, 10, tzinfo=UTC), D3),
        ("23:30", datetime(2026, 1, 8, 23, 10, tzinfo=UTC), D2),
        ("23:30", datetime(2026, 1, 9, 0, 10, tzinfo=UTC), D3),
    ],
)
def test_a_night_that_is_late_is_still_late_after_midnight(settings, monkeypatch, hour, now, wanted):
    monkeypatch.setattr(clock, "now", lambda: now)
    with open_context(replace(settings, publish_by=hour)) as context:
        said(context, "publish_hot", "ok", D1)
        (late,) = of_kind(needs(context, ()), "unpublished")
        assert late.day == wanted
        said(context, "publish_hot", "ok", wanted)
        assert of_kind(needs(context, ()), "unpublished") == []


def test_a_task_that_is_no_step_is_cleared_where_it_failed():
    need = failure("wait_for_dump", D1, "no dump came")
    assert (need.kind, need.cause) == ("failed", f"failed wait_for_dump {D1}")
    assert need.runbook.endswith("then clear the task")

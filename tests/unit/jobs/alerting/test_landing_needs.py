"""Dumps that cannot be read, are gone, or that no night came to."""

import json
import shutil
from datetime import timedelta
from pathlib import Path

import pytest

from jobs.alerting.landing_needs import landing_needs
from jobs.running.context import open_context
from pumploss import clock
from tests.building.dumps import land_day
from tests.building.said_rows import said
from tests.building.three_days import D1, D2, D3, more


@pytest.fixture
def built(settings):
    """A context on a lake that was built from two days."""
    with open_context(settings) as context:
        for day in (D1, D2):
            file = land_day(settings.landing, day, [more(day)])
            said(context, "bronze_trades", "ok", day, inputs=json.dumps([{"path": f"canonical/{day}/{file.name}"}]))
        yield context


def _remove(landing):
    shutil.rmtree(landing)


def _empty(landing):
    shutil.rmtree(landing / "canonical")


def _spoil(landing):
    (landing / "canonical" / "notes.txt").write_text("a file that does not belong there")


@pytest.mark.parametrize(
    ("harm", "why"),
    [(_remove, "cannot be listed"), (_empty, "Nothing has landed"), (_spoil, "is no folder")],
)
def test_a_landing_that_is_gone_empty_or_spoilt_waits_for_a_person(built, harm, why):
    assert list(landing_needs(built)) == []
    harm(Path(built.settings.landing))
    (need,) = landing_needs(built)
    assert need.cause == "landing landing -"
    assert need.text.startswith("The landing cannot be used: ")
    assert why in need.text


@pytest.mark.parametrize("is_empty", [True, False])
def test_a_home_with_nothing_in_it_is_named(settings, is_empty):
    if is_empty:
        Path(settings.landing).mkdir(parents=True)
    with open_context(settings) as context:
        (need,) = landing_needs(context)
    assert need.subject == "home"
    assert f"neither a lake in {settings.lake}" in need.text
    assert f"PUMPLOSS_HOME={settings.home}" in need.runbook


def test_a_built_day_whose_dump_is_gone_is_named(built):
    folder = Path(built.settings.landing) / "canonical"
    shutil.rmtree(folder / str(D1))
    (need,) = landing_needs(built)
    assert (need.kind, need.subject, need.day) == ("landing", "canonical", D1)
    assert str(D1) in need.text
    assert str(D2) not in need.text


def test_a_built_day_of_a_source_that_is_gone_is_named(built):
    said(built, "bronze_trades", "ok", D2, inputs=json.dumps([{"path": f"pumpportal/{D2}/trades.jsonl"}]))
    (need,) = landing_needs(built)
    assert (need.subject, need.day) == ("pumpportal", D2)


def test_a_dump_that_no_night_came_to_for_a_day_is_late(built, monkeypatch):
    landed = clock.now()
    land_day(built.settings.landing, D3, [more(D3)])
    assert list(landing_needs(built)) == []
    monkeypatch.setattr(clock, "now", lambda: landed + timedelta(hours=23))
    assert list(landing_needs(built)) == []
    monkeypatch.setattr(clock, "now", lambda: landed + timedelta(hours=25))
    (need,) = landing_needs(built)
    assert (need.kind, need.day) == ("late", D3)
    assert need.text == f"The dump of {D3} has landed, and no night came to it for a day"
    said(built, "bronze_trades", "failed", D3, error="disk full")
    assert list(landing_needs(built)) == [], "a night came, and its failure is told"


def test_a_day_without_a_file_counts_from_its_end(settings):
    (Path(settings.landing) / "canonical" / str(D1)).mkdir(parents=True)
    with open_context(settings) as context:
        assert [need.kind for need in landing_needs(context)] == ["late"]

"""Upkeep as people call it: it says what it would do, does it when told to, and leaves what is pinned."""

import json
from datetime import timedelta

import polars as pl
import pytest

from jobs import commands
from jobs.maintaining import gathering
from jobs.maintaining.pins import Pin
from jobs.maintaining.upkeep import NAME, chores, maintain
from jobs.pipeline import WRITER
from jobs.running.standing import mark_tables, table_of
from jobs.verifying.lake import by_content, by_files, by_logs
from pumploss.tables import run_ledger
from tests.building import lakes, nights
from tests.building.scattered_days import TABLE, scatter
from tests.building.three_days import DAYS

TRADER_DAY = table_of(TABLE)
NOW = timedelta(0)


@pytest.fixture
def used(built, monkeypatch):
    """A lake on which days were written again, with a version from before that somebody names."""
    monkeypatch.setattr(gathering, "SETTLED_DAYS", 0)
    before = built.lake.version(TRADER_DAY)
    scatter(built)
    return built, before


def live(context, table):
    return len(context.lake.files(table))


def test_everything_agrees_afterwards_and_the_pinned_version_opens(used, golden):
    context, before = used
    rows = pl.read_delta(context.lake.path(TRADER_DAY), version=before)
    done = maintain(context, [Pin(TABLE, before, "loss-prediction version 1")], NOW)
    assert {chore.what for chore in done} >= {"small files", "dead files"}
    assert (live(context, TRADER_DAY), live(context, run_ledger.TABLE)) == (len(DAYS), 1 + 1), "the note came after"
    assert pl.read_delta(context.lake.path(TRADER_DAY), version=before).equals(rows)
    assert lakes.contents(context) == golden
    for look in (by_logs, by_files, by_content):
        assert list(look(context)) == []
    assert mark_tables(context, WRITER) == {}
    assert list(chores(context, [], NOW)) != [], "what was pinned goes when nobody names it any more"


def test_what_was_freed_stands_in_the_ledger(used):
    context, _ = used
    done = maintain(context, [], NOW)
    ((_, row),) = [(key, row) for key, row in context.ledger.latest().items() if key[0] == NAME]
    said = json.loads(row["outputs"])[NAME]
    assert said["freed_bytes"] == sum(chore.bytes for chore in done) > 0
    assert said["freed"]["small files"]["files"] >= len(DAYS)
    assert row["landing"] == "../landing"


def test_the_command_is_dry_unless_told_otherwise(used, capsys):
    context, _ = used
    folder = context.settings.home / "lake"
    before = {path: path.stat().st_mtime_ns for path in folder.rglob("*.parquet")}
    with nights.environment_of(context.settings.home):
        assert commands.main(["maintain", "--retention-days", "0"]) == 0
        said = capsys.readouterr().out
        assert {path: path.stat().st_mtime_ns for path in folder.rglob("*.parquet")} == before
        assert "Nothing was done. `pumploss maintain --yes` would free" in said
        assert TABLE in said
        assert commands.main(["maintain", "--retention-days", "0", "--yes", "--json"]) == 0
        done = json.loads(capsys.readouterr().out)
        assert (done["is_done"], done["pinned"]) == (True, [])
        assert done["freed_bytes"] > 0
        assert commands.main(["verify", "--quick"]) == 0

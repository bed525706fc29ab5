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
from pumploss.errors import LakeError
from pumploss.lake import maintenance
from pumploss.tables import run_ledger
from tests.building import lakes, nights
from tests.building.scattered_days import TABLE, scatter
from tests.building.three_days import DAYS

TRADER_DAY = table_of(TABLE)
NOW, WEEK = timedelta(0), timedelta(days=7)


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


def on_disk(context):
    """Every file of the lake with its bytes."""
    folder = context.settings.home / "lake"
    return {path: path.stat().st_size for path in folder.rglob("*") if path.is_file()}


def data_of(files, name):
    return {
        path for path in files if path.suffix == ".parquet" and f"/{name}/" in str(path) and "_delta" not in str(path)
    }


def test_what_is_said_of_files_is_what_the_disk_says(used):
    context, _ = used
    planned = {(one.what, one.where): one for one in chores(context, [], NOW)}
    before = on_disk(context)
    live_before = live(context, TRADER_DAY)
    done = {(one.what, one.where): one for one in maintain(context, [], NOW)}
    after = on_disk(context)
    gone = data_of(before, TABLE) - data_of(after, TABLE)
    assert (done["dead files", TABLE].files, done["dead files", TABLE].bytes) == (
        len(gone),
        sum(before[path] for path in gone),
    )
    assert planned["dead files", TABLE].doomed == done["dead files", TABLE].doomed, "what gathering leaves dead, too"
    gathered = done["small files", TABLE]
    assert (gathered.files, gathered.bytes) == (0, 0), "gathering deletes nothing"
    assert (gathered.gathering.before, gathered.gathering.after) == (live_before, live(context, TRADER_DAY))
    assert planned["small files", TABLE].row() == gathered.row(), "in the same words"


def test_files_that_gathering_replaced_are_not_called_freed_while_they_are_kept(used):
    context, _ = used
    before = on_disk(context)
    planned = [one.row() for one in chores(context, [], WEEK) if one.where == TABLE]
    done = maintain(context, [], WEEK)
    assert [one.row() for one in done if one.where == TABLE] == planned != []
    assert sum(one.files for one in done) == 0
    assert before.keys() <= on_disk(context).keys()
    assert list(chores(context, [], WEEK)) == [], "the note of upkeep is nothing to do"


def test_what_was_done_stands_in_the_ledger(used):
    context, _ = used
    files = live(context, TRADER_DAY)
    done = maintain(context, [], NOW)
    ((_, row),) = [(key, row) for key, row in context.ledger.latest().items() if key[0] == NAME]
    said = json.loads(row["outputs"])[NAME]
    assert said["freed_bytes"] == sum(chore.bytes for chore in done) > 0
    assert said["freed_files"] == sum(kind["files"] for kind in said["freed"].values()) > 0
    assert said["gathered"][TABLE] == {"days": len(DAYS), "before": files, "after": len(DAYS)}
    assert row["landing"] == "../landing"


def test_what_was_done_before_an_error_stands_in_the_ledger(used, monkeypatch):
    context, _ = used

    def refused(*_):
        raise LakeError("the disk is full")

    monkeypatch.setattr(maintenance, "vacuum", refused)
    with pytest.raises(LakeError, match="the disk is full"):
        maintain(context, [], NOW)
    ((_, row),) = [(key, row) for key, row in context.ledger.latest().items() if key[0] == NAME]
    said = json.loads(row["outputs"])[NAME]
    assert (said["freed"], said["gathered"][TABLE]["after"]) == ({}, len(DAYS))


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

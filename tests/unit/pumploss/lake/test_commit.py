"""What a commit refuses, and what it leaves where it never comes."""

import pytest
from deltalake import DeltaTable

from pumploss.errors import LakeError
from pumploss.lake import files
from tests.building.things import D1, D2, TABLE, parquet_files, things


def test_stray_rows_are_refused_before_anything_is_written(lake, put, frame):
    put({D1: ["a"]})
    with pytest.raises(LakeError, match=r"things: rows of 2026-01-02 came for days 2026-01-01"):
        lake.replace(TABLE, frame(TABLE, {"thing": "b", "day": D2}), [D1], {D2: 1})
    assert things(lake) == {D1: ["a"]}


def test_rows_that_the_engine_lost_are_noticed_before_anything_is_written(lake, put, frame):
    put({D1: ["a"]})
    with pytest.raises(LakeError, match=r"things: the stage holds 1 rows of 2026-01-01 instead of 2; nothing was"):
        lake.replace(TABLE, frame(TABLE, {"thing": "b", "day": D1}), [D1], {D1: 2})
    with pytest.raises(LakeError, match=r"things: the stage holds 1 rows of 2026-01-02 instead of 0; nothing was"):
        lake.replace(TABLE, frame(TABLE, {"thing": "b", "day": D2}), [D1], {})
    assert things(lake) == {D1: ["a"]}


def test_a_commit_that_never_came_leaves_nothing_but_files_that_nobody_sees(lake, put, laid, monkeypatch):
    put({D1: ["a"]})
    staged, counts = laid({"thing": "b", "day": D1})
    version, place = lake.version(TABLE), files.put_in_place

    def killed(*given):
        place(*given)
        raise KeyboardInterrupt

    monkeypatch.setattr("pumploss.lake.commit.put_in_place", killed)
    with pytest.raises(KeyboardInterrupt):
        lake.replace(TABLE, staged, [D1], counts)
    assert (lake.version(TABLE), things(lake), len(parquet_files(lake))) == (version, {D1: ["a"]}, 2)
    removed = DeltaTable(lake.path(TABLE)).vacuum(0, enforce_retention_duration=False, dry_run=False, full=True)
    assert (len(removed), things(lake)) == (1, {D1: ["a"]})

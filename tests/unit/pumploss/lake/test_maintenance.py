"""What upkeep does to one table."""

import os
import time
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import polars as pl
import pytest
from deltalake import DeltaTable

from pumploss.lake import Ledger, maintenance
from pumploss.tables import run_ledger
from tests.building.things import TABLE

D1, D2 = date(2026, 1, 1), date(2026, 1, 2)
NOW = timedelta(0)


def things(lake, version=None):
    rows = pl.read_delta(lake.path(TABLE), version=version)
    return sorted(zip(rows["day"].to_list(), rows["thing"].to_list(), strict=True))


def files_on_disk(lake):
    return sorted(Path(lake.path(TABLE)).rglob("*.parquet"))


def test_a_version_that_is_kept_opens_after_a_vacuum_of_everything_else(lake, put):
    put({D1: ["a", "bb"], D2: ["c"]})
    pinned = put({D1: ["d"]})
    before = things(lake, pinned)
    put({D1: ["e"]})
    put({D1: ["f"]})
    dead = maintenance.dead_files(lake, TABLE, NOW, [pinned])
    assert len(dead) == 3, "two of the first version, one of the third"
    assert dead == {path: Path(path).stat().st_size for path in dead}
    assert all(Path(path).exists() for path in dead), "to list is not to delete"
    maintenance.vacuum(lake, TABLE, NOW, [pinned])
    assert not any(Path(path).exists() for path in dead)
    assert things(lake, pinned) == before
    assert things(lake) == [(D1, "f"), (D2, "c")]
    assert maintenance.dead_files(lake, TABLE, NOW, [pinned]) == {}
    maintenance.vacuum(lake, TABLE, NOW, [])
    assert len(files_on_disk(lake)) == 2
    lake.require_sound(TABLE)


def test_what_was_replaced_lately_and_what_a_living_writer_may_be_writing_stay(lake, put):
    put({D1: ["a"]})
    put({D1: ["b"]})
    folder = files_on_disk(lake)[0].parent
    young, old = folder / "part-young.parquet", folder / "part-old.parquet"
    for stray in (young, old):
        stray.write_bytes(b"never committed")
    os.utime(old, (time.time() - 9 * 86_400,) * 2)
    assert maintenance.dead_files(lake, TABLE, timedelta(days=7), []) == {str(old): 15}
    maintenance.vacuum(lake, TABLE, timedelta(days=7), [])
    assert (young.exists(), old.exists(), len(files_on_disk(lake))) == (True, False, 3)


def test_versions_that_are_gone_are_not_kept(lake, put):
    version = put({D1: ["a"]})
    assert maintenance.openable(lake, TABLE, [version, version, 77]) == [version]


def test_a_checkpoint_leaves_less_to_read_and_the_same_table(lake, put):
    for number in range(4):
        put({D1: [f"thing {number}"]})
    before = things(lake)
    assert maintenance.commits_since_checkpoint(lake, TABLE) == 5
    maintenance.checkpoint(lake, TABLE)
    assert maintenance.commits_since_checkpoint(lake, TABLE) == 0
    assert things(lake) == before
    put({D1: ["more"]})
    assert maintenance.commits_since_checkpoint(lake, TABLE) == 1


def test_old_commits_go_only_where_no_kept_version_needs_them(lake, put):
    for number in range(6):
        last = put({D1: [f"thing {number}"]})
    maintenance.checkpoint(lake, TABLE)
    now = datetime.now(UTC)
    assert maintenance.old_commits(lake, TABLE, [], now) is None
    later = now + timedelta(days=maintenance.LOG_DAYS + 1)
    assert maintenance.old_commits(lake, TABLE, [last - 1], later) is None
    found = maintenance.old_commits(lake, TABLE, [last], later)
    log = Path(lake.path(TABLE)) / "_delta_log"
    older = [path for path in log.glob("*.json") if int(path.stem) < last]
    assert found == {str(path): path.stat().st_size for path in older}
    for path in log.iterdir():
        os.utime(path, (time.time() - 40 * 86_400,) * 2)
    put({D1: ["the latest"]})
    maintenance.expire_commits(lake, TABLE)
    assert [path for path in older if path.exists()] == []
    assert things(lake, last) == [(D1, "thing 5")]
    assert things(lake) == [(D1, "the latest")]


@pytest.fixture
def ledger(lake):
    opened = Ledger(lake)
    for number in range(5):
        opened.append([
            {
                "run_id": "r", "step": "gold_market_day", "status": "ok", "seconds": 0.5, "peak_memory_bytes": 1,
                "inputs": "[]", "outputs": f'{{"n": {number}}}', "code_version": "0", "landing": "/l", "day": D1,
            }
        ])  # fmt: skip
    return opened


def test_a_gathered_ledger_says_the_same(lake, ledger):
    before = ledger.frame()
    table = run_ledger.TABLE
    assert maintenance.gatherable(lake, table) == 4
    assert maintenance.gathered(lake, table) == 4
    assert maintenance.gatherable(lake, table) == 0
    assert ledger.frame().equals(before)
    assert ledger.outputs("gold_market_day", D1) == '{"n": 4}'
    assert len(DeltaTable(lake.path(table)).file_uris()) == 1
    ledger.append([{**before.drop("written_at", "run_day").row(0, named=True), "outputs": '{"n": 5}'}])
    assert ledger.outputs("gold_market_day", D1) == '{"n": 5}'

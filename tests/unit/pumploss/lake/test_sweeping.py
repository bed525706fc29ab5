"""What killed runs leave is swept by the next one, and nothing that a living run owns."""

import json
import os
import signal
import subprocess
import sys
import textwrap
from pathlib import Path

import pytest
from deltalake import DeltaTable

from pumploss.embedded import locks
from pumploss.lake import Lake
from pumploss.lake.sweeping import intent, let_go, owned, sweep
from pumploss.settings import ROOT
from tests.building.things import D1, D2, TABLE, parquet_files, things

RUN = """
    import os, signal, sys
    from pathlib import Path
    from pumploss.lake.sweeping import intent, owned

    stage, table = Path(sys.argv[1]), sys.argv[2]
    lock = owned(stage)
    (stage / "things").mkdir(parents=True)
    (stage / "things" / "rows.parquet").write_bytes(b"rows")
    with intent(stage, table, int(sys.argv[3]), sys.argv[4:]):
        for path in sys.argv[4:]:
            (Path(table) / path).parent.mkdir(parents=True, exist_ok=True)
            (Path(table) / path).write_bytes(b"rows")
        print("placed", flush=True)
        sys.stdin.read()
"""


def started(stage, table, version, *paths):
    run = subprocess.Popen(
        [sys.executable, "-c", textwrap.dedent(RUN), str(stage), str(table), str(version), *paths],
        cwd=ROOT,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
    )
    assert run.stdout.readline() == b"placed\n"
    return run


def ended(run):
    os.kill(run.pid, signal.SIGKILL)
    run.communicate()


def test_a_living_run_keeps_its_stage_and_a_killed_one_does_not(tmp_path):
    stages, table = tmp_path / "_stage", tmp_path / "things"
    living, killed = (started(stages / name, table, 0, f"day=1/part-{name}.parquet") for name in ("living", "killed"))
    assert sweep(stages) == 0
    ended(killed)
    assert sweep(stages) == 1
    assert sorted(path.name for path in stages.iterdir()) == ["living", "living.lock"]
    assert [path.name for path in table.rglob("*.parquet")] == ["part-living.parquet"]
    ended(living)
    assert sweep(stages) == 1
    assert list(stages.iterdir()) == list(table.rglob("*.parquet")) == []


def test_stages_of_earlier_versions_and_torn_intents_are_swept(tmp_path):
    (tmp_path / "old" / "trades").mkdir(parents=True)
    (tmp_path / "old" / "intent-1.json").write_text("{")
    assert sweep(tmp_path) == 1
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("paths", [["part.parquet"], ["../../first/lake/trades/part.parquet"], []])
def test_notes_of_a_copied_lake_name_no_files_of_the_first(tmp_path, paths):
    """A run of the first one may be about to commit them."""
    file = tmp_path / "first" / "lake" / "trades" / "part.parquet"
    file.parent.mkdir(parents=True)
    file.write_bytes(b"rows")
    stage = tmp_path / "copy" / "lake" / "_stage" / "dead"
    stage.mkdir(parents=True)
    table = file.parent if paths == ["part.parquet"] else stage.parents[1] / "trades"
    (stage / "intent-1.json").write_text(json.dumps({"table": str(table), "version": -1, "paths": paths}))
    assert sweep(stage.parent) == 1
    assert file.read_bytes() == b"rows"


def test_what_was_committed_before_the_kill_stays(lake, put):
    """The process dies between its commit and the end of its note."""
    version = put({D1: ["a"]})
    names = [str(path.relative_to(lake.path(TABLE))) for path in parquet_files(lake)]
    put({D1: ["b"]})
    stage = Path(lake.root, "_stage", "dead")
    lock = owned(stage)
    note = intent(stage, lake.path(TABLE), version - 1, names)
    note.__enter__()
    lock.close()
    before = parquet_files(lake)
    assert sweep(stage.parent) == 1
    assert parquet_files(lake) == before
    assert things(lake, version=version) == {D1: ["a"]}


def test_a_run_that_fails_takes_its_files_back(lake, put, laid, monkeypatch):
    put({D1: ["a"]})
    before = parquet_files(lake)
    staged, counts = laid({"thing": "b", "day": D2})

    def full(*_given, **_more):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(DeltaTable, "create_write_transaction", full)
    try:
        lake.replace(TABLE, staged, [D2], counts)
    except OSError:
        assert len(parquet_files(lake)) == len(before) + 1
    lake.unstage()
    assert parquet_files(lake) == before
    assert list(Path(lake.root, "_stage").iterdir()) == []


def test_whoever_stages_first_sweeps(lake, spark, tmp_path):
    left = Path(lake.root, "_stage", "left")
    left.mkdir(parents=True)
    other = Lake(lake.root, spark)
    lake.laying(TABLE)
    assert not left.exists()
    other.laying(TABLE)
    stages = sorted(Path(lake.root, "_stage").iterdir())
    assert len(stages) == 2
    assert all(locks.is_locked(stage) for stage in stages)
    other.unstage()
    assert len(list(Path(lake.root, "_stage").iterdir())) == 1


def test_letting_go_is_done_with_the_lock(tmp_path):
    stage = tmp_path / "mine"
    lock = owned(stage)
    stage.mkdir()
    let_go(stage, lock)
    assert list(tmp_path.iterdir()) == []


def test_what_is_no_stage_and_no_lock_is_swept(tmp_path):
    (tmp_path / "file").write_text("x")
    for name in ("alone.lock", "with.lock", "with"):
        (tmp_path / name).mkdir()
        (tmp_path / name / "in the way").write_text("x")
    sweep(tmp_path)
    sweep(tmp_path)
    assert list(tmp_path.iterdir()) == []

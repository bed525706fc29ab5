"""What lies beside the tables and is of no use any more."""

import os
import time
from datetime import date, timedelta

from jobs.maintaining.leftovers import AIRFLOW_DAYS, airflow_logs, old_pages, stages
from pumploss.checks import data_docs
from pumploss.checks.data_docs import keep
from pumploss.lake.sweeping import let_go, owned
from tests.building.judged import judged, pages

NIGHT = date(2026, 1, 5)


def test_stages_of_killed_runs_go_and_those_of_living_ones_stay(context):
    folder = context.settings.home / "lake" / "_stage"
    for name in ("killed", "living"):
        (folder / name).mkdir(parents=True)
        (folder / name / "rows.parquet").write_bytes(b"1234")
    lock = owned(folder / "living")
    (chore,) = stages(context)
    assert (chore.files, chore.bytes) == (1, 4)
    assert (folder / "killed").exists(), "to list is not to delete"
    chore.do()
    assert not (folder / "killed").exists()
    assert (folder / "living" / "rows.parquet").exists()
    assert list(stages(context)) == []
    let_go(folder / "living", lock)


def test_old_logs_of_airflow_go_with_their_folders(context):
    logs = context.settings.airflow_home / "logs"
    old, young = logs / "dag_id=a" / "task.log", logs / "dag_id=b" / "task.log"
    for path in (old, young):
        path.parent.mkdir(parents=True)
        path.write_text("12345")
    assert list(airflow_logs(context)) == []
    os.utime(old, (time.time() - (AIRFLOW_DAYS + 1) * 86_400,) * 2)
    (chore,) = airflow_logs(context)
    assert (chore.files, chore.bytes) == (1, 5)
    chore.do()
    assert (old.parent.exists(), young.exists()) == (False, True)


def test_pages_of_nights_that_are_not_kept_go(context, monkeypatch):
    folder = context.settings.data_docs_dir
    for days in range(3):
        night = NIGHT + timedelta(days=days)
        keep(folder, judged(0, 0, 0), night, [night], {})
    data_docs.build(folder)
    assert list(old_pages(context)) == []
    gone = pages(folder)[0]
    for path in (folder / "validations").glob(f"*/{NIGHT}/*/*.json"):
        path.unlink()
    (chore,) = old_pages(context)
    assert (chore.files, chore.bytes) == (1, gone.stat().st_size)
    chore.do()
    assert not gone.exists()
    assert len(pages(folder)) == 2

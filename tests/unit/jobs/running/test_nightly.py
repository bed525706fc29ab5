"""Which steps earlier days are built by, and what ends with a run."""

import subprocess
import threading
import time
from dataclasses import replace
from pathlib import Path

import pytest

from jobs.airflow.environment import DATABASE
from jobs.commands.terminal import Screen
from jobs.running import nightly
from pumploss.errors import SettingsError, StoreError


def test_every_table_that_needs_no_model_is_built_for_earlier_days():
    names = [step.name for step in nightly.DATA_STEPS]
    assert names[0] == "bronze_trades"
    assert names[-1] == "gold_labels"
    assert "gold_scores" not in names


REFUSED = {
    "a cluster that cannot reach the dumps": ("sc://127.0.0.1:1", False, SettingsError, "lies on this machine"),
    "a database that is away": (None, True, StoreError, r"Airflow's database 127\.0\.0\.1:1/airflow cannot be reached"),
}


@pytest.mark.parametrize("kind", REFUSED)
def test_what_a_night_cannot_do_without_is_looked_at_before_any_day_is_built(settings, monkeypatch, kind):
    remote, use_airflow, error, said = REFUSED[kind]
    (Path(settings.landing) / "canonical" / "2026-01-05").mkdir(parents=True)
    monkeypatch.setenv(DATABASE, "postgresql+psycopg://airflow:canary42@127.0.0.1:1/airflow")
    with pytest.raises(error, match=said) as refused:
        nightly.nightly(replace(settings, spark_remote=remote), Screen(), use_airflow)
    assert "canary42" not in str(refused.value)
    assert sorted(path.name for path in settings.home.iterdir()) == ["landing"]


@pytest.mark.parametrize("is_late", [False, True])
@pytest.mark.slow
def test_what_readies_the_database_ends_with_the_run(settings, monkeypatch, is_late):
    """Also where it starts only when the run is over already."""
    children, is_reached, may_start = [], threading.Event(), threading.Event()

    def migrate(_, started):
        is_reached.set()
        may_start.wait(10 if is_late else 0)
        children.append(subprocess.Popen(["sleep", "60"]))
        started(children[0])
        children[0].wait()

    monkeypatch.setattr(nightly, "migrate", migrate)
    preparing = nightly._preparing(settings, use_airflow=True)
    preparing.__enter__()
    assert is_reached.wait(60)
    while not (children or is_late):
        time.sleep(0.01)
    threading.Timer(0.2, may_start.set).start()
    assert preparing.__exit__(KeyboardInterrupt, KeyboardInterrupt(), None) is not True
    assert children[0].returncode == -15, "it was waited for"

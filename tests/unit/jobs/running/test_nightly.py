"""Which steps earlier days are built by, and what ends with a run."""

import subprocess
import threading
import time

import pytest

from jobs.running import nightly


def test_every_table_that_needs_no_model_is_built_for_earlier_days():
    names = [step.name for step in nightly.DATA_STEPS]
    assert names[0] == "bronze_trades"
    assert names[-1] == "gold_labels"
    assert "gold_scores" not in names


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

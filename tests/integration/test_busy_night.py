"""A second run while a night goes through Airflow, both as people start them: it waits, or it is refused."""

import json
import subprocess
import sys
from random import Random

import pytest

from jobs.pipeline import STEPS
from pumploss.lake.locks import lake_holders, table_lock
from pumploss.settings import ROOT
from tests.building import lakes, markets
from tests.building.commands import environment_below
from tests.building.dumps import land_day
from tests.building.three_days import D1, D2

pytestmark = pytest.mark.slow


def started(home, *words, **more):
    return subprocess.Popen(
        [sys.executable, "-m", "jobs", *words],
        env=environment_below(home, PUMPLOSS_LANDING=str(home / "landing"), **more),
        cwd=ROOT,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )


def ended(child):
    output, _ = child.communicate(timeout=300)
    return child.returncode, output


def until(child, words):
    """Reads what a process says up to a line that holds these words."""
    read = []
    for line in child.stdout:
        read.append(line)
        if words in line:
            return
    raise AssertionError("".join(read))


def test_a_run_beside_a_night_through_airflow_waits_or_is_refused(tmp_path):
    home = tmp_path / "home"
    for day, trades in markets.random_dumps(Random(5), [D1, D2], 40).items():
        land_day(str(home / "landing"), day, trades)
    lake, step = str(home / "lake"), ["run", "silver_trades", "--day", str(D2)]
    night = started(home, "nightly", "--landing", str(home / "landing"))
    waiting = None
    try:
        until(night, f"The night of {D2}, through Airflow")
        with table_lock(lake, "gold_market_day"):  # the night's task of that step waits for it
            until(night, "gold_trader_day: success")
            holders = lake_holders(lake)
            assert len({holder.run for holder in holders}) == 1
            assert night.pid in {holder.pid for holder in holders}
            code, said = ended(started(home, *step, "--wait", "0"))
            assert code == 1
            assert f"nightly --landing {home}/landing` (process {night.pid} on" in said
            status = json.loads(ended(started(home, "status", "--json"))[1])
            assert night.pid in {holder["pid"] for holder in status["running"]}
            waiting = started(home, *step, "--wait", "10")
            until(waiting, "Waiting up to 600 s for")
        code, said = ended(night)
        assert code == 0, said
        code, said = ended(waiting)
        assert code == 0, said
    finally:
        for child in filter(None, (night, waiting)):
            child.kill()
            child.communicate()
    assert lake_holders(lake) == []
    with lakes.opened(home) as context:
        rows = context.ledger.frame()
        stale = {step.name: days for step in STEPS if (days := context.ledger.stale(step.name))}
    assert rows["step"][-1] == "silver_trades"
    assert "failed" not in set(rows["status"])
    assert stale == {}

"""Ctrl-C and SIGTERM at any moment of any command: it ends with a word, nothing keeps running, and it works again.

A trial draws the moment and the signal; seeds that follow each other are of different commands, on a home that has
published.
"""

import os
import shutil
import signal
import subprocess
import time
from random import Random

import pytest

from jobs.running.runner import run_steps
from tests.building import addresses, lakes
from tests.building.commands import run_command
from tests.building.three_days import D1, D3
from tests.faults.test_signals import NUMBERS, ended, left_of, started

PUBLISHING = ("publish_warm", "materialize_features", "publish_hot")
DAY = D3.isoformat()

#: What is typed, and the code with which it ends by itself. `{home}` is the trial's, `{trader}` one who traded,
#: `{time}` another one each time that the command went through.
COMMANDS = {
    "nightly --landing {home}/landing --no-airflow": 0,
    f"run all --day {DAY}": 0,
    f"backfill --from {D1} --to {DAY} --steps gold_trader_day publish_warm": 0,
    "simulate --days 200 --trades 2000 --landing {home}/market": 0,
    "status": 0,
    "verify": 0,
    "verify --repair": 0,
    "alert": 1,  # nobody is named to be told
    "report": 0,
    "maintain --retention-days 0 --yes": 0,
    "backup {home}/copy-{time}": 0,
    "audit net:7d:1": 0,
    "erase {trader} --dry-run": 0,
    "losers --net": 0,
    "trader {trader}": 0,
    "methods": 0,
    "model list": 0,
    "pages --check": 0,
}


@pytest.fixture(scope="module")
def published(template, tmp_path_factory):
    """A home whose last day is published."""
    home = lakes.copied(template, tmp_path_factory.mktemp("published") / "home")
    with lakes.opened(home) as context:
        run_steps(context, PUBLISHING, [D3])
    return home


def is_sound(home, golden):
    """The tables hold what they held, and nothing was left beside them."""
    with lakes.opened(home) as context:
        return lakes.contents(context) == golden and left_of(home) == []


def test_signals_at_random_moments_of_any_command(published, tmp_path, golden, rounds):
    outcomes, slowest = {}, 0.0
    for seed in rounds(2):
        draw = Random(seed)
        number, moment = draw.choice(NUMBERS), draw.uniform(0.3, 8)
        text = list(COMMANDS)[seed % len(COMMANDS)]
        home = lakes.copied(published, tmp_path / f"trial-{seed}")
        places = {"home": home, "trader": addresses.address("trader-1")}
        words = text.format(time=1, **places).split()
        child, told = started(home, "-m", "jobs", *words), f"seed {seed}: {text}"
        try:
            child.wait(moment)
        except subprocess.TimeoutExpired:
            os.killpg(child.pid, number)
        begun = time.monotonic()
        code, said = ended(child, number)
        slowest = max(slowest, time.monotonic() - begun)
        assert code in (COMMANDS[text], 128 + number), f"{told}: {code} {said}"
        assert "Traceback" not in said, f"{told}: {said}"
        assert left_of(home) == [], told
        again = run_command(home, *text.format(time=1 if code else 2, **places).split())
        assert again.returncode == COMMANDS[text], f"{told}: {again.stdout}{again.stderr}"
        assert is_sound(home, golden), told
        shutil.rmtree(home)
        outcomes[code] = outcomes.get(code, 0) + 1
    print(outcomes, f"slowest end {slowest:.1f} s")


#: Runs the program, which waits where it begins to import its commands.
IMPORTING = """
import runpy, sys
class Slow:
    def find_spec(self, name, *_):
        if name == "jobs.commands":
            print("importing", flush=True)
            sys.stdin.readline()
sys.meta_path.insert(0, Slow())
runpy.run_module("jobs", run_name="__main__", alter_sys=True)
"""


def test_a_command_that_has_not_begun_ends_without_a_traceback(tmp_path):
    child = started(tmp_path, "-c", IMPORTING)
    assert child.stdout.readline() == "importing\n"
    os.killpg(child.pid, signal.SIGINT)
    assert ended(child, signal.SIGINT) == (130, "")


def test_servers_that_stay_up_end_at_a_signal(published, tmp_path, golden):
    home = lakes.copied(published, tmp_path / "home")
    child = started(home, "-m", "jobs", "serve", "--report-port", "0")
    while "stay up until Ctrl-C" not in child.stdout.readline():
        assert child.poll() is None
    os.killpg(child.pid, signal.SIGINT)
    assert ended(child, signal.SIGINT)[0] == 0
    assert is_sound(home, golden)

"""Ctrl-C and SIGTERM at any moment of any command: it ends with a word, nothing keeps running, and it works again.

A trial draws moments and signals, and strikes one command a few times in a row on a home that has published, before
it lets it run to its end; seeds that follow each other are of different commands.
"""

import os
import shutil
import signal
import subprocess
import time
from collections import Counter
from contextlib import suppress
from random import Random

import psutil
import pytest

from jobs.running.runner import run_steps
from tests.building import addresses, lakes
from tests.building.commands import run_command
from tests.building.three_days import D1, D3
from tests.faults.test_signals import NUMBERS, ended, left_of, started

PUBLISHING = ("publish_warm", "materialize_features", "publish_hot")
DAY = D3.isoformat()

#: Signals before a command is let run to its end.
IN_A_ROW = 4
#: Processor seconds that the interpreter itself may take to start: it hears signals in its own way, with a traceback.
START_SECONDS = 0.15
#: What a process of its own takes longer than one that is forked with what it imports.
IMPORT_SECONDS = 3

#: What is typed, and the code with which it ends by itself. `{home}` is the trial's, `{beside}` no part of it,
#: `{trader}` one who traded, `{time}` another one each time that the command went through.
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
    "backup {beside}/copy-{time}": 0,
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


def struck(home, words, number, moment):
    """The code with which a command ends of a signal at a moment, what it said, and the seconds that it took to end."""
    child = started(home, "-m", "jobs", *words)
    with suppress(psutil.Error):  # it has ended
        while child.poll() is None and sum(psutil.Process(child.pid).cpu_times()[:2]) < START_SECONDS:
            time.sleep(0.01)
    try:
        child.wait(moment)
    except subprocess.TimeoutExpired:
        os.killpg(child.pid, number)
    begun = time.monotonic()
    return *ended(child, number), time.monotonic() - begun


def test_signals_at_random_moments_of_any_command(published, tmp_path, golden, rounds):
    outcomes, ends, lengths = Counter(), [], {}
    for seed in rounds(1):
        draw, text = Random(seed), list(COMMANDS)[seed % len(COMMANDS)]
        home, times = lakes.copied(published, tmp_path / f"trial-{seed}"), 1
        places = {"home": home, "beside": tmp_path / f"beside-{seed}", "trader": addresses.address("trader-1")}
        for turn in range(IN_A_ROW):
            told = f"seed {seed}, signal {turn + 1}: {text}"
            number, moment = draw.choice(NUMBERS), draw.random() * lengths.get(text, 8)
            words = text.format(time=times, **places).split()
            code, said, seconds = struck(home, words, number, moment)
            assert code in (COMMANDS[text], 128 + number), f"{told}: {code} {said}"
            assert "Traceback" not in said, f"{told}: {said}"
            assert left_of(home) == [], told
            times += code == COMMANDS[text]
            ends += [seconds] if code == 128 + number else []
            outcomes[code] += 1
        begun = time.monotonic()
        again = run_command(home, *text.format(time=times, **places).split())
        lengths[text] = time.monotonic() - begun + IMPORT_SECONDS
        assert again.returncode == COMMANDS[text], f"{told}: {again.stdout}{again.stderr}"
        assert is_sound(home, golden), told
        shutil.rmtree(home)
        shutil.rmtree(places["beside"], ignore_errors=True)
    print(dict(outcomes), f"ended after {max(ends, default=0):.1f} s at most")


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

"""Ctrl-C and SIGTERM at any moment: the command ends at once with a word, and the next one ends as if nothing had been.

A trial builds a lake of three days from its landing, as the foreground job of a terminal: its group gets the signal.
"""

import os
import shutil
import signal
import subprocess
import sys
from random import Random

import psutil
import pytest

from jobs.running.nightly import DATA_STEPS
from jobs.running.runner import run_steps
from pumploss.settings import ROOT
from tests.building import lakes
from tests.building.commands import environment_below
from tests.building.three_days import DAYS

#: The first of the pipeline, so that a trial is short: bronze with its quarantine, the chain's facts, silver.
STEPS = [step.name for step in DATA_STEPS[:3]]
BACKFILL = ("backfill", "--from", DAYS[0].isoformat(), "--to", DAYS[-1].isoformat(), "--steps", *STEPS)

#: What a trial may take to end. People are promised seconds; a machine that is busy with tests is given more.
END_SECONDS = 20

#: Runs the command; the first call of a function waits until the signals have been sent.
AT_BARRIER = """
import importlib, sys
from jobs.commands import entry
owner, _, name = sys.argv[1].rpartition(".")
module, _, inner = owner.partition(":")
holder = importlib.import_module(module)
for part in filter(None, inner.split(".")):
    holder = getattr(holder, part)
real, state = getattr(holder, name), {"is_first": True}
def waiting(*arguments, **options):
    if state.pop("is_first", False):
        print("barrier", flush=True)
        sys.stdin.readline()
    return real(*arguments, **options)
setattr(holder, name, waiting)
del sys.argv[1]
entry()
"""

BARRIERS = (
    "jobs.commands.run_steps:.backfill",  # nothing is open yet
    "pumploss.embedded.engine_server:.start",  # the engine is about to start
    "pumploss.embedded.private_port:PrivatePort.close",  # it listens, and its server takes Ctrl-C for itself
    "jobs.running.runner:.run_pass",  # a step is about to read
    "pumploss.lake.ledger:Ledger.append",  # a day is committed, its ledger row is not
)
NUMBERS = (signal.SIGINT, signal.SIGTERM)


def started(home, *words):
    """Starts Python with these words as the leader of a group of its own."""
    if signal.getsignal(signal.SIGINT) is signal.SIG_IGN:
        # As in the background of a shell, where every child would be deaf to it as well.
        signal.signal(signal.SIGINT, signal.default_int_handler)
    return subprocess.Popen(
        [sys.executable, *words],
        env=environment_below(home, PYTHONFAULTHANDLER="1"),
        cwd=ROOT,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        start_new_session=True,
    )


def ended(child, number):
    """Exit code as a shell says it, and what was said; fails if it does not end."""
    try:
        said = child.communicate(timeout=END_SECONDS)[0]
    except subprocess.TimeoutExpired:
        child.send_signal(signal.SIGABRT)  # it says where each thread stands
        pytest.fail(f"hangs after {number!r}: {child.communicate()[0]}")
    return child.returncode if child.returncode >= 0 else 128 - child.returncode, said


def left_of(home):
    """Processes that still run on a home."""
    left = []
    for process in psutil.process_iter():
        try:
            if process.pid != os.getpid() and process.environ().get("PUMPLOSS_HOME") == str(home):
                left.append(process)
        except psutil.Error:
            continue
    return [process for process in left if process.is_running() and process.status() != psutil.STATUS_ZOMBIE]


def emptied(home):
    """The home without its lake: only what landed."""
    shutil.rmtree(home / "lake")
    return home


def ends_golden(home, golden):
    """The next run of the same ends in the tables of a run that nothing interrupted."""
    with lakes.opened(home) as context:
        run_steps(context, STEPS, DAYS)
        held = lakes.contents(context)
    assert {day for table, day in held if table == "silver_trades"} == set(DAYS)
    return held.items() <= golden.items()


@pytest.mark.parametrize("barrier", BARRIERS)
def test_a_signal_at_a_barrier(trial, golden, barrier):
    number = NUMBERS[BARRIERS.index(barrier) % 2] if "private_port" not in barrier else signal.SIGINT
    home = emptied(trial(BARRIERS.index(barrier)))
    child = started(home, "-c", AT_BARRIER, barrier, *BACKFILL)
    said = []
    for line in child.stdout:
        said.append(line)
        if line == "barrier\n":
            break
    assert said[-1:] == ["barrier\n"], said
    os.killpg(child.pid, number)
    code, said = ended(child, number)
    assert code == 128 + number, said
    assert "interrupted" in said
    assert left_of(home) == []
    assert ends_golden(home, golden)


#: A command inside of a library that lets Python hear nothing for minutes.
DEAF = """
import hashlib, sys, threading
from jobs.commands import entry, list_steps
def run(_):
    # Said from beside, once the library has been at work for a while.
    threading.Timer(1.0, print, ["barrier"], {"flush": True}).start()
    hashlib.pbkdf2_hmac("sha256", b"any", b"thing", 2_000_000_000)
list_steps.run = run
sys.argv[1:] = ["list"]
entry()
"""


#: A command that is in the middle of a finalizer, out of which no error comes.
SWALLOWING = """
import sys, time
from jobs.commands import entry, list_steps
class Slow:
    def __del__(self):
        print("barrier", flush=True)
        time.sleep(600)
def run(_):
    Slow()
    time.sleep(600)
list_steps.run = run
sys.argv[1:] = ["list"]
entry()
"""


def ended_at_barrier(home, program, number):
    """Exit code of a program that was struck where it says that it stands, and what it said after that."""
    child = started(home, "-c", program)
    assert child.stdout.readline() == "barrier\n"
    os.killpg(child.pid, number)
    return ended(child, number)


@pytest.mark.parametrize("number", NUMBERS)
def test_a_signal_inside_of_a_finalizer(tmp_path, number):
    code, said = ended_at_barrier(tmp_path, SWALLOWING, number)
    assert code == 128 + number, said
    assert said.endswith("interrupted; nothing is half-written, run the command again to go on.\n"), said
    assert "Exception ignored" not in said


@pytest.mark.parametrize("number", NUMBERS)
def test_a_signal_inside_of_a_library_that_does_not_let_it_through(tmp_path, number):
    code, said = ended_at_barrier(tmp_path, DEAF, number)
    assert code == 128 + number, said
    assert "ended by force" in said


def test_signals_at_random_moments(trial, golden, rounds):
    outcomes = {}
    for seed in rounds(2):
        draw = Random(seed)
        number, moment, is_impatient = draw.choice(NUMBERS), draw.uniform(0.5, 12), draw.random() < 0.3
        home = emptied(trial(100 + seed))
        child = started(home, "-m", "jobs", *BACKFILL)
        try:
            child.wait(moment)
        except subprocess.TimeoutExpired:
            os.killpg(child.pid, number)
            if is_impatient:
                os.killpg(child.pid, number)
        code, said = ended(child, number)
        # Python itself is not yet, or no longer, there to say a word at the very beginning and end.
        assert code in (0, 128 + number), f"seed {seed}: {code} {said}"
        assert left_of(home) == [], f"seed {seed}"
        assert ends_golden(home, golden), f"seed {seed}"
        shutil.rmtree(home)
        outcomes[code] = outcomes.get(code, 0) + 1
    print(outcomes)

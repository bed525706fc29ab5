"""Two runs at once on one lake: whole runs wait or are refused, and steps that interleave never leave tables mixed.

Tasks of a scheduler hold the lake for a step at a time, so that steps of two runs may follow each other in any order:
each trial draws such an order, and where in it a corrected dump lands. Inside a step nobody comes in: there a process
of its own is stopped at a barrier.
"""

import os
import signal
from contextlib import contextmanager
from random import Random

import pytest

from jobs.running import nightly
from jobs.running.due_days import changed_dumps
from jobs.running.runner import run_step
from pumploss.errors import BusyLakeError, StaleError
from tests.building import lakes
from tests.building.built_days import correct, made_up
from tests.building.commands import environment_below
from tests.building.forks import Fork
from tests.building.three_days import D1, D2, D3, DAYS

pytestmark = [pytest.mark.faults, pytest.mark.slow]

STEPS = tuple(step.name for step in nightly.DATA_STEPS)
#: A prime, so that the pairs of as many seeds are all different: seeds that follow each other draw pairs far apart.
SPREAD = 101


def is_settled(context):
    """Whether nothing tells people or the next night that a day must be made again."""
    return not changed_dumps(context, DAYS) and not any(context.ledger.stale(step) for step in STEPS)


def drawn(seed):
    """The corrected day, which run takes each turn, and before which turn the correction lands.

    Somewhere a step of one run comes directly before a step of the other: the next pair of steps with each seed.
    """
    rng = Random(seed)
    day = rng.choice([D2, D3])
    first, second = divmod(seed * SPREAD % len(STEPS) ** 2, len(STEPS))
    before, after = [0] * first + [1] * second, [0] * (len(STEPS) - first - 1) + [1] * (len(STEPS) - second - 1)
    rng.shuffle(before)
    rng.shuffle(after)
    turns = [*before, 0, 1, *after]
    return day, turns, rng.randrange(len(turns))


def test_as_many_seeds_as_there_are_pairs_hold_every_pair_of_steps():
    pairs, landings = set(), set()
    for _, turns, lands_before in map(drawn, range(len(STEPS) ** 2)):
        steps = [turns[:number].count(turn) for number, turn in enumerate(turns)]
        pairs |= {(a, b) for a, b, *run in zip(steps, steps[1:], turns, turns[1:], strict=False) if run == [0, 1]}
        landings.add(lands_before)
    assert landings == set(range(2 * len(STEPS)))
    assert pairs == {(one, other) for one in range(len(STEPS)) for other in range(len(STEPS))}


def test_steps_of_two_runs_in_any_order_leave_nothing_mixed(trial, corrected, rounds):
    for seed in rounds(1):
        day, turns, lands_before = drawn(seed)
        home = trial(seed)
        with lakes.opened(home) as first, lakes.opened(home) as second:
            left = [list(STEPS), list(STEPS)]
            for number, turn in enumerate(turns):
                if number == lands_before:
                    correct(first, day)
                if not left[turn]:
                    continue
                step = left[turn].pop(0)
                days = [day] if turn == 0 else [d for d in DAYS if d >= day]
                try:
                    run_step((first, second)[turn], step, days)
                except StaleError:  # its message names what to run, and this run ends
                    left[turn].clear()
            if is_settled(first):
                assert lakes.contents(first) == corrected(day), f"seed {seed}: both ended well, but tables are mixed"
            assert made_up(second) == corrected(day), f"seed {seed}"
            assert is_settled(second), f"seed {seed}"


PAUSED = """
import sys
from datetime import date
from jobs.running.context import open_context
from jobs.running.runner import run_steps
from pumploss.lake import delta
from pumploss.settings import from_environment

day, table, moment, *steps = sys.argv[1:]
replace = delta.Lake.replace

def pause():
    print("paused", flush=True)
    sys.stdin.readline()

def replace_and_pause(self, found, *given):
    if found.name == table and moment == "before":
        pause()
    version = replace(self, found, *given)
    if found.name == table and moment == "after":
        pause()
    return version

delta.Lake.replace = replace_and_pause
with open_context(from_environment()) as context:
    run_steps(context, steps, [date.fromisoformat(day)])
"""


@contextmanager
def paused(home, day, table, moment):
    """A process that builds the day, stopped at a commit of a table until it is told to go on."""
    child = Fork(["-c", PAUSED, str(day), table, moment, *STEPS], environment_below(home))
    try:
        assert child.stdout.readline() == "paused\n"
        yield child
    finally:
        child.close()


def test_nobody_comes_into_a_step_of_another_run(trial, corrected, rounds):
    for seed in rounds(1):
        rng = Random(seed)
        day, home = rng.choice([D2, D3]), trial(seed)
        table = rng.choice(["bronze_trades", "silver_trades", "silver_open_lots"])
        moment = rng.choice(["before", "after"])
        is_killed = rng.random() < 0.5
        with lakes.opened(home) as context, paused(home, day, table, moment) as child:
            correct(context, day)
            context.wait_seconds = 0
            before = context.ledger.frame().height
            for step in STEPS:
                with pytest.raises(BusyLakeError, match=rf"process {child.pid} on .*, since 20"):
                    run_step(context, step, [day])
            assert context.ledger.frame().height == before, f"seed {seed}: who is refused leaves no trace"
            if is_killed:
                os.kill(child.pid, signal.SIGKILL)
            else:
                child.stdin.write("go on\n")
                child.stdin.flush()
            assert child.wait() == (-signal.SIGKILL if is_killed else 0), f"seed {seed}"
            assert made_up(context) == corrected(day), f"seed {seed}"


def test_a_day_that_never_overlapped_is_golden(trial, golden):
    with lakes.opened(trial(0)) as context:
        run_step(context, STEPS[0], [D1])
        assert made_up(context) == golden

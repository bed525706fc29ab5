"""SIGKILL at every barrier of a pass, and at random moments: run again, all is golden and nothing is left over."""

import signal
import subprocess
from contextlib import suppress
from random import Random

from jobs.running.runner import run_steps
from tests.building import lakes
from tests.building.barriers import GUARD
from tests.building.commands import environment_below, run_code
from tests.building.forks import Fork
from tests.building.three_days import D3

STEPS = ("silver_trader_mint_day", "gold_token_day", "gold_market_day")

#: A process that dies at a barrier of a pass.
AT_A_BARRIER = f"""{GUARD}
    from datetime import date
    from jobs.running.runner import run_steps
    from pumploss.lake import sweeping

    guard(staging.Stage, "keep")
    guard(sweeping, "let_go")
    with open_context(from_environment()) as context:
        run_steps(context, sys.argv[2].split(","), [date.fromisoformat(sys.argv[3])])
"""

#: A process that says when the engine is up and goes on until it is killed or done.
UNTIL_KILLED = """
    import sys
    from datetime import date
    from jobs.running.context import open_context
    from jobs.running.runner import run_steps
    from pumploss.settings import from_environment

    with open_context(from_environment()) as context:
        context.spark.range(1).count()
        print("up", flush=True)
        run_steps(context, sys.argv[1].split(","), [date.fromisoformat(sys.argv[2])])
"""


def is_mended(home, golden):
    """Runs the steps again; what was killed is then as if it had never been."""
    with lakes.opened(home) as context:
        assert lakes.contents(context) == golden, "a table is torn"
        run_steps(context, STEPS, [D3])
        assert lakes.contents(context) == golden
    assert list((home / "lake" / "_stage").iterdir()) == []
    for table in STEPS:
        folder = home / "lake" / table
        log = "".join(path.read_text() for path in (folder / "_delta_log").glob("*.json"))
        assert [path for path in folder.rglob("part-*.parquet") if path.name not in log] == [], "dead files"
    return True


def test_a_kill_at_any_barrier_is_mended_by_the_next_run(trial, golden, rounds):
    killed = 0
    for seed in rounds(2):
        home, barrier = trial(seed), Random(seed).randrange(24) if seed > 1 else 3 + 4 * seed
        died = run_code(home, AT_A_BARRIER, str(barrier), ",".join(STEPS), D3.isoformat())
        assert died.returncode in (0, -signal.SIGKILL), f"seed {seed}: {died.stderr[-2000:]}"
        killed += died.returncode != 0
        assert is_mended(home, golden), f"seed {seed}"
    assert killed


def test_a_kill_at_any_moment_is_mended_by_the_next_run(trial, golden, rounds):
    for seed in rounds(1):
        home = trial(seed)
        run = Fork(["-c", UNTIL_KILLED, ",".join(STEPS), D3.isoformat()], environment_below(home))
        assert run.stdout.readline() == "up\n"
        with suppress(subprocess.TimeoutExpired):
            run.wait(Random(seed).uniform(0, 4))
        run.close()
        assert is_mended(home, golden), f"seed {seed}"

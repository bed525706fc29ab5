"""SIGKILL within upkeep: every row, every pinned version and the ledger's word stay; the next upkeep ends the work."""

import signal
import subprocess
from contextlib import suppress
from datetime import timedelta
from pathlib import Path
from random import Random

import polars as pl
import pytest

from jobs.maintaining import gathering
from jobs.maintaining.pins import Pin
from jobs.maintaining.upkeep import maintain
from jobs.pipeline import WRITER
from jobs.running.standing import mark_tables, table_of
from jobs.verifying.lake import by_logs
from tests.building import lakes
from tests.building.barriers import GUARD
from tests.building.commands import environment_below, run_code
from tests.building.forks import Fork
from tests.building.scattered_days import TABLE, scatter
from tests.building.three_days import DAYS

TRADER_DAY = table_of(TABLE)

#: A process that dies at a barrier of upkeep.
AT_A_BARRIER = f"""{GUARD}
    from datetime import timedelta
    from jobs.maintaining import gathering
    from jobs.maintaining.pins import Pin
    from jobs.maintaining.upkeep import maintain
    from pumploss.lake import maintenance

    guard(maintenance, "gathered")
    guard(maintenance, "checkpoint")
    guard(maintenance, "vacuum")
    gathering.SETTLED_DAYS = 0
    with open_context(from_environment()) as context, context.held_lake():
        maintain(context, [Pin(sys.argv[2], int(sys.argv[3]), "a model")], timedelta(0))
"""

#: A process that says when it begins to delete, and goes on until it is killed or done.
UNTIL_KILLED = """
    import sys
    from datetime import timedelta
    from jobs.running.context import open_context
    from jobs.running.standing import table_of
    from pumploss.lake import maintenance
    from pumploss.settings import from_environment

    with open_context(from_environment()) as context:
        context.lake.log(table_of(sys.argv[1]))
        print("up", flush=True)
        maintenance.vacuum(context.lake, table_of(sys.argv[1]), timedelta(0), [int(sys.argv[2])])
"""


@pytest.fixture(scope="module")
def scattered(template, tmp_path_factory):
    """A home whose days lie in four files each, and the version from before, with its rows."""
    home = lakes.copied(template, tmp_path_factory.mktemp("scattered") / "home")
    with lakes.opened(home) as context:
        before = context.lake.version(TRADER_DAY)
        rows = pl.read_delta(context.lake.path(TRADER_DAY))
        scatter(context)
    return home, before, rows


def is_whole(home, golden, pinned, rows):
    """Looks for anything that is lost, and for work that a night would now have to do again."""
    with lakes.opened(home) as context:
        assert lakes.contents(context) == golden
        assert pl.read_delta(context.lake.path(TRADER_DAY), version=pinned).equals(rows)
        assert list(by_logs(context)) == []
        assert mark_tables(context, WRITER) == {}
    return True


def is_ended_by_the_next(home, golden, pinned, rows):
    with pytest.MonkeyPatch.context() as patch, lakes.opened(home) as context:
        patch.setattr(gathering, "SETTLED_DAYS", 0)
        maintain(context, [Pin(TABLE, pinned, "a model")], timedelta(0))
        on_disk = {str(path) for path in Path(context.lake.path(TRADER_DAY)).glob("day=*/*.parquet")}
        assert on_disk == {*files_of(context), *files_of(context, pinned)}, "dead files"
        assert len(files_of(context)) == len(DAYS)
    assert list((home / "lake" / "_stage").iterdir()) == []
    return is_whole(home, golden, pinned, rows)


def files_of(context, version=None):
    return [file.path for file in context.lake.files(TRADER_DAY, version=version)]


def test_a_kill_at_any_barrier_loses_nothing(scattered, golden, rounds, tmp_path):
    template, pinned, rows = scattered
    killed = 0
    for seed in rounds(3):
        home = lakes.copied(template, tmp_path / f"trial-{seed}")
        barrier = Random(seed).randrange(20) if seed > 2 else (3, 5, 7)[seed]
        died = run_code(home, AT_A_BARRIER, str(barrier), TABLE, str(pinned))
        assert died.returncode in (0, -signal.SIGKILL), f"seed {seed}: {died.stderr[-2000:]}"
        killed += died.returncode != 0
        assert is_whole(home, golden, pinned, rows), f"seed {seed}"
        assert is_ended_by_the_next(home, golden, pinned, rows), f"seed {seed}"
    assert killed


def test_a_kill_while_files_are_deleted_loses_nothing(scattered, golden, rounds, tmp_path):
    template, pinned, rows = scattered
    for seed in rounds(1):
        home = lakes.copied(template, tmp_path / f"vacuum-{seed}")
        folder = home / "lake" / TABLE / f"day={DAYS[0]}"
        for number in range(3000):
            (folder / f"part-{number}.parquet").touch()
        run = Fork(["-c", UNTIL_KILLED, TABLE, str(pinned)], environment_below(home))
        assert run.stdout.readline() == "up\n"
        with suppress(subprocess.TimeoutExpired):
            run.wait(Random(seed).uniform(0, 0.3))
        run.close()
        assert is_whole(home, golden, pinned, rows), f"seed {seed}"
        assert is_ended_by_the_next(home, golden, pinned, rows), f"seed {seed}"

"""A disk that is full at any moment: the command says so, and after room is made all is golden.

The home lies on a small file system of its own, of which a ballast leaves so many bytes.
"""

import subprocess
from random import Random

import pytest

from jobs.commands.advice import advice
from jobs.running.runner import run_steps
from pumploss.errors import PumpLossError
from tests.building import lakes
from tests.building.commands import run_command
from tests.building.three_days import D3

STEPS = ("gold_token_day", "gold_trader_day", "gold_market_day")


@pytest.fixture(scope="module")
def small_disk(tmp_path_factory):
    """A folder on a file system of 64 MB."""
    folder = tmp_path_factory.mktemp("disk")
    mounted = subprocess.run(
        ["mount", "-t", "tmpfs", "-o", "size=64m", "tmpfs", str(folder)], capture_output=True, check=False
    )
    if mounted.returncode:
        pytest.skip("only root may mount a small file system")
    yield folder
    subprocess.run(["umount", "--lazy", str(folder)], check=True)


def fill(disk, left):
    """Leaves so many bytes of a file system free."""
    stat = subprocess.run(["df", "--output=avail", "-B1", str(disk)], capture_output=True, text=True, check=True)
    free = int(stat.stdout.split()[-1])
    with (disk / "ballast").open("wb") as file:
        file.write(b"\1" * max(free - left, 0))


def test_a_full_disk_leaves_tables_as_they_were(template, golden, small_disk, rounds):
    home = lakes.copied(template, small_disk / "home")
    failed = 0
    for seed in rounds(2):
        random = Random(seed)
        fill(small_disk, random.choice((0, 4096, random.randrange(200_000), random.randrange(1_500_000))))
        error = None
        try:
            with lakes.opened(home) as context:
                run_steps(context, STEPS[random.randrange(len(STEPS)) :], [D3])
        except Exception as raised:  # noqa: BLE001
            error = raised
        failed += error is not None
        is_clear = isinstance(error, PumpLossError) or error is None or advice(error, context.settings) is not None
        assert is_clear, f"seed {seed}: {error!r}"
        (small_disk / "ballast").unlink()
        with lakes.opened(home) as context:
            assert lakes.contents(context) == golden, f"seed {seed}: a table is torn"
            run_steps(context, STEPS, [D3])
            assert lakes.contents(context) == golden, f"seed {seed}"
        assert list((home / "lake" / "_stage").iterdir()) == [], f"seed {seed}"
    assert failed


def test_the_command_says_that_the_disk_is_full(template, small_disk):
    home = lakes.copied(template, small_disk / "command")
    fill(small_disk, 8192)
    done = run_command(home, "run", "gold_token_day", "--day", D3.isoformat())
    (small_disk / "ballast").unlink()
    assert done.returncode == 1
    assert "the disk took no more" in done.stderr
    assert "a fault of Pump Loss" not in done.stderr
    assert "Traceback" not in done.stderr

"""One flipped bit in any file of the lake: it is refused by name with the repair, or of no account."""

import re
import shutil
from datetime import date
from pathlib import Path
from random import Random

import pytest

from jobs.running.lookups import STATES, keep_segments
from jobs.running.nightly import DATA_STEPS
from jobs.running.runner import run_step
from pumploss.errors import DamagedError
from pumploss.lake.segments import DROPPED
from tests.building import lakes
from tests.building.three_days import D3


def flip(path, random):
    """Flips one bit of a file, which keeps its size; a file below a table may have a second name elsewhere."""
    content = bytearray(path.read_bytes())
    content[random.randrange(len(content))] ^= 1 << random.randrange(8)
    path.unlink()
    path.write_bytes(content)


def test_every_flip_of_a_data_file_is_refused_and_repaired_as_the_message_says(trial, golden, rounds):
    home = trial(0)
    with lakes.opened(home) as context:
        for seed in rounds(2):
            random = Random(seed)
            table = random.choice([table for table in lakes.data_tables() if context.lake.files(table)])
            path = Path(random.choice(context.lake.files(table)).path)
            flip(path, random)
            with pytest.raises(DamagedError) as refused:
                context.lake.read(table)
            said = str(refused.value)
            assert f"{path} does not hold what was written" in said, f"seed {seed}"
            step, day = re.search(r"`python -m jobs run (\S+) --day (\S+)`", said).groups()
            report = run_step(context, step, [date.fromisoformat(day)])
            assert any("was damaged on disk and is built again" in line for line in report.warnings), f"seed {seed}"
            assert lakes.contents(context) == golden, f"seed {seed}"


def segment_files(home):
    return sorted(path for path in (home / "lake" / "_segments").rglob("*") if path.is_file())


#: The steps that look up the state of earlier days.
STATEFUL = [step.name for step in DATA_STEPS if step.writes and step.lookback_days is None]


@pytest.fixture(scope="module")
def gathered(template, tmp_path_factory):
    """A home whose first two days are gathered into segments."""
    home = lakes.copied(template, tmp_path_factory.mktemp("gathered") / "home")
    with lakes.opened(home) as context:
        for state in STATES.values():
            keep_segments(context, state.table, D3)
    return home


def test_damaged_segments_are_dropped_and_built_again(gathered, tmp_path, golden, rounds):
    dropped = 0
    for seed in rounds(1):
        random, home = Random(seed), lakes.copied(gathered, tmp_path / f"trial-{seed}")
        kinds = {
            path.suffix: path for path in sorted(segment_files(home), key=lambda _, random=random: random.random())
        }
        flip(kinds[sorted(kinds)[seed % len(kinds)]], random)
        with lakes.opened(home) as context:
            reports = [run_step(context, step, [D3]) for step in STATEFUL]
            dropped += any(DROPPED in line for report in reports for line in report.warnings)
            assert lakes.contents(context) == golden, f"seed {seed}"
        shutil.rmtree(home)
    assert dropped

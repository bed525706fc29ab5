"""The machine's clock jumps by a day between and inside steps: nights go on, and end in the golden tables.

The clock is moved in the one place where the project reads it.
"""

from datetime import timedelta
from random import Random

import pytest

from jobs.running.runner import run_step
from pumploss import clock
from tests.building import lakes
from tests.building.built_days import correct
from tests.building.three_days import D2, D3, DAYS
from tests.faults.test_overlaps import STEPS, is_settled

pytestmark = [pytest.mark.faults, pytest.mark.slow]

JUMPS = (timedelta(days=-1), timedelta(days=1), timedelta(hours=-1), timedelta(days=-400))


def test_a_clock_that_jumps_changes_no_table_and_blocks_no_night(trial, corrected, rounds, monkeypatch):
    real = clock.now
    for seed in rounds(1):
        rng = Random(seed)
        day = rng.choice([D2, D3])
        expected, offset = corrected(day), [timedelta(0)]
        monkeypatch.setattr(clock, "now", lambda offset=offset: real() + offset[0])
        with lakes.opened(trial(seed)) as context:
            correct(context, day)
            for step in STEPS:
                offset[0] = rng.choice(JUMPS)
                run_step(context, step, [d for d in DAYS if d >= day])
            offset[0] = rng.choice(JUMPS)
            assert is_settled(context), f"seed {seed}"
            assert lakes.contents(context) == expected, f"seed {seed}"

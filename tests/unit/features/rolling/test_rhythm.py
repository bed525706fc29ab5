"""Windows over rhythms, beside a plain recomputation."""

from datetime import date
from decimal import Decimal
from random import Random

import numpy as np
import pytest

from features.rolling import rhythm
from pumploss.days import midnight, shift, span
from pumploss.tables import gold_trader_rhythm
from tests.building.frames import arrow_of

DAYS = span(date(2026, 1, 1), date(2026, 2, 20))
WANTED = [date(2026, 1, 20), date(2026, 2, 3), date(2026, 2, 20)]


def test_windows_are_those_of_a_plain_recomputation():
    draw = Random(1)
    rows = [
        {
            "trader_address": trader, "day": day, "known_at": midnight(shift(day, draw.choice([1, 1, 9]))),
            **{name: draw.randrange(9) for name in rhythm.SUMS}, "gap_seconds_squared": Decimal(draw.randrange(10**20)),
            "gap_bins": [draw.randrange(3) for _ in range(18)], "active_hour_count": draw.randrange(25),
        }
        for trader in "ab" for day in DAYS if draw.random() < 0.3
    ]  # fmt: skip
    found = rhythm.measured(arrow_of(gold_trader_rhythm.TABLE, *rows), WANTED).to_pylist()
    assert {(row["trader_address"], row["as_of_day"]) for row in found} == {(t, day) for t in "ab" for day in WANTED}
    for got in found:
        as_of = got["as_of_day"]
        own = [
            row
            for row in rows
            if row["trader_address"] == got["trader_address"] and shift(as_of, -30) <= row["day"] < as_of
        ]
        assert {f"{name}_30d": sum(row[name] for row in own) for name in rhythm.SUMS}.items() <= got.items()
        assert got["most_active_hours_30d"] == max(row["active_hour_count"] for row in own)
        assert got["rhythm_known_at"] == max(row["known_at"] for row in own)
        middle = np.median([k for row in own for k, n in enumerate(row["gap_bins"]) for _ in range(n)])
        assert 2 ** (middle - 1) <= got["gap_median_seconds_30d"] < 2**middle


@pytest.mark.parametrize("part", [0.1, 0.5])
def test_a_quantile_lies_in_the_bin_of_the_true_one(part):
    draw = Random(2)
    for _ in range(50):
        pauses = sorted(
            draw.choice([0, draw.randrange(4), draw.randrange(90_000)]) for _ in range(draw.randrange(1, 40))
        )
        counts = np.bincount([pause.bit_length() for pause in pauses], minlength=18)
        (found,) = rhythm.quantile(counts[None, :], part).to_pylist()
        true = pauses[max(int(np.ceil(part * len(pauses))), 1) - 1]
        assert int(found).bit_length() == true.bit_length()
    assert rhythm.quantile(np.zeros((1, 18), np.int64), part).to_pylist() == [None]

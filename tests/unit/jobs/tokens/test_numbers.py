"""Numbers of mints: the same on all days, whichever days are run together, and no two alike."""

from datetime import date
from random import Random

import pytest

from jobs.tokens.numbers import numbered
from pumploss.days import span
from pumploss.tables.gold_token_day import NUMBERS_PER_DAY

DAYS = span(date(2026, 1, 5), date(2026, 1, 8))
DDL = "token_mint string, day date, is_new_mint boolean, mint_number bigint"


@pytest.mark.parametrize("seed", range(2))
def test_days_in_any_split_number_mints_alike_by_first_day_and_address(spark, seed):
    draw = Random(seed)
    alive = {f"m{n}": sorted(draw.sample(DAYS, draw.randrange(1, 4))) for n in range(30)}

    def run(days, known):
        rows = [
            (mint, day, day == own[0], known.get(mint)) for mint, own in alive.items() for day in own if day in days
        ]
        found = numbered(spark.createDataFrame(draw.sample(rows, len(rows)), DDL)).toArrow().to_pylist()
        return {(row["token_mint"], row["day"]): row["mint_number"] for row in found}

    whole = run(DAYS, {})
    expected = {}
    for day in DAYS:
        for place, mint in enumerate(sorted(mint for mint, own in alive.items() if own[0] == day)):
            expected[mint] = (day - date(1970, 1, 1)).days * NUMBERS_PER_DAY + place
    assert whole == {(mint, day): expected[mint] for mint, own in alive.items() for day in own}
    assert len(set(expected.values())) == len(alive)
    first = run(DAYS[:2], {})
    assert first | run(DAYS[2:], {mint: number for (mint, _), number in first.items()}) == whole

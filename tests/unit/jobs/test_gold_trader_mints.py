"""What each trader traded on each day, beside a plain recount; and days in any split give the same rows."""

from datetime import date
from itertools import groupby
from random import Random

import pytest

from jobs import gold_trader_mints
from pumploss import checks
from pumploss.days import midnight, shift
from pumploss.tables import gold_token_day, silver_trader_mint_day
from pumploss.tables.gold_trader_mints import TABLE
from tests.building.frames import frame_of

DAYS = [date(2026, 1, 5), date(2026, 1, 6), date(2026, 1, 7)]


def drawn(seed):
    """Random days of four traders in five mints, and of these mints; some have no volatility, some are known late."""
    draw = Random(seed)
    tokens = [
        {"token_mint": f"m{n}", "mint_number": 9 - n, "day": day, "known_at": midnight(shift(day, draw.choice([1, 4]))),
         "volatility": draw.choice([None, draw.random()])}
        for n in range(5) for day in DAYS
    ]  # fmt: skip
    rows = [
        {"trader_address": trader, "token_mint": f"m{n}", "trade_date": day, "known_at": midnight(shift(day, 2)),
         "buy_cost_lamports": draw.randrange(10**10), "first_seen_day": draw.choice([day, DAYS[0]])}
        for trader in "abcd" for n in range(5) for day in DAYS if draw.random() < 0.5
    ]  # fmt: skip
    return rows, tokens


def plain(rows, tokens):
    """Rows of the table by trader and day."""
    of_mint = {(token["token_mint"], token["day"]): token for token in tokens}
    found = {}
    ordered = sorted(rows, key=lambda row: (row["trader_address"], row["trade_date"]))
    for key, group in groupby(ordered, key=lambda row: (row["trader_address"], row["trade_date"])):
        own = [(row, of_mint[row["token_mint"], row["trade_date"]]) for row in group]
        own.sort(key=lambda pair: pair[1]["mint_number"])
        volatile = [
            (row["buy_cost_lamports"], mint["volatility"]) for row, mint in own if mint["volatility"] is not None
        ]
        found[key] = {
            "mint_numbers": [mint["mint_number"] for _, mint in own],
            "mint_costs": [row["buy_cost_lamports"] for row, _ in own],
            "first_seen_mint_count": sum(row["first_seen_day"] == row["trade_date"] for row, _ in own),
            "volatile_cost_lamports": sum(cost for cost, _ in volatile),
            "volatility_cost_millis": sum(round(cost * volatility * 1000) for cost, volatility in volatile),
            "known_at": max(max(row["known_at"], mint["known_at"]) for row, mint in own),
        }
    return found


@pytest.fixture(scope="module")
def made(spark, rows_of):
    """Rows by trader and day, each with the columns that `plain` has."""

    def made(rows, tokens):
        frame = gold_trader_mints.transform(
            frame_of(spark, silver_trader_mint_day.TABLE, *rows), frame_of(spark, gold_token_day.TABLE, *tokens)
        )
        assert frame.columns == TABLE.names
        measured = checks.measure(TABLE, frame)
        assert checks.failures(measured, checks.judged(TABLE.name, TABLE.all_checks, measured.metrics)) == []
        return {(row["trader_address"], row["day"]): row for row in rows_of(frame)}

    return made


@pytest.mark.parametrize("seed", range(2))
def test_rows_are_those_of_a_plain_recount_in_any_split_of_the_days(made, seed):
    rows, tokens = drawn(seed)
    whole, expected = made(rows, tokens), plain(rows, tokens)
    assert {key: {name: row[name] for name in expected[key]} for key, row in whole.items()} == expected
    draw = Random(seed)
    for days in (DAYS[:1], DAYS[1:]):
        shuffled = draw.sample(own := [row for row in rows if row["trade_date"] in days], len(own))
        assert made(shuffled, tokens) == {key: row for key, row in whole.items() if key[1] in days}

"""First buys by trader and day, beside a plain recount; and days in any split give the same rows."""

from datetime import date
from itertools import groupby
from math import log
from random import Random

import pytest

from jobs import gold_trader_entries
from pumploss import checks
from pumploss.days import midnight, shift, span
from pumploss.tables import gold_token_day, silver_entries
from pumploss.tables.gold_trader_entries import FIGURES, TABLE
from tests.building.frames import frame_of

DAYS = span(date(2026, 1, 5), date(2026, 1, 9))


def drawn(seed):
    """Random first buys of three traders in twelve mints, and the days of these mints."""
    draw = Random(seed)

    def some(value):
        return draw.choice([None, value, value])

    rows, tokens = [], []
    for n in range(12):
        born = draw.choice(DAYS[:-1])
        alive = [born, *(day for day in DAYS if day > born and draw.random() < 0.5)]
        tokens += [
            {"token_mint": f"m{n}", "mint_number": 99 - n, "day": day, "spot_high_sol": some(draw.random() * 9),
             "known_at": midnight(shift(day, draw.choice([1, 3])))}
            for day in alive
        ]  # fmt: skip
        rows += [
            {"trader_address": trader, "token_mint": f"m{n}", "trade_date": day, "known_at": midnight(shift(day, 1)),
             "first_bought_at": midnight(day), "first_buy_cost_lamports": draw.randrange(1, 10**9),
             "entry_price_sol": some(0.1 + draw.random()), "high_ratio": some(1 + draw.random()),
             "age_seconds": some(draw.randrange(90)), "age_slot_count": some(draw.randrange(3)),
             "slot_buyer_count": some(draw.randrange(4)), "low_ratio": some(draw.random()),
             "capture_ratio": some(draw.random()), "minute_volatility_ratio": some(draw.random())}
            for trader in "abc" for day in [draw.choice(alive)] if draw.random() < 0.7
        ]  # fmt: skip
    return rows, tokens


def highs(row, tokens):
    """Logarithms of the highest price of the day of an entry and of the day after, each None where it is not known."""
    after = shift(row["trade_date"], 1)
    following = [one for one in tokens if (one["token_mint"], one["day"]) == (row["token_mint"], after)]
    price = following[0]["spot_high_sol"] if following else None
    own = None if row["high_ratio"] is None else round(log(row["high_ratio"]), 9)
    next_ = None if price is None or row["entry_price_sol"] is None else round(log(price / row["entry_price_sol"]), 9)
    return own, next_, following[0]["known_at"] if following else None


def plain(rows, tokens):
    """Lists and sums of the table by trader and day, of days that have entries or raise some of the day before."""
    number = {one["token_mint"]: one["mint_number"] for one in tokens}
    by_day = {}
    ordered = sorted(rows, key=lambda row: (row["trader_address"], row["trade_date"], number[row["token_mint"]]))
    for key, group in groupby(ordered, key=lambda row: (row["trader_address"], row["trade_date"])):
        by_day[key] = list(group)
    keys = by_day.keys() | {(trader, shift(day, 1)) for trader, day in by_day}
    found = {}
    for trader, day in keys:
        own, before = by_day.get((trader, day), []), by_day.get((trader, shift(day, -1)), [])
        known_before = [row for row in before if row["high_ratio"] is not None]
        raised = [(row, *highs(row, tokens)) for row in before]
        raised = [one for one in raised if one[2] is not None and (one[1] is None or one[2] > one[1])]
        volatile = [row for row in own if row["minute_volatility_ratio"] is not None]
        if day in DAYS and (own or raised):
            found[trader, day] = {
                "entry_count": len(own), "entered_mint_numbers": [number[row["token_mint"]] for row in own],
                "age_logs": [round(log(row["age_seconds"] + 1), 9) for row in own if row["age_seconds"] is not None],
                "capture_ratios": [row["capture_ratio"] for row in own if row["capture_ratio"] is not None],
                "runup_logs": [],
                "high_logs": [high for row in own if (high := highs(row, tokens)[0]) is not None],
                "raised_places": [known_before.index(row) if high is not None else -1 for row, high, _, _ in raised],
                "raised_high_logs": [following for _, _, following, _ in raised],
                "sniped_5s_known_count": sum(row["age_seconds"] is not None for row in own),
                "sniped_5s_true_count": sum(row["age_seconds"] in range(6) for row in own),
                "slot_shared_true_count": sum((row["slot_buyer_count"] or 0) >= 2 for row in own),
                "collapsed_known_count": sum(row["low_ratio"] is not None for row in own),
                "volatile_entry_cost_lamports": sum(row["first_buy_cost_lamports"] for row in volatile),
                "volatility_entry_cost_millis": sum(
                    round(row["first_buy_cost_lamports"] * row["minute_volatility_ratio"] * 1000) for row in volatile
                ),
                "known_at": max([row["known_at"] for row in own] + [known for *_, known in raised]),
            }  # fmt: skip
    return found


@pytest.fixture(scope="module")
def made(spark, rows_of):
    """Rows by trader and day."""

    def made(rows, tokens, days):
        frame = gold_trader_entries.transform(
            frame_of(spark, silver_entries.TABLE, *rows), frame_of(spark, gold_token_day.TABLE, *tokens), days
        )
        assert frame.columns == TABLE.names
        measured = checks.measure(TABLE, frame)
        assert checks.failures(measured, checks.judged(TABLE.name, TABLE.all_checks, measured.metrics)) == []
        return {(row["trader_address"], row["day"]): row for row in rows_of(frame)}

    return made


@pytest.mark.parametrize("seed", range(2))
def test_rows_are_those_of_a_plain_recount_in_any_split_of_the_days(made, seed):
    rows, tokens = drawn(seed)
    whole, expected = made(rows, tokens, DAYS), plain(rows, tokens)
    assert {key: {name: row[name] for name in expected[key]} for key, row in whole.items()} == expected
    assert any(row["raised_places"] for row in whole.values())
    draw = Random(seed)
    # A day is given what the step reads: its own rows and those of the day before.
    for days in (DAYS[:2], DAYS[2:]):
        read = (shift(days[0], -1), *days)
        own = [row for row in rows if row["trade_date"] in read]
        seen = [one for one in tokens if one["day"] in read]
        split = made(draw.sample(own, len(own)), seen, days)
        assert split == {key: row for key, row in whole.items() if key[1] in days}


def test_each_figure_is_of_its_own_column(made):
    given = {
        "age_seconds": 0, "earlier_buyer_count": 0, "curve_share": 0.1, "runup_ratio": 1.0, "momentum_ratio": 1.0,
        "peak_ratio": 0.2, "capture_ratio": 0.3, "impact_ratio": 0.4,
    }  # fmt: skip
    row = {"trader_address": "a", "token_mint": "m", "trade_date": DAYS[0], "first_bought_at": midnight(DAYS[0])}
    token = {"token_mint": "m", "mint_number": 7, "day": DAYS[0]}
    (found,) = made([{**row, **given}], [token], DAYS[:1]).values()
    assert [found[f"{name}s"] for name in FIGURES] == [[0.0], [0.0], [0.1], [0.0], [0.0], [0.2], [0.3], [0.4]]

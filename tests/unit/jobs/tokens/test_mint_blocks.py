"""Trades of large days in blocks that are computed one after another."""

from collections import Counter, defaultdict
from datetime import date, timedelta
from random import Random

import pytest

from jobs.tokens.mint_blocks import mint_blocks
from pumploss.tables.silver_trades import TABLE

DAY = date(2026, 1, 5)


@pytest.mark.parametrize("rows_at_once", [1, 7, 20, 60])
def test_every_trade_is_in_one_block_with_all_of_its_mint_and_date(frame, rows_of, rows_at_once):
    rng = Random(rows_at_once)
    days = [DAY + timedelta(days=n) for n in range(5)]
    weights = [1, 2, 30, 1, 4]
    trades = [
        {"trade_id": f"{n}", "trade_date": rng.choices(days, weights)[0], "token_mint": f"m{rng.randrange(12)}"}
        for n in range(80)
    ]
    counts = Counter(row["trade_date"] for row in trades)
    blocks = mint_blocks({day: counts[day] for day in days}, rows_at_once)
    assert len(blocks) >= 80 / rows_at_once
    frames = frame(TABLE, *trades)
    found, holders = Counter(), defaultdict(set)
    for number, block in enumerate(blocks):
        for row in rows_of(frames.where(block)):
            found[row["trade_id"]] += 1
            holders[row["trade_date"], row["token_mint"]].add(number)
    assert found == Counter({row["trade_id"]: 1 for row in trades})
    assert {len(numbers) for numbers in holders.values()} == {1}


def test_what_fits_is_one_block():
    assert mint_blocks({DAY: 7}, 7) == ()
    assert mint_blocks({}, 7) == ()


def test_small_dates_share_a_block(frame):
    rows = {DAY + timedelta(days=n): 4 for n in range(6)}
    trades = frame(TABLE, *({"trade_date": day, "trade_id": f"{day}-{n}"} for day in rows for n in range(4)))
    assert [trades.where(block).count() for block in mint_blocks(rows, 9)] == [8, 8, 8]

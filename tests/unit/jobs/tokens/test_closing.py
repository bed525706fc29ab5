"""Closing mint-days comes to the same in any order, with others or alone, all at once or day after day."""

from datetime import UTC, date, datetime, timedelta
from random import Random

import pyarrow as pa
import pytest

from jobs.tokens.close_state import GONE, RECENT
from jobs.tokens.closing import CLOSED, GIVEN, close

SCHEMA = pa.schema([(name, kind.arrow) for name, kind in GIVEN.items()])
FIRST = date(2026, 1, 5)


def drawn(seed):
    """Days of mints, with gaps between them, some of which state reserves, prices and a tape."""
    draw = Random(seed)
    return [day_of(draw, f"m{mint}", day) for mint in range(12) for day in range(6) if draw.random() < 0.7]


def day_of(draw, mint, day):
    trades, sol, tokens = draw.randint(1, 3), draw.randint(0, 3), draw.randint(4, 7)
    at = datetime(2026, 1, 5, 12, tzinfo=UTC) + timedelta(days=day, seconds=draw.randint(0, 99))
    price = draw.choice([None, draw.random()])
    return {
        "token_mint": mint, "day": FIRST + timedelta(days=day), "is_before": False, "trade_count": trades,
        "venue_close": draw.choice(["pump_curve", "pumpswap"]), "is_sampled": draw.random() < 0.2,
        "reserve_sol": draw.choice([None, GONE, sol]), "reserve_token": tokens, "real_sol": sol, "real_token": tokens,
        "raw": price, "price": price, "spot_close_sol": price, "spot_high_sol": price, "price_high_sol": price,
        "recent": [draw.random() for _ in range(draw.randint(0, RECENT))], "known_at": at, "first_traded_at": at,
        "new_buyer_count": draw.choice([None, 2]), "stated_count": trades, "linked_count": trades - 1,
        "gap_count": draw.choice([None, 1]), "break_count": None, "is_break_first": draw.random() < 0.1,
        "first_sol_lamports": draw.randint(0, 1), "first_token_units": tokens, "is_first_gap": True,
        "is_first_break": draw.random() < 0.3, "is_first_standard": False, "net_cash_flow_lamports": sol,
        "fees_lamports": 1, "net_bought_units": draw.choice([None, tokens]),
    }  # fmt: skip


def closed(rows):
    """The closed days of rows, by mint and day."""
    found = close(pa.Table.from_pylist(rows, schema=SCHEMA)).to_pylist()
    return {(row["token_mint"], row["day"]): row for row in found}


def before(row):
    """What the next pass is handed of a closed day: levels in the columns of flows."""
    return {
        **{name: row[name] for name in ("token_mint", "day", "venue_close", "known_at", "raw", "price", "recent")},
        **{name: row[name] for name in ("reserve_sol", "reserve_token", "real_sol", "real_token", "spot_close_sol")},
        **{name: row[name] for name in ("is_tape_complete", "initial_token_units", "mint_number", "is_set_aside")},
        "is_before": True, "price_high_sol": row["price_peak_close_sol"], "spot_high_sol": row["spot_peak_close_sol"],
        "new_buyer_count": row["buyer_count_close"], "first_traded_at": row["ever_traded_at"],
        "net_cash_flow_lamports": row["net_cash_flow_close_lamports"], "fees_lamports": row["fees_close_lamports"],
        "net_bought_units": row["net_bought_close_units"],
    }  # fmt: skip


@pytest.mark.parametrize("seed", range(20))
def test_days_close_alike_in_any_order_and_alone(seed):
    rows = drawn(seed)
    whole = closed(rows)
    assert {tuple(row) for row in whole.values()} == {tuple(CLOSED)}
    assert closed(Random(seed).sample(rows, len(rows))) == whole
    alone = {}
    for mint in {row["token_mint"] for row in rows}:
        alone |= closed([row for row in rows if row["token_mint"] == mint])
    assert alone == whole


@pytest.mark.parametrize("seed", range(20))
def test_one_day_after_the_other_closes_as_all_at_once(seed):
    rows = drawn(seed)
    whole, found, state = closed(rows), {}, {}
    for day in sorted({row["day"] for row in rows}):
        of_day = [row for row in rows if row["day"] == day]
        now = closed([*of_day, *(state[row["token_mint"]] for row in of_day if row["token_mint"] in state)])
        found |= now
        state |= {mint: before(row) for (mint, _), row in now.items()}
    assert found == whole

"""Real events as their bytes stand on the chain, copied from public logs, and the trades and facts that they are.

The expected figures were worked out from the bytes by hand with the published layouts. Where the chain itself says
more, a test says so: a pool's price follows from its reserves, and its first trade finds what the migration brought.
"""

import base64
from datetime import UTC, datetime

import pytest

from tests.building.anchor_encoder import day_of, row_of
from tests.building.real_events import FACTS, FIRST_POOL_BUY, LAUNCH_BUY, MIGRATION, POOL_TRADES, TRADES


def raw(text):
    """The event's bytes, without the tag of a self-call."""
    return bytes.fromhex(text[16:]) if text.startswith("e445a52e51cb9a1d") else base64.b64decode(text)


def u64(text, at):
    """A number of the event."""
    return int.from_bytes(raw(text)[at : at + 8], "little")


def row_at(text, second):
    """The row of an event, written in its line as it was found."""
    is_hex = text.startswith("e445a52e51cb9a1d")
    written = {"data": text, "encoding": "hex" if is_hex else "base64"}
    return row_of(raw(text), day_of(second), block_time=second, **written)


@pytest.mark.parametrize("case", TRADES)
def test_a_real_event_is_this_trade(case):
    text, second, expected = TRADES[case]
    row = row_at(text, second)
    assert row["kind"] == "trade", (row["reason"], row["detail"])
    assert {name: row[name] for name in expected} == expected
    assert row["traded_at"] == datetime.fromtimestamp(second, UTC)
    assert (row["amount_basis"], row["token_decimals"], row["trailing_bytes"]) == ("curve", 6, 0)


@pytest.mark.parametrize("case", FACTS)
def test_a_real_event_is_this_fact_about_a_token(case):
    text, second, trailing, expected = FACTS[case]
    row = row_at(text, second)
    assert row["kind"] == "event", (row["reason"], row["detail"])
    assert {name: row[name] for name in expected} == expected
    assert (row["occurred_at"], row["trailing_bytes"]) == (datetime.fromtimestamp(second, UTC), trailing)
    assert row["traded_at"] is row["trader_address"] is row["venue"] is None


@pytest.mark.parametrize("case", POOL_TRADES)
def test_the_price_of_a_pool_follows_from_its_reserves(case):
    # Constant product, on the reserves before the trade: those after it, less what it moved and the providers' fee.
    text, second, _ = TRADES[case]
    row = row_at(text, second)
    lp_fee = u64(text, 80)
    tokens, sol = row["token_units"], row["sol_lamports"]
    if row["direction"] == "buy":
        base, quote = row["virtual_token_units"] + tokens, row["virtual_sol_lamports"] - sol - lp_fee
        assert 0 <= sol - -(-quote * tokens // (base - tokens)) <= 1
    else:
        base, quote = row["virtual_token_units"] - tokens, row["virtual_sol_lamports"] + sol - lp_fee
        assert sol == quote * tokens // (base + tokens)


def test_the_first_trade_of_a_pool_finds_what_the_migration_brought():
    tokens, lamports = u64(MIGRATION, 72), u64(MIGRATION, 80)
    row, second = row_at(FIRST_POOL_BUY, 1_784_955_620), row_at(MIGRATION, 1_784_955_620)
    assert row["pool_address"] == second["pool_address"]
    assert row["virtual_token_units"] + row["token_units"] == tokens
    assert row["virtual_sol_lamports"] - row["sol_lamports"] - 197_334 == lamports


def test_the_launch_buy_follows_from_the_first_reserves():
    row = row_at(LAUNCH_BUY, 1_789_087_342)
    assert row["virtual_sol_lamports"] - row["sol_lamports"] == 30_000_000_000
    assert row["virtual_token_units"] + row["token_units"] == 1_073_000_000_000_000
    assert row["token_units"] == 1_073_000_000_000_000 * row["sol_lamports"] // row["virtual_sol_lamports"]


@pytest.mark.parametrize("case", POOL_TRADES)
def test_the_fee_of_a_pool_is_what_providers_protocol_and_creator_get(case):
    text, second, _ = TRADES[case]
    creators = u64(text, 352) if len(raw(text)) >= 360 else 0
    assert row_at(text, second)["fee_lamports"] == u64(text, 80) + u64(text, 96) + creators

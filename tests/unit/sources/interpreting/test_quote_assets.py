"""Quote assets are never coins: every source says so of a trade whose mint is one."""

from dataclasses import replace

import pytest

from benchmarks.sample_trades import DAY, trades
from benchmarks.source_lines import WRITERS, contents
from sources import SOURCES
from sources.declaration import Format
from sources.interpreting.quote_assets import QUOTE_MINTS, SOL_MINTS, STABLE_MINTS, STAKED_SOL_MINTS
from tests.building.source_lines import parse_bytes

COIN = next(trades(1, 1)).mint
#: What stands where the coin should, and whether it may.
MINTS = [
    (COIN, True, "a coin is taken: the line is good but for the mint"),
    (SOL_MINTS[0], False, "native SOL, as some exports name it"),
    (SOL_MINTS[1], False, "native SOL, as the first token program named it"),
    (SOL_MINTS[-1], False, "wrapped SOL"),
    (STABLE_MINTS[0], False, "USDC"),
    (STABLE_MINTS[1], False, "USDT"),
    (STABLE_MINTS[2], False, "USD1"),
    (STAKED_SOL_MINTS[0], False, "jitoSOL"),
    (STAKED_SOL_MINTS[-1], False, "jupSOL"),
]


@pytest.mark.parametrize("name", SOURCES)
@pytest.mark.parametrize(("mint", "is_taken", "why"), MINTS, ids=[why for *_, why in MINTS])
def test_no_source_takes_a_quote_asset_as_a_coin(name, mint, is_taken, why):
    # The second trade, and on the curve: sources write events, launches or other venues between.
    first = next(trade for trade in trades(50, 1) if trade.number and trade.is_curve)
    record = WRITERS[name](replace(first, mint=mint))
    form = SOURCES[name].formats[0]
    suffix = {Format.CSV: "csv", Format.JSONL: "jsonl", Format.PARQUET: "parquet"}[form]
    parsed = parse_bytes(name, f"a.{suffix}", contents(name, form, [record]), DAY)
    assert len(parsed.trades) == is_taken, why
    # The balance of wrapped SOL is SOL to who reads balances: nothing else moved.
    is_sol = name == "helius_enhanced" and mint in SOL_MINTS
    assert [reason for _, reason in parsed.refused] == ([] if is_taken else ["zero_amount" if is_sol else "quote_leg"])


def test_each_is_named_once():
    assert len(set(QUOTE_MINTS)) == len(QUOTE_MINTS) == len(SOL_MINTS) + len(STABLE_MINTS) + len(STAKED_SOL_MINTS)

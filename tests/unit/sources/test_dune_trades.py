"""Dune's `dex_solana.trades`: raw amounts, programs, routes, and the same rows in Parquet."""

import io
from datetime import UTC, date, datetime
from decimal import Decimal

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from sources.interpreting.venues import PROGRAMS

SOL = "So11111111111111111111111111111111111111112"
NATIVE = "1" * 32
USDC = "EPjFWdd5AufqSSqeM2qN1xzybapC8G4wEGGkZwyTDt1v"
COIN = "6Fzphy2B4JTUteQ8jGtj9Tc9anpttVXY3CRgGuJTpump"
OTHER = "8N3yydHxTEQs41fnzE611FmWBQZjixTXS4SSGprb7Ubo"
CURVE, AMM = "6EF8rrecthR5Dkzon8Nwu78hRvfCKubJ14M5uBEwF6P", "pAMMBay6oceH9fJKBRHGP5D4bD4sWpmSwMn52FMfXEA"
BUY = {
    "blockchain": "solana",
    "project": "pumpdotfun",
    "version": "1",
    "version_name": "pump",
    "block_month": "2025-09-01",
    "block_date": "2025-09-02",
    "block_time": "2025-09-02 10:00:01.000 UTC",
    "block_slot": "364000123",
    "trade_source": "direct",
    "token_bought_symbol": "WIF, JR",
    "token_sold_symbol": "SOL",
    "token_pair": "SOL-WIF",
    "token_bought_amount": "3.45E7",
    "token_sold_amount": "1.0",
    "token_bought_amount_raw": "34500000123456",
    "token_sold_amount_raw": "1000000001",
    "amount_usd": "168.1",
    "fee_tier": "0.01",
    "fee_usd": "1.681",
    "token_bought_mint_address": COIN,
    "token_sold_mint_address": SOL,
    "token_bought_vault": OTHER,
    "token_sold_vault": OTHER,
    "project_program_id": OTHER,
    "project_main_id": CURVE,
    "trader_id": "DQmMnakiKr1YNE2gcpggLCzBrauBwFbQkAaao2FTbjgp",
    "tx_id": "2NkmvMaa7n1avgs8G3jQ6W5oKsbsB19stg55bKCWZ9dx3FLB8nGoqHSESTgMTjcFwdWECLc8VZXPBdRBFBz4gH71",
    "outer_instruction_index": "4",
    "inner_instruction_index": "3",
    "tx_index": "1440",
    "_updated_at": "2025-09-03 01:00:00.000 UTC",
}
SELL = {
    "token_bought_mint_address": SOL,
    "token_sold_mint_address": COIN,
    "token_bought_amount_raw": "5",
    "token_sold_amount_raw": "7",
}


def quoted(rows):
    lines = [",".join(f'"{value}"' if "," in value else value for value in row.values()) for row in rows]
    return ("\n".join([",".join(rows[0]), *lines]) + "\n").encode()


@pytest.fixture
def trade(parse):
    def trade(**changed):
        (found,) = parse("dune_trades", "a.csv", quoted([{**BUY, **changed}])).trades
        return found

    return trade


def test_every_field_is_mapped_or_ignored(trade):
    found = trade()
    assert found["traded_at"] == datetime(2025, 9, 2, 10, 0, 1, tzinfo=UTC)
    assert (found["slot"], found["tx_index"], found["event_index"]) == (364000123, 1440, 4003)
    assert (found["signature"], found["trader_address"], found["token_mint"]) == (BUY["tx_id"], BUY["trader_id"], COIN)
    assert (found["direction"], found["token_units"], found["sol_lamports"]) == ("buy", 34500000123456, 1000000001)
    assert (found["token_decimals"], found["is_decimals_assumed"]) == (6, False)
    assert (found["fee_lamports"], found["fee_source"]) == (12500002, "estimated")
    assert (found["amount_basis"], found["venue"], found["virtual_sol_lamports"]) == ("curve", "pump_curve", None)


def test_a_sell(trade):
    found = trade(**SELL)
    assert (found["direction"], found["token_units"], found["sol_lamports"]) == ("sell", 7, 5)


def test_fees_follow_venue_and_date(trade):
    early = {"block_time": "2025-04-02 10:00:01.000 UTC", "token_sold_amount_raw": "1000000000"}
    assert trade(**early)["fee_lamports"] == 10000000
    assert trade(**early, project_main_id=AMM)["fee_lamports"] == 2500000


@pytest.mark.parametrize(("program", "venue"), PROGRAMS.items())
def test_every_program_is_a_venue_and_has_its_fee_there_or_on_top(trade, program, venue):
    found = trade(project_main_id=program)
    is_inside = venue in ("raydium", "launchlab", "meteora")
    assert found["venue"] == venue
    assert (found["fee_lamports"] == 0) == is_inside
    assert (found["fee_source"], found["amount_basis"]) == (
        ("included", "balance_delta") if is_inside else ("estimated", "curve")
    )


def test_decimals_of_a_mint_that_is_not_pump_s_are_assumed_and_flagged(trade):
    found = trade(token_bought_mint_address=OTHER, project_main_id=AMM)
    assert (found["token_units"], found["token_decimals"], found["is_decimals_assumed"]) == (34500000123456, 9, True)
    found = trade(token_bought_mint_address=OTHER)
    assert (found["token_decimals"], found["is_decimals_assumed"]) == (6, False), "on the curve all coins have 6"


@pytest.mark.parametrize(
    ("changed", "reason"),
    [
        ({"token_sold_mint_address": NATIVE}, None),
        ({"token_sold_mint_address": USDC}, "non_sol_quote"),
        ({"token_sold_mint_address": OTHER}, "non_sol_quote"),
        ({"token_bought_mint_address": USDC}, "quote_leg"),
        ({"token_bought_mint_address": USDC, "project_main_id": OTHER}, "quote_leg"),
        ({"token_bought_mint_address": NATIVE}, "quote_leg"),
        ({"token_bought_mint_address": "native"}, "bad_address"),
        ({"project_main_id": OTHER}, "unknown_venue"),
        ({"project_main_id": ""}, "missing_field"),
        ({"project_main_id": AMM}, None),
        ({"block_time": "2025-09-02T10:00:01Z"}, None),
        ({"block_time": "2025-09-02 10:00:01 UTC"}, None),
        ({"block_time": "2025-09-02 10:00:01.500 UTC"}, None),
        ({"block_time": "2025-09-02 10:00:01.000"}, "bad_timestamp"),
        ({"block_time": "2025-09-02 25:00:01.000 UTC"}, "bad_timestamp"),
        ({"block_time": "2026-01-03 00:00:00.000 UTC"}, "future"),
        ({"token_sold_amount_raw": "0"}, "zero_amount"),
        ({"token_bought_amount_raw": "0"}, "zero_amount"),
        ({**SELL, "token_bought_amount_raw": "0"}, None),
        ({**SELL, "token_sold_amount_raw": "0"}, "zero_amount"),
        ({"token_sold_amount_raw": "1.0"}, None),
        ({"token_sold_amount_raw": "18446744073709551615"}, "overflow"),
        ({"token_sold_amount_raw": "-1"}, "sign"),
        ({"inner_instruction_index": ""}, None),
        ({"inner_instruction_index": "1000"}, "malformed"),
        ({"outer_instruction_index": "9223372036854775807"}, "malformed"),
        ({"outer_instruction_index": ""}, "missing_field"),
        ({"trader_id": "x"}, "bad_address"),
        ({"tx_id": "x"}, "bad_signature"),
        ({"amount_usd": "", "token_pair": "", "_updated_at": ""}, None),
    ],
)
def test_reason(parse, changed, reason):
    parsed = parse("dune_trades", "a.csv", quoted([BUY, {**BUY, **changed}]))
    assert parsed.file["records"] == 2
    assert parsed.refused == ([(3, reason)] if reason else [])


def test_hops_of_one_route_keep_the_trade_only(parse):
    hops = [
        {**BUY, "token_sold_mint_address": USDC, "token_bought_mint_address": SOL, "inner_instruction_index": "1"},
        {**BUY, "inner_instruction_index": "2"},
        {**BUY, "token_sold_mint_address": COIN, "token_bought_mint_address": OTHER, "inner_instruction_index": "3"},
    ]
    parsed = parse("dune_trades", "a.csv", quoted(hops))
    assert parsed.refused == [(2, "quote_leg"), (4, "non_sol_quote")]
    assert [found["event_index"] for found in parsed.trades] == [4002]


def test_a_new_column_is_drift_that_says_what_to_do(parse):
    parsed = parse("dune_trades", "a.csv", quoted([{**BUY, "sol_reserves": "1"}]))
    assert parsed.file["reason"] == "drift"
    assert "new field 'sol_reserves'" in parsed.file["detail"]
    assert "sources/dune_trades.py" in parsed.file["detail"]


def test_parquet_says_the_same(parse):
    numbers = ("block_slot", "outer_instruction_index", "inner_instruction_index", "tx_index")
    inexact = ("token_bought_amount", "token_sold_amount", "amount_usd", "fee_tier", "fee_usd")
    row = {name: int(value) if name in numbers else value for name, value in BUY.items()}
    row |= {name: float(BUY[name]) for name in inexact}
    row |= {name: Decimal(BUY[name]) for name in BUY if name.endswith("_raw")}
    row["block_date"] = date(2025, 9, 2)
    row["block_time"] = datetime(2025, 9, 2, 10, 0, 1, tzinfo=UTC)
    file = io.BytesIO()
    pq.write_table(pa.Table.from_pylist([row]), file)
    (there,) = parse("dune_trades", "a.parquet", file.getvalue()).trades
    (here,) = parse("dune_trades", "a.csv", quoted([BUY])).trades
    place = ("file", "line_number", "line_digest")
    assert {k: v for k, v in there.items() if k not in place} == {k: v for k, v in here.items() if k not in place}

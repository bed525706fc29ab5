"""Flipside's `fact_swaps`: exact decimals in CSV, JSON and Parquet, and what did not succeed."""

import io
from datetime import UTC, datetime

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

SOL = "So11111111111111111111111111111111111111112"
USDC = "EPjFWdd5AufqSSqeM2qN1xzybapC8G4wEGGkZwyTDt1v"
COIN = "6Fzphy2B4JTUteQ8jGtj9Tc9anpttVXY3CRgGuJTpump"
OTHER = "8N3yydHxTEQs41fnzE611FmWBQZjixTXS4SSGprb7Ubo"
CURVE, AMM = "6EF8rrecthR5Dkzon8Nwu78hRvfCKubJ14M5uBEwF6P", "pAMMBay6oceH9fJKBRHGP5D4bD4sWpmSwMn52FMfXEA"
BUY = {
    "block_timestamp": "2024-09-01T15:31:10.000Z",
    "block_id": "287000111",
    "tx_id": "2NkmvMaa7n1avgs8G3jQ6W5oKsbsB19stg55bKCWZ9dx3FLB8nGoqHSESTgMTjcFwdWECLc8VZXPBdRBFBz4gH71",
    "succeeded": "true",
    "swapper": "DQmMnakiKr1YNE2gcpggLCzBrauBwFbQkAaao2FTbjgp",
    "swap_from_amount": "0.029955309",
    "swap_from_mint": SOL,
    "swap_to_amount": "387192.766698",
    "swap_to_mint": COIN,
    "program_id": CURVE,
    "swap_program": "pump.fun",
    "swap_index": "2",
    "fact_swaps_id": "0b7c5d0f",
    "inserted_timestamp": "2024-09-01T16:00:00.000Z",
    "modified_timestamp": "2024-09-01T16:00:00.000Z",
}
SELL = {
    "swap_from_amount": "387192.766698",
    "swap_from_mint": COIN,
    "swap_to_amount": "0.029955308",
    "swap_to_mint": SOL,
}


def test_a_buy_and_its_sell(parse, as_csv):
    buy, sell = parse("flipside_swaps", "a.csv", as_csv([BUY, {**BUY, **SELL, "swap_index": "3"}])).trades
    assert buy["traded_at"] == datetime(2024, 9, 1, 15, 31, 10, tzinfo=UTC)
    assert (buy["slot"], buy["tx_index"], buy["event_index"], sell["event_index"]) == (287000111, None, 2, 3)
    assert (buy["direction"], buy["token_units"], buy["sol_lamports"]) == ("buy", 387192766698, 29955309)
    assert (sell["direction"], sell["token_units"], sell["sol_lamports"]) == ("sell", 387192766698, 29955308)
    assert (buy["signature"], buy["trader_address"], buy["token_mint"]) == (BUY["tx_id"], BUY["swapper"], COIN)
    assert (buy["fee_lamports"], buy["fee_source"], buy["amount_basis"]) == (299553, "estimated", "curve")
    assert (buy["venue"], buy["token_decimals"], buy["is_decimals_assumed"]) == ("pump_curve", 6, False)


def test_numbers_in_json_are_read_from_their_text(parse, as_csv):
    coin = {"swap_to_mint": OTHER, "swap_to_amount": "9007199.254740993", "program_id": AMM}
    text = (
        ",".join(
            f'"{name}":{value}'
            if name in ("block_id", "succeeded", "swap_from_amount", "swap_to_amount", "swap_index")
            else f'"{name}":"{value}"'
            for name, value in {**BUY, "swap_from_amount": "900719.925474099", **coin}.items()
        )
    ).encode()
    (found,) = parse("flipside_swaps", "a.jsonl", b"{" + text + b"}\n").trades
    assert found["token_units"] == 9007199254740993, "2^53 + 1: no binary float holds it"
    assert (found["slot"], found["event_index"], found["sol_lamports"]) == (287000111, 2, 900719925474099)


def test_parquet_says_the_same(parse, as_csv):
    row = {**BUY, "block_id": 287000111, "swap_index": 2, "succeeded": True}
    row["block_timestamp"] = datetime(2024, 9, 1, 15, 31, 10, tzinfo=UTC)
    file = io.BytesIO()
    pq.write_table(pa.Table.from_pylist([row]), file)
    (there,) = parse("flipside_swaps", "a.parquet", file.getvalue()).trades
    (here,) = parse("flipside_swaps", "a.csv", as_csv([BUY])).trades
    place = ("file", "line_number", "line_digest")
    assert {k: v for k, v in there.items() if k not in place} == {k: v for k, v in here.items() if k not in place}


def test_amounts_as_floats_in_parquet_are_as_exact_as_their_digits(parse):
    rows = [{**BUY, "swap_to_amount": amount} for amount in (387192.766698, 0.1 + 0.2, None, 387192.7666981)]
    file = io.BytesIO()
    pq.write_table(pa.Table.from_pylist(rows), file)
    parsed = parse("flipside_swaps", "a.parquet", file.getvalue())
    assert [(trade["token_units"], trade["is_rounded"]) for trade in parsed.trades] == [
        (387192766698, False),
        (300000, True),
    ]
    assert parsed.refused == [(3, "missing_field"), (4, "precision")]


def test_amounts_in_short_floats_are_drift(parse):
    file = io.BytesIO()
    table = pa.Table.from_pylist([BUY])
    pq.write_table(table.set_column(8, "swap_to_amount", pa.array([1.5], pa.float32())), file)
    parsed = parse("flipside_swaps", "a.parquet", file.getvalue())
    assert (parsed.file["reason"], parsed.file["records"]) == ("drift", None)
    assert "swap_to_amount" in parsed.file["detail"]


@pytest.mark.parametrize(
    ("changed", "reason"),
    [
        ({"succeeded": "false"}, "failed"),
        ({"succeeded": "FALSE", "block_id": "x"}, "failed"),
        ({"succeeded": "TRUE"}, None),
        ({"succeeded": "1"}, "malformed"),
        ({"succeeded": ""}, "missing_field"),
        ({"program_id": AMM}, None),
        ({"program_id": OTHER}, "unknown_venue"),
        ({"swap_from_mint": USDC}, "non_sol_quote"),
        ({"swap_to_mint": USDC}, "quote_leg"),
        ({"swap_to_mint": OTHER, "swap_from_mint": COIN}, "non_sol_quote"),
        ({"block_timestamp": "2024-09-01 15:31:10.000 UTC"}, None),
        ({"block_timestamp": "2024-09-01 15:31:10.000"}, "bad_timestamp"),
        ({"block_timestamp": "1725204670"}, None),
        ({"swap_from_amount": "0.0299553091"}, "precision"),
        ({"swap_from_amount": "0"}, "zero_amount"),
        ({"swap_from_amount": "2.9E-8"}, None),
        ({**SELL, "swap_to_amount": "0"}, None),
        ({"swap_index": "-1"}, "sign"),
        ({"swap_index": ""}, "missing_field"),
        ({"swapper": ""}, "missing_field"),
        ({"fact_swaps_id": "", "swap_program": ""}, None),
    ],
)
def test_reason(parse, as_csv, changed, reason):
    parsed = parse("flipside_swaps", "a.csv", as_csv([BUY, {**BUY, **changed}]))
    assert parsed.file["records"] == 2
    assert parsed.refused == ([(3, reason)] if reason else [])


def test_the_wider_table_is_drift(parse, as_csv):
    parsed = parse("flipside_swaps", "a.csv", as_csv([{**BUY, "is_verified": "true"}]))
    assert parsed.file["reason"] == "drift"
    assert "new field 'is_verified'" in parsed.file["detail"]

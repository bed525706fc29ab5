"""Bitquery's dumps: decimals as text, booleans as text, two units of time in one row, native SOL."""

import io
from datetime import UTC, date, datetime

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

NATIVE = "1" * 32
WRAPPED = "So11111111111111111111111111111111111111112"
USDC = "EPjFWdd5AufqSSqeM2qN1xzybapC8G4wEGGkZwyTDt1v"
COIN = "6Fzphy2B4JTUteQ8jGtj9Tc9anpttVXY3CRgGuJTpump"
OTHER = "8N3yydHxTEQs41fnzE611FmWBQZjixTXS4SSGprb7Ubo"
TRADER, RELAYER = "DQmMnakiKr1YNE2gcpggLCzBrauBwFbQkAaao2FTbjgp", "Ci5Rtq47wk3FuKLw4pyhJR236jkeFWXivwPcKbe3pump"
CURVE, AMM = "6EF8rrecthR5Dkzon8Nwu78hRvfCKubJ14M5uBEwF6P", "pAMMBay6oceH9fJKBRHGP5D4bD4sWpmSwMn52FMfXEA"
DAY = date(2026, 1, 2)
SELL = {
    "Block_Date": 1767312000000,
    "Block_Height": 368880111,
    "Block_Slot": 390740007,
    "Block_Time": 1767323643,
    "Instruction_CallPath": [4, 1],
    "Instruction_ExternalSeqNumber": 5,
    "Instruction_Index": 7,
    "Instruction_InternalSeqNumber": 2,
    "Instruction_Program_Address": CURVE,
    "Instruction_Program_Method": "sell",
    "Trade_Buy_Account_Address": TRADER,
    "Trade_Buy_Account_Token_Owner": "",
    "Trade_Buy_Amount": "0.039953751",
    "Trade_Buy_AmountInUSD": 5.0510851166,
    "Trade_Buy_Currency_Decimals": 9,
    "Trade_Buy_Currency_MintAddress": NATIVE,
    "Trade_Buy_Currency_Symbol": "SOL",
    "Trade_Buy_Price": 103629250.8185026199,
    "Trade_Dex_ProgramAddress": CURVE,
    "Trade_Dex_ProtocolName": "pump",
    "Trade_Index": 0,
    "Trade_Market_MarketAddress": OTHER,
    "Trade_Sell_Account_Address": OTHER,
    "Trade_Sell_Account_Token_Owner": TRADER,
    "Trade_Sell_Amount": "4140377.283519",
    "Trade_Sell_Currency_Decimals": 6,
    "Trade_Sell_Currency_MintAddress": COIN,
    "Trade_Sell_Currency_TokenCreator_Address": [],
    "Trade_Sell_Price": 0.0000000096,
    "Transaction_Fee": "0.000405000",
    "Transaction_FeePayer": RELAYER,
    "Transaction_Index": 221,
    "Transaction_Result_Success": "true",
    "Transaction_Signature": "2NkmvMaa7n1avgs8G3jQ6W5oKsbsB19stg55bKCWZ9dx3FLB8nGoqHSESTgMTjcFwdWECLc8VZXPBdRBFBz4gH71",
    "Transaction_Signer": RELAYER,
}
BUY = {
    "Trade_Buy_Currency_MintAddress": COIN,
    "Trade_Buy_Currency_Decimals": 6,
    "Trade_Buy_Amount": "35.5",
    "Trade_Buy_Account_Token_Owner": TRADER,
    "Trade_Sell_Currency_MintAddress": WRAPPED,
    "Trade_Sell_Currency_Decimals": 9,
    "Trade_Sell_Amount": "0.25",
    "Trade_Sell_Account_Token_Owner": RELAYER,
}


@pytest.fixture
def trade(parse, as_json):
    def trade(**changed):
        (found,) = parse("bitquery_trades", "a.jsonl", as_json([{**SELL, **changed}]), DAY).trades
        return found

    return trade


def test_a_sell_for_native_sol(trade):
    found = trade()
    assert found["traded_at"] == datetime(2026, 1, 2, 3, 14, 3, tzinfo=UTC), "of the seconds, not the milliseconds"
    assert (found["slot"], found["tx_index"], found["event_index"]) == (390740007, 221, 5002)
    assert (found["direction"], found["token_units"], found["sol_lamports"]) == ("sell", 4140377283519, 39953751)
    assert (found["token_mint"], found["token_decimals"], found["is_decimals_assumed"]) == (COIN, 6, False)
    assert found["trader_address"] == TRADER, "the seller, not the relayer that signed and paid"
    assert (found["fee_lamports"], found["fee_source"]) == (499423, "estimated")
    assert (found["amount_basis"], found["venue"]) == ("curve", "pump_curve")


def test_a_buy_with_wrapped_sol_on_pumpswap(trade):
    found = trade(**BUY, Trade_Dex_ProgramAddress=AMM)
    assert (found["direction"], found["token_units"], found["sol_lamports"]) == ("buy", 35500000, 250000000)
    assert (found["trader_address"], found["venue"]) == (TRADER, "pumpswap")


def test_decimals_are_the_row_s_own(trade):
    found = trade(Trade_Sell_Currency_Decimals=2, Trade_Sell_Amount="4140377.28")
    assert (found["token_units"], found["token_decimals"]) == (414037728, 2)


@pytest.mark.parametrize(
    ("changed", "reason"),
    [
        (BUY, None),
        ({"Transaction_Result_Success": "false"}, "failed"),
        ({"Transaction_Result_Success": "no"}, "malformed"),
        ({"Transaction_Result_Success": True}, None),
        ({"Trade_Buy_Currency_MintAddress": USDC}, "non_sol_quote"),
        ({"Trade_Sell_Currency_MintAddress": USDC}, "quote_leg"),
        ({"Trade_Sell_Currency_MintAddress": WRAPPED}, "quote_leg"),
        ({"Trade_Buy_Currency_MintAddress": ""}, "missing_field"),
        ({"Trade_Dex_ProgramAddress": OTHER}, "unknown_venue"),
        ({"Block_Time": 1767323643000}, None),
        ({"Block_Time": 1767398400}, "future"),
        ({"Trade_Buy_Currency_Decimals": 6}, "malformed"),
        ({"Trade_Sell_Currency_Decimals": 19}, "malformed"),
        ({"Trade_Sell_Currency_Decimals": 9223372036854775807}, "malformed"),
        ({"Trade_Sell_Currency_Decimals": -1}, "sign"),
        ({"Trade_Sell_Currency_Decimals": 5}, "precision"),
        ({"Trade_Buy_Amount": "0"}, None),
        ({**BUY, "Trade_Sell_Amount": "0"}, "zero_amount"),
        ({"Trade_Sell_Amount": "0.000000"}, "zero_amount"),
        ({"Trade_Sell_Amount": ""}, "missing_field"),
        ({"Trade_Sell_Amount": "1,5"}, "malformed"),
        ({"Trade_Sell_Account_Token_Owner": ""}, "missing_field"),
        ({"Trade_Sell_Account_Token_Owner": "me"}, "bad_address"),
        ({"Transaction_Index": None, "Instruction_InternalSeqNumber": None}, None),
        ({"Instruction_ExternalSeqNumber": 5000}, "malformed"),
        ({"Transaction_Signature": ""}, "missing_field"),
        ({"Trade_Buy_Color": "blue"}, "unknown_field"),
    ],
)
def test_reason(parse, as_json, changed, reason):
    parsed = parse("bitquery_trades", "a.jsonl", as_json([SELL, {**SELL, **changed}]), DAY)
    assert parsed.file["records"] == 2
    assert parsed.refused == ([(2, reason)] if reason else [])


def test_parquet_says_the_same(parse, as_json):
    file = io.BytesIO()
    pq.write_table(pa.Table.from_pylist([SELL]), file)
    (there,) = parse("bitquery_trades", "a.parquet", file.getvalue(), DAY).trades
    (here,) = parse("bitquery_trades", "a.jsonl", as_json([SELL]), DAY).trades
    place = ("file", "line_number", "line_digest")
    assert {k: v for k, v in there.items() if k not in place} == {k: v for k, v in here.items() if k not in place}

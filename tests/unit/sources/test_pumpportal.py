"""PumpPortal's feed: SOL as floats, the collector's stamp, launches, and what is no trade."""

import json
from datetime import UTC, datetime

import pytest

COIN = "6Fzphy2B4JTUteQ8jGtj9Tc9anpttVXY3CRgGuJTpump"
OTHER = "8N3yydHxTEQs41fnzE611FmWBQZjixTXS4SSGprb7Ubo"
USDC = "EPjFWdd5AufqSSqeM2qN1xzybapC8G4wEGGkZwyTDt1v"
TRADER = "DQmMnakiKr1YNE2gcpggLCzBrauBwFbQkAaao2FTbjgp"
SIGNATURE = "2NkmvMaa7n1avgs8G3jQ6W5oKsbsB19stg55bKCWZ9dx3FLB8nGoqHSESTgMTjcFwdWECLc8VZXPBdRBFBz4gH71"
BUY = {
    "received_at": 1767323045123,
    "signature": SIGNATURE,
    "mint": COIN,
    "traderPublicKey": TRADER,
    "txType": "buy",
    "tokenAmount": 60735849.056603,
    "solAmount": 1.8,
    "newTokenBalance": 60735849.056603,
    "bondingCurveKey": OTHER,
    "vTokensInBondingCurve": 1012264150.943397,
    "vSolInBondingCurve": 31.799999999999976,
    "marketCapSol": 31.414725069897433,
    "pool": "pump",
}
CREATE = {
    **{name: value for name, value in BUY.items() if name not in ("tokenAmount", "newTokenBalance")},
    "txType": "create",
    "initialBuy": 12222945.437093,
    "solAmount": 0.345679011,
    "name": "Fire 🔥",
    "symbol": "FB",
    "uri": "https://example.org/fb.json",
    "is_mayhem_mode": False,
}


@pytest.fixture
def trade(parse, as_json):
    def trade(message):
        (found,) = parse("pumpportal", "a.jsonl", as_json([message])).trades
        return found

    return trade


def test_a_buy(trade):
    found = trade(BUY)
    assert found["traded_at"] == datetime(2026, 1, 2, 3, 4, 5, 123000, tzinfo=UTC)
    assert (found["direction"], found["token_units"], found["sol_lamports"]) == ("buy", 60735849056603, 1800000000)
    assert (found["signature"], found["trader_address"], found["token_mint"]) == (SIGNATURE, TRADER, COIN)
    assert (found["fee_lamports"], found["fee_source"], found["amount_basis"]) == (22500000, "estimated", "curve")
    assert (found["venue"], found["token_decimals"], found["is_decimals_assumed"]) == ("pump_curve", 6, False)
    assert (found["slot"], found["tx_index"], found["virtual_sol_lamports"]) == (None, None, None)


def test_a_launch_with_its_creator_s_first_buy(trade):
    found = trade(CREATE)
    assert (found["direction"], found["token_units"], found["sol_lamports"]) == ("buy", 12222945437093, 345679011)
    assert found["trader_address"] == TRADER


def test_a_sell_on_pumpswap(trade):
    message = {**BUY, "txType": "sell", "pool": "pump-amm", "tokensInPool": 2.0e8, "solInPool": 84.9}
    for name in ("bondingCurveKey", "vTokensInBondingCurve", "vSolInBondingCurve"):
        del message[name]
    found = trade(message)
    assert (found["direction"], found["venue"]) == ("sell", "pumpswap")


def test_a_launch_on_launchlab_has_its_fee_on_top(trade):
    """The keys of a message of that pool: no curve, but the pool's two reserves."""
    message = {name: CREATE[name] for name in ("received_at", "signature", "mint", "traderPublicKey", "txType")}
    reserves = {"solInPool": 0.89055, "tokensInPool": 967574707.778913, "newTokenBalance": 32425292.221087}
    found = trade({**message, **reserves, "initialBuy": 32425292.221087, "solAmount": 0.89055, "pool": "bonk"})
    assert (found["venue"], found["sol_lamports"], found["fee_lamports"]) == ("launchlab", 890550000, 11131875)
    assert (found["fee_source"], found["amount_basis"]) == ("estimated", "curve")


def test_numbers_are_read_from_their_text_never_through_a_binary_float(parse):
    text = json.dumps({**BUY, "mint": OTHER, "pool": "pump-amm"})
    text = text.replace("1.8,", "1.234567891e0,").replace("60735849.056603", "9007199.254740993")
    (found,) = parse("pumpportal", "a.jsonl", text.encode()).trades
    assert (found["sol_lamports"], found["token_units"]) == (1234567891, 9007199254740993)


def test_decimals_of_a_mint_that_is_not_pump_s_are_assumed(trade):
    found = trade({**BUY, "mint": OTHER, "pool": "pump-amm", "tokenAmount": 1.000000001})
    assert (found["token_units"], found["token_decimals"], found["is_decimals_assumed"]) == (1000000001, 9, True)


@pytest.mark.parametrize(
    ("changed", "reason"),
    [
        ({"solAmount": 0.0000000001}, "precision"),
        ({"solAmount": 0}, "zero_amount"),
        ({"solAmount": 0, "txType": "sell"}, None),
        ({"solAmount": -1.5}, "sign"),
        ({"solAmount": None}, "missing_field"),
        ({"solAmount": 1e30}, "overflow"),
        ({"solAmount": "1.8"}, None),
        ({"solAmount": [1.8]}, "malformed"),
        ({"tokenAmount": None}, "missing_field"),
        ({"tokenAmount": 0}, "zero_amount"),
        ({"tokenAmount": 0.0000001}, "precision"),
        ({"traderPublicKey": None}, "missing_field"),
        ({"traderPublicKey": "me"}, "bad_address"),
        ({"mint": USDC}, "quote_leg"),
        ({"pool": "bonk"}, None),
        ({"pool": "raydium"}, "unknown_venue"),
        ({"pool": None}, "missing_field"),
        ({"txType": "migrate", "traderPublicKey": None, "solAmount": None}, "not_a_trade"),
        ({"txType": "burn"}, "unknown_direction"),
        ({"received_at": None}, "missing_field"),
        ({"received_at": 1767323045}, None),
        ({"received_at": 1767323045123000}, None),
        ({"received_at": 9223372036854775807}, "bad_timestamp"),
        ({"received_at": "2026-01-02T03:04:05Z"}, None),
        ({"received_at": 1767398400000}, "future"),
        ({"received_at": 1767398399999}, None),
        ({"received_at": 1766707199999}, "too_late"),
        ({"signature": None}, "missing_field"),
        ({"message": "Successfully subscribed to keys."}, "unknown_field"),
    ],
)
def test_reason(parse, as_json, changed, reason):
    parsed = parse("pumpportal", "a.jsonl", as_json([BUY, {**BUY, **changed}]))
    assert parsed.file["records"] == 2
    assert parsed.refused == ([(2, reason)] if reason else [])


@pytest.mark.parametrize(
    ("changed", "reason"),
    [
        ({}, None),
        ({"initialBuy": 0, "solAmount": 0}, "not_a_trade"),
        ({"initialBuy": 0.0}, "not_a_trade"),
        ({"initialBuy": None}, "not_a_trade"),
        ({"solAmount": None}, "not_a_trade"),
        ({"solAmount": 0}, "zero_amount"),
        ({"initialBuy": "many"}, "malformed"),
        ({"traderPublicKey": None}, "missing_field"),
    ],
)
def test_launches(parse, as_json, changed, reason):
    parsed = parse("pumpportal", "a.jsonl", as_json([BUY, {**CREATE, **changed}]))
    assert parsed.refused == ([(2, reason)] if reason else [])


@pytest.mark.parametrize("place", [0, 1, 2])
def test_one_reply_among_messages_is_refused_alone_wherever_it_stands(parse, as_json, place):
    rows = [BUY, BUY]
    rows.insert(place, {"message": "Successfully subscribed to keys."})
    parsed = parse("pumpportal", "a.jsonl", as_json(rows))
    assert (parsed.file["reason"], parsed.refused) == (None, [(place + 1, "unknown_field")])


def test_the_stamp_is_required_of_a_file(parse, as_json):
    parsed = parse("pumpportal", "a.jsonl", as_json([{n: v for n, v in BUY.items() if n != "received_at"}]))
    assert parsed.file["reason"] == "drift"

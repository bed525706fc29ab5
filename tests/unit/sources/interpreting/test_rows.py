"""Amounts that only another unit explains, told by themselves, in every source."""

import json
from datetime import date

import pytest

from pumploss.money import TOKEN_SUPPLY_UNITS
from sources import SOURCES
from sources.interpreting.rows import Rows
from sources.reading.fields import Fields
from sources.reading.file_format import Format
from sources.reading.json_lines import JsonReader
from sources.reading.physical_lines import blocks

DAY = date(2026, 1, 2)
COIN, OTHER = "6Fzphy2B4JTUteQ8jGtj9Tc9anpttVXY3CRgGuJTpump", "8N3yydHxTEQs41fnzE611FmWBQZjixTXS4SSGprb7Ubo"
WALLET = "DQmMnakiKr1YNE2gcpggLCzBrauBwFbQkAaao2FTbjgp"
SOL = "So11111111111111111111111111111111111111112"
SIGNATURE = "2NkmvMaa7n1avgs8G3jQ6W5oKsbsB19stg55bKCWZ9dx3FLB8nGoqHSESTgMTjcFwdWECLc8VZXPBdRBFBz4gH71"
CURVE, RAYDIUM = "6EF8rrecthR5Dkzon8Nwu78hRvfCKubJ14M5uBEwF6P", "675kPX9MHTjS2zt1qfr1NYHuzeLXfQM9H24wFSUt1Mp8"
TIME = "2026-01-02 03:04:05.000 UTC"
MOST = 10**15


def whole(amount, decimals):
    """Base units as a decimal text of whole units."""
    text = str(amount).rjust(decimals + 1, "0")
    return f"{text[:-decimals]}.{text[-decimals:]}"


def canonical(units, lamports, mint=COIN, venue="pump_curve"):
    return {
        "traded_at": "2026-01-02T03:04:05Z", "slot": "", "tx_index": "", "event_index": "", "signature": SIGNATURE,
        "trader_address": WALLET, "token_mint": mint, "direction": "buy", "token_units": units, "token_decimals": 6,
        "sol_lamports": lamports, "fee_lamports": "", "virtual_sol_lamports": "", "virtual_token_units": "",
        "venue": venue,
    }  # fmt: skip


def pumpfun_api(units, lamports):
    return {
        "signature": SIGNATURE, "mint": COIN, "sol_amount": lamports, "token_amount": units, "is_buy": True,
        "user": WALLET, "timestamp": 1767323045, "tx_index": 7, "slot": 1,
    }  # fmt: skip


def pumpportal(units, lamports):
    return {
        "received_at": 1767323045123, "signature": SIGNATURE, "mint": COIN, "traderPublicKey": WALLET, "txType": "buy",
        "tokenAmount": whole(units, 6), "solAmount": whole(lamports, 9), "pool": "pump",
    }  # fmt: skip


def helius_enhanced(units, lamports):
    token = {
        "mint": COIN, "rawTokenAmount": {"decimals": 6, "tokenAmount": str(units)}, "tokenAccount": OTHER,
        "userAccount": WALLET,
    }  # fmt: skip
    account = {"account": WALLET, "nativeBalanceChange": -lamports, "tokenBalanceChanges": [token]}
    return {
        "signature": SIGNATURE, "timestamp": 1767323045, "slot": 1, "type": "SWAP", "source": "PUMP_FUN",
        "feePayer": WALLET, "accountData": [account], "transactionError": None,
    }  # fmt: skip


def pumpswap_capture(units, lamports):
    return {
        "ts": 1767323045, "mint": COIN, "created": 1, "pool": OTHER, "trader": WALLET, "side": "buy",
        "tokens": whole(units, 6), "sol": whole(lamports, 9), "price": "", "sig": SIGNATURE, "src": "",
    }  # fmt: skip


def curve_deltas(units, lamports):
    return {
        "ts": 1767323045, "mint": COIN, "signer": WALLET, "kind": "achat", "token_delta": whole(units, 6),
        "sol_delta": f"-{whole(lamports, 9)}", "sig": SIGNATURE, "rank_tx": 1,
    }  # fmt: skip


def dune_trades(units, lamports, program=CURVE):
    known = {
        "block_time": TIME, "block_slot": 1, "token_bought_amount_raw": units, "token_sold_amount_raw": lamports,
        "token_bought_mint_address": COIN, "token_sold_mint_address": SOL, "project_main_id": program,
        "trader_id": WALLET, "tx_id": SIGNATURE, "outer_instruction_index": 1, "inner_instruction_index": "",
        "tx_index": 3,
    }  # fmt: skip
    return {name: known.get(name, "") for name in SOURCES["dune_trades"].all_fields}


def dune_bot_trades(units, lamports):
    known = {
        "block_time": TIME, "type": "Buy", "token_bought_amount": whole(units, 6), "token_bought_address": COIN,
        "token_sold_amount": whole(lamports, 9), "token_sold_address": SOL, "project": "pumpdotfun", "user": WALLET,
        "tx_id": SIGNATURE, "tx_index": 1, "outer_instruction_index": 2, "inner_instruction_index": 3,
    }  # fmt: skip
    return {name: known.get(name, "") for name in SOURCES["dune_bot_trades"].all_fields}


def flipside_swaps(units, lamports):
    known = {
        "block_timestamp": TIME, "block_id": 1, "tx_id": SIGNATURE, "succeeded": "true", "swapper": WALLET,
        "swap_from_amount": whole(lamports, 9), "swap_from_mint": SOL, "swap_to_amount": whole(units, 6),
        "swap_to_mint": COIN, "program_id": CURVE, "swap_index": 0,
    }  # fmt: skip
    return {name: known.get(name, "") for name in SOURCES["flipside_swaps"].all_fields}


def bitquery_trades(units, lamports):
    return {
        "Block_Slot": 1, "Block_Time": 1767323045, "Instruction_ExternalSeqNumber": 1,
        "Instruction_InternalSeqNumber": 2, "Trade_Buy_Amount": whole(units, 6),
        "Trade_Buy_Currency_MintAddress": COIN, "Trade_Buy_Currency_Decimals": 6,
        "Trade_Buy_Account_Token_Owner": WALLET, "Trade_Sell_Amount": whole(lamports, 9),
        "Trade_Sell_Currency_MintAddress": SOL, "Trade_Sell_Currency_Decimals": 9,
        "Trade_Sell_Account_Token_Owner": "", "Trade_Dex_ProgramAddress": CURVE, "Transaction_Index": 3,
        "Transaction_Result_Success": "true", "Transaction_Signature": SIGNATURE,
    }  # fmt: skip


#: A line of a buy of so many base units for so many lamports, and the fields that state both.
MAKERS = {
    canonical: ("token_units", "sol_lamports"),
    pumpfun_api: ("token_amount", "sol_amount"),
    pumpportal: ("tokenAmount", "solAmount"),
    helius_enhanced: ("accountData", "accountData"),
    pumpswap_capture: ("tokens", "sol"),
    curve_deltas: ("token_delta", "sol_delta"),
    dune_trades: ("token_bought_amount_raw", "token_sold_amount_raw"),
    dune_bot_trades: ("token_bought_amount", "token_sold_amount"),
    flipside_swaps: ("swap_to_amount", "swap_from_amount"),
    bitquery_trades: ("Trade_Buy_Amount", "Trade_Sell_Amount"),
}
JSON = (pumpfun_api, pumpportal, helius_enhanced, bitquery_trades)


@pytest.fixture
def outcome(parse, as_csv):
    """What a maker's lines became: None for a trade, else reason and the field that did it."""

    def outcome(maker, *lines):
        if maker in JSON:
            parsed = parse(maker.__name__, "a.jsonl", "\n".join(map(json.dumps, lines)).encode(), DAY)
        else:
            parsed = parse(maker.__name__, "a.csv", as_csv(list(lines)), DAY)
        assert parsed.file["records"] == len(lines), parsed.file
        rows = sorted(parsed.table.to_pylist()[:-1], key=lambda row: row["line_number"])
        return [row["reason"] and (row["reason"], row["detail"].split("=")[0]) for row in rows]

    return outcome


@pytest.mark.parametrize("maker", MAKERS, ids=lambda maker: maker.__name__)
def test_a_million_sol_and_the_whole_supply_are_the_most(outcome, maker):
    tokens, sol = MAKERS[maker]
    lines = [maker(5_000_000, MOST), maker(5_000_000, MOST + 1), maker(TOKEN_SUPPLY_UNITS, 5)]
    lines += [maker(TOKEN_SUPPLY_UNITS + 1, 5), maker(TOKEN_SUPPLY_UNITS + 1, MOST + 1)]
    found = outcome(maker, *lines)
    assert found == [None, ("unit_mistake", sol), None, ("over_supply", tokens), ("unit_mistake", sol)]


def test_lamports_in_a_column_of_sol(outcome):
    """The mistake of the public set: 640,000,000 and 1,750,000,000 lamports that stand in a column of whole SOL."""
    lines = [{**pumpswap_capture(5_000_000, 5), "sol": sol} for sol in ("0.64", "640000000", "1750000000.0")]
    assert outcome(pumpswap_capture, *lines) == [None, ("unit_mistake", "sol"), ("unit_mistake", "sol")]


def test_only_pump_mints_have_a_known_supply(outcome):
    over = TOKEN_SUPPLY_UNITS + 1
    lines = [
        canonical(over, 5, venue="raydium"),
        canonical(over, 5, mint=OTHER),
        canonical(over, 5, mint=OTHER, venue="raydium"),
        {**canonical(over, 5, venue="raydium"), "token_decimals": 9},
    ]
    refused = ("over_supply", "token_units")
    assert outcome(canonical, *lines) == [refused, refused, None, None]


def test_sales_are_told_by_the_other_side(outcome):
    sale = {"token_bought_mint_address": SOL, "token_sold_mint_address": COIN}
    lines = [
        {**dune_trades(MOST + 1, 5, RAYDIUM), **sale},
        {**dune_trades(5, TOKEN_SUPPLY_UNITS + 1, RAYDIUM), **sale},
        {**dune_trades(MOST, TOKEN_SUPPLY_UNITS, RAYDIUM), **sale},
    ]
    bought, sold = "token_bought_amount_raw", "token_sold_amount_raw"
    assert outcome(dune_trades, *lines) == [("unit_mistake", bought), ("over_supply", sold), None]


@pytest.mark.parametrize("optional", [(), ("amount",)])
def test_integers_are_judged_as_their_texts_are(optional):
    fields = Fields(name="made_up", formats=(Format.JSONL,), fields=("amount",), optional=optional)
    stated = (0, 7, -1, 2**63 - 1, 1 - 2**63, -(2**63), 2**63, -(2**64), None)

    def judged(values):
        (block,) = blocks([b"".join(json.dumps({"amount": value}).encode() + b"\n" for value in values)])
        records, _ = JsonReader(fields).read(block)
        rows = Rows(fields, records)
        amounts = rows.integer("amount").to_pylist()
        refusals = [None if is_accepted else rows.refusal(row) for row, is_accepted in enumerate(rows.is_accepted)]
        return list(records.integers), amounts, refusals

    for values in [[value, 5] for value in stated] + [[5, value, None] for value in stated]:
        _, *of_texts = judged([None if value is None else str(value) for value in values])
        _, *of_integers = judged(values)
        assert of_integers == of_texts
    assert judged([7, 5])[0] == ["amount"]
    assert judged(["7", "5"])[0] == []

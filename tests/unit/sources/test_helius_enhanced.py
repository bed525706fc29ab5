"""Helius' enhanced transactions: the fee payer's balances before and after, in integers."""

import copy
import json
from datetime import UTC, datetime

import pytest

COIN = "6Fzphy2B4JTUteQ8jGtj9Tc9anpttVXY3CRgGuJTpump"
OTHER = "8N3yydHxTEQs41fnzE611FmWBQZjixTXS4SSGprb7Ubo"
SOL = "So11111111111111111111111111111111111111112"
USDC = "EPjFWdd5AufqSSqeM2qN1xzybapC8G4wEGGkZwyTDt1v"
WALLET, POOL = "DQmMnakiKr1YNE2gcpggLCzBrauBwFbQkAaao2FTbjgp", "Ci5Rtq47wk3FuKLw4pyhJR236jkeFWXivwPcKbe3pump"
SIGNATURE = "2NkmvMaa7n1avgs8G3jQ6W5oKsbsB19stg55bKCWZ9dx3FLB8nGoqHSESTgMTjcFwdWECLc8VZXPBdRBFBz4gH71"


def moved(amount, mint=COIN, owner=WALLET, decimals=6):
    return {
        "mint": mint,
        "rawTokenAmount": {"decimals": decimals, "tokenAmount": str(amount)},
        "tokenAccount": OTHER,
        "userAccount": owner,
    }


def accounts(lamports, *tokens):
    """The wallet, its token account with rent, and the curve on the other side."""
    return [
        {"account": WALLET, "nativeBalanceChange": lamports, "tokenBalanceChanges": []},
        {"account": OTHER, "nativeBalanceChange": 2039280, "tokenBalanceChanges": list(tokens)},
        {"account": POOL, "nativeBalanceChange": -lamports, "tokenBalanceChanges": [moved(-5, owner=POOL)]},
    ]


BUY = {
    "description": "",
    "type": "SWAP",
    "source": "PUMP_FUN",
    "fee": 80001,
    "feePayer": WALLET,
    "signature": SIGNATURE,
    "slot": 390000001,
    "timestamp": 1767323045,
    "tokenTransfers": [{"mint": COIN, "tokenAmount": 19418974.01253, "tokenStandard": "Fungible"}],
    "nativeTransfers": [{"fromUserAccount": WALLET, "toUserAccount": POOL, "amount": 20000000000}],
    "accountData": accounts(-20262269285, moved(19418974012530)),
    "transactionError": None,
    "instructions": [],
    "events": {},
}


@pytest.fixture
def trade(parse, as_json):
    def trade(**changed):
        (found,) = parse("helius_enhanced", "a.jsonl", as_json([{**BUY, **changed}])).trades
        return found

    return trade


def test_a_buy(trade):
    found = trade()
    assert found["traded_at"] == datetime(2026, 1, 2, 3, 4, 5, tzinfo=UTC)
    assert (found["slot"], found["signature"], found["trader_address"]) == (390000001, SIGNATURE, WALLET)
    assert (found["direction"], found["token_units"], found["sol_lamports"]) == ("buy", 19418974012530, 20262269285)
    assert (found["token_mint"], found["token_decimals"], found["is_decimals_assumed"]) == (COIN, 6, False)
    assert (found["fee_lamports"], found["fee_source"], found["amount_basis"]) == (0, "included", "balance_delta")
    assert found["venue"] == "pump_curve"


def test_a_sell_paid_in_wrapped_sol_counts_both_accounts(trade):
    found = trade(
        source="PUMP_AMM",
        accountData=accounts(-105000, moved(-83333333333333), moved(1500000000, mint=SOL, decimals=9)),
    )
    assert (found["direction"], found["token_units"], found["sol_lamports"]) == ("sell", 83333333333333, 1499895000)
    assert found["venue"] == "pumpswap"


def test_changes_of_one_mint_in_several_accounts_add_up(trade):
    found = trade(accountData=accounts(-100, moved(7), moved(5), moved(9, owner=POOL), moved(0, mint=OTHER)))
    assert found["token_units"] == 12


def test_integers_beyond_floats_are_exact(trade):
    found = trade(accountData=accounts(-900719925474099, moved(9007199254740995, decimals=9)))
    assert (found["sol_lamports"], found["token_units"]) == (900719925474099, 9007199254740995)
    assert found["token_decimals"] == 9


def changed_account(**changed):
    found = copy.deepcopy(BUY["accountData"])
    found[0] |= changed
    return {"accountData": found}


def changed_token(**changed):
    found = copy.deepcopy(BUY["accountData"])
    found[1]["tokenBalanceChanges"][0] |= changed
    return {"accountData": found}


@pytest.mark.parametrize(
    ("changed", "reason"),
    [
        ({"type": "TRANSFER"}, "not_a_trade"),
        ({"type": "CREATE", "source": "PUMP_FUN", "accountData": []}, "not_a_trade"),
        ({"type": None}, "missing_field"),
        ({"transactionError": {"InstructionError": [3, {"Custom": 6002}]}}, "failed"),
        ({"transactionError": "x", "type": "TRANSFER"}, "failed"),
        ({"source": "RAYDIUM"}, None),
        ({"source": "METEORA"}, None),
        ({"source": "JUPITER"}, "unknown_venue"),
        ({"timestamp": 1767323045000}, None),
        ({"timestamp": 1766707199}, "too_late"),
        ({"slot": None}, "missing_field"),
        ({"feePayer": "me"}, "bad_address"),
        ({"feePayer": POOL}, None),
        ({"feePayer": OTHER}, "zero_amount"),
        ({"accountData": None}, "missing_field"),
        ({"accountData": []}, "zero_amount"),
        ({"accountData": {}}, "malformed"),
        ({"accountData": 5}, "malformed"),
        ({"accountData": "[]"}, "zero_amount"),
        ({"accountData": "[{]"}, "malformed"),
        ({"accountData": "[" * 100000}, "malformed"),
        ({"accountData": [5]}, "malformed"),
        ({"accountData": accounts(-100, moved(7), moved(8, mint=OTHER))}, "non_sol_quote"),
        ({"accountData": accounts(-100, moved(7), moved(-8, mint=USDC))}, "non_sol_quote"),
        ({"accountData": accounts(-100, moved(8, mint=USDC))}, "quote_leg"),
        ({"accountData": accounts(-100, moved(0))}, "zero_amount"),
        ({"accountData": accounts(0, moved(7))}, "zero_amount"),
        ({"accountData": accounts(0, moved(-7))}, None),
        ({"accountData": accounts(-1, moved(-7))}, "sign"),
        ({"accountData": accounts(1, moved(7))}, "sign"),
        ({"accountData": accounts(-1, moved(7), moved(7, decimals=9))}, "malformed"),
        ({"accountData": accounts(-1, moved(2**63 - 1), moved(1))}, "overflow"),
        ({"accountData": accounts(-(2**63), moved(1))}, "overflow"),
        ({"accountData": accounts(-1.5, moved(1))}, "malformed"),
        (changed_account(nativeBalanceChange=None), "malformed"),
        (changed_account(lamports=5), "unknown_field"),
        (changed_account(tokenBalanceChanges=None), "malformed"),
        (changed_token(mint="native"), "bad_address"),
        (changed_token(mint=None), "bad_address"),
        (changed_token(mint="\ud800"), "bad_address"),
        (changed_token(mint="1" * 40000), "bad_address"),
        (changed_token(tokenStandard="Fungible"), "unknown_field"),
        (changed_token(rawTokenAmount={"tokenAmount": "5"}), "missing_field"),
        (changed_token(rawTokenAmount={"tokenAmount": "5", "decimals": 19}), "malformed"),
        (changed_token(rawTokenAmount={"tokenAmount": "5e3", "decimals": 6}), "malformed"),
        (changed_token(rawTokenAmount={"tokenAmount": "5", "decimals": 6.5}), "malformed"),
        (changed_token(rawTokenAmount={"tokenAmount": "5", "decimals": 2**40}), "malformed"),
        (changed_token(rawTokenAmount={"tokenAmount": "5", "decimals": ""}), "malformed"),
        (changed_token(rawTokenAmount=None), "malformed"),
        ({"description": None, "events": [], "nativeTransfers": "anything"}, None),
        ({"webhookID": "w"}, "unknown_field"),
    ],
)
def test_reason(parse, changed, reason):
    lines = (json.dumps(BUY), json.dumps({**BUY, **changed}))
    parsed = parse("helius_enhanced", "a.jsonl", "\n".join(lines).encode())
    assert parsed.file["records"] == 2
    assert parsed.refused == ([(2, reason)] if reason else [])


def test_an_array_of_transactions_is_no_file_of_lines(parse, as_json):
    parsed = parse("helius_enhanced", "a.jsonl", b"[" + as_json([BUY]).strip() + b"]\n")
    assert parsed.file["reason"] == "not_lines"

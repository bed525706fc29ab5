"""One transaction at a time: the trade of its wallet, or why it is none."""

import json

import pytest

from sources.helius.balance_changes import Change, Unfit, change
from sources.interpreting.addresses import encode
from sources.interpreting.quote_assets import SOL_MINTS, STABLE_MINTS

WALLET, OTHER = encode(b"\7" * 32), encode(b"\x08" * 32)
COIN, SECOND_COIN = encode(b"\3" * 32), encode(b"\4" * 32)


def token(units, mint=COIN, owner=WALLET, decimals="6"):
    raw = {"decimals": decimals, "tokenAmount": units}
    return {"mint": mint, "rawTokenAmount": raw, "tokenAccount": OTHER, "userAccount": owner}


def data(lamports, *tokens, **changed):
    own = {"account": WALLET, "nativeBalanceChange": lamports, "tokenBalanceChanges": list(tokens), **changed}
    return json.dumps([own, {"account": OTHER, "nativeBalanceChange": "999", "tokenBalanceChanges": []}])


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (data("-5", token("7")), Change(COIN, 7, 6, -5)),
        (data("5", token("-7")), Change(COIN, -7, 6, 5)),
        (data("0", token("-7")), Change(COIN, -7, 6, 0)),
        (data("-5", token("3"), token("4"), token("100", owner=OTHER)), Change(COIN, 7, 6, -5)),
        (data("-2", token("7"), token("-3", SOL_MINTS[1], decimals="9")), Change(COIN, 7, 6, -5)),
        (data("-5", token("7"), token("4", SECOND_COIN), token("-4", SECOND_COIN)), Change(COIN, 7, 6, -5)),
        (data("-5", token("7"), token("0", STABLE_MINTS[0])), Change(COIN, 7, 6, -5)),
    ],
)
def test_a_trade_is_the_sum_of_what_its_wallet_moved(text, expected):
    assert change(text, WALLET) == expected


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        (data("-5"), "zero_amount"),
        (data("-5", token("0")), "zero_amount"),
        (data("-5", token("7", owner=OTHER)), "zero_amount"),
        (data("0", token("7")), "zero_amount"),
        (data("5", token("7")), "sign"),
        (data("-5", token("-7")), "sign"),
        (data("-5", token("7"), token("7", SECOND_COIN)), "non_sol_quote"),
        (data("-5", token("7"), token("7", STABLE_MINTS[0])), "non_sol_quote"),
        (data("-5", token("7", STABLE_MINTS[0])), "quote_leg"),
        (data("-5", token("7"), token("7", decimals="9")), "malformed"),
        (data("-5", token("7", decimals="19")), "malformed"),
        (data("-5", token("7", decimals="-1")), "malformed"),
        (data("-5", token("7.0")), "malformed"),
        (data(None, token("7")), "malformed"),
        (data("-5", token("9" * 25)), "overflow"),
        (data("-5", token(str(2**62)), token(str(2**62))), "overflow"),
        (data("-5", token("7", "abc")), "bad_address"),
        (data("-5", token("7", "1" * 1000)), "bad_address"),
        (data("-5", token("7"), new=1), "unknown_field"),
        (json.dumps([{"account": WALLET}]), "missing_field"),
        (data("-5", tokenBalanceChanges={}), "malformed"),
        ("[", "malformed"),
        ("{}", "malformed"),
        ('["x"]', "malformed"),
    ],
)
def test_why_a_transaction_is_no_trade(text, reason):
    with pytest.raises(Unfit) as unfit:
        change(text, WALLET)
    assert unfit.value.reason == reason

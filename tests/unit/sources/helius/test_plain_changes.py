"""What is summed for whole columns is what the reader of single transactions says, or nothing."""

import json
import random

import pyarrow as pa

from sources.helius.balance_changes import Change, Unfit, change
from sources.helius.plain_changes import plain_changes
from sources.interpreting.addresses import encode
from sources.interpreting.quote_assets import SOL_MINTS, STABLE_MINTS

WALLETS = [encode(bytes([n]) * 32) for n in (7, 8)]
COINS = [encode(bytes([n]) * 32) for n in (3, 4)]
BAD = ("", "abc", "1" * 31, "0OIl", COINS[0] + "1")
AMOUNTS = (
    "0",
    "5",
    "-5",
    "123456789",
    "-123456789",
    "9" * 17,
    "-" + "9" * 17,
    "9" * 18,
    "9" * 25,
    "",
    "-",
    "1.5",
    "x",
    "00",
)


def shuffled(rng, record):
    return dict(rng.sample(list(record.items()), len(record)))


def spoilt(rng, record):
    """The record, now and then with a field left out, renamed, added or of another type."""
    record = shuffled(rng, record)
    if rng.random() < 0.02:
        name = rng.choice(list(record))
        value = record.pop(name)
        record |= rng.choice(({}, {"new": value}, {name: None}, {name: []}, {name: {}}, {name: value, "new": ""}))
    return record


def token(rng):
    mint = rng.choice((*COINS[:1] * 6, COINS[1], *SOL_MINTS, STABLE_MINTS[0], *(BAD if rng.random() < 0.1 else ())))
    decimals = rng.choice(("6", "6", "6", "6", "9", "0", "18", "19", "-1", "006") if rng.random() < 0.1 else ("6",))
    raw = spoilt(rng, {"decimals": decimals, "tokenAmount": rng.choice(AMOUNTS[: 5 if rng.random() < 0.9 else None])})
    return spoilt(
        rng,
        {"mint": mint, "rawTokenAmount": raw, "tokenAccount": rng.choice(COINS), "userAccount": rng.choice(WALLETS)},
    )


def account(rng):
    return spoilt(
        rng,
        {
            "account": rng.choice((*WALLETS, *COINS)),
            "nativeBalanceChange": rng.choice(AMOUNTS[: 5 if rng.random() < 0.9 else None]),
            "tokenBalanceChanges": [token(rng) for _ in range(rng.choice((0, 0, 1, 1, 2, 3)))],
        },
    )


def account_data(rng):
    text = json.dumps([account(rng) for _ in range(rng.randrange(4))], separators=(",", ":"))
    if rng.random() < 0.05:
        at = rng.randrange(len(text))
        text = text[:at] + rng.choice(("", '"', "}", "]", ",", "\\", "é", text[at:])) + text[at + 1 :]
    return text


def said(text, wallet):
    try:
        return change(text, wallet)
    except Unfit:
        return None


def summed(data, wallets):
    plain = plain_changes(pa.array(data, pa.string()), pa.array(wallets, pa.string()))
    numbers = (column.tolist() for column in (plain.token_units, plain.decimals, plain.lamports))
    rows = zip(plain.is_plain, plain.mint.to_pylist(), *numbers, strict=True)
    return [Change(*row) if is_plain else None for is_plain, *row in rows]


def test_what_is_plain_is_what_the_slower_reader_says():
    rng = random.Random(5)
    data = [account_data(rng) for _ in range(6_000)]
    wallets = [rng.choice(WALLETS) for _ in data]
    found = summed(data, wallets)
    expected = [said(text, wallet) for text, wallet in zip(data, wallets, strict=True)]
    differing = [
        (text, plain, slow)
        for text, plain, slow in zip(data, found, expected, strict=True)
        if plain not in (None, slow)
    ]
    assert differing == []
    trades, plain = sum(moved is not None for moved in expected), sum(moved is not None for moved in found)
    assert plain > 400
    assert plain > 0.8 * trades, "nearly all trades are plain"


def test_rows_without_data_or_wallet_are_left_alone():
    assert summed([None, "[]", "[]"], [WALLETS[0], None, WALLETS[0]]) == [None] * 3
    assert summed([], []) == []


def test_sums_that_may_not_fit_are_left_to_the_slower_reader():
    many = [{"account": WALLETS[0], "nativeBalanceChange": "9" * 17, "tokenBalanceChanges": []} for _ in range(93)]
    assert summed([json.dumps(many)], [WALLETS[0]]) == [None]

"""Columns of balance changes out of JSON: rows that are not as expected have none, and spoil no others."""

import json

import pyarrow as pa
import pytest

from sources.helius import accounts
from sources.helius.accounts import read_accounts

AMOUNT = {"decimals": "6", "tokenAmount": "7"}
TOKEN = {"mint": "m", "rawTokenAmount": AMOUNT, "tokenAccount": "t", "userAccount": "u"}
ACCOUNT = {"account": "a", "nativeBalanceChange": "-5", "tokenBalanceChanges": [TOKEN, {**TOKEN, "mint": "n"}]}
GOOD = json.dumps([ACCOUNT, {**ACCOUNT, "account": "b", "tokenBalanceChanges": []}])


def read(*texts):
    return read_accounts(pa.array(texts, pa.string()))


def test_every_change_knows_its_row():
    changes = read(GOOD, "[]", GOOD)
    assert changes.is_read.tolist() == [True] * 3
    assert changes.account_rows.tolist() == [0, 0, 2, 2]
    assert changes.account.to_pylist() == ["a", "b"] * 2
    assert changes.lamports.to_pylist() == ["-5"] * 4
    assert changes.token_rows.tolist() == [0, 0, 2, 2]
    assert changes.mint.to_pylist() == ["m", "n"] * 2
    assert [changes.units.to_pylist(), changes.decimals.to_pylist(), changes.owner.to_pylist()] == [
        ["7"] * 4, ["6"] * 4, ["u"] * 4
    ]  # fmt: skip


@pytest.mark.parametrize(
    "bad",
    [
        None,
        "null",
        "[null]",
        "{}",
        "[",
        "[]]",
        "[{}]",
        '"x"',
        '[]}\n{"accounts":[]',
        '[],"accounts":[]',
        '[],"other":1',
        json.dumps([{**ACCOUNT, "new": 1}]),
        json.dumps([{**ACCOUNT, "nativeBalanceChange": -5}]),
        json.dumps([{**ACCOUNT, "nativeBalanceChange": None}]),
        json.dumps([{**ACCOUNT, "tokenBalanceChanges": None}]),
        json.dumps([{**ACCOUNT, "tokenBalanceChanges": [None]}]),
        json.dumps([{**ACCOUNT, "tokenBalanceChanges": [{**TOKEN, "rawTokenAmount": {"decimals": "6"}}]}]),
        json.dumps([{**ACCOUNT, "tokenBalanceChanges": [{**TOKEN, "rawTokenAmount": None}]}]),
        json.dumps([{**ACCOUNT, "tokenBalanceChanges": [{"mint": "m"}]}]),
    ],
)
def test_a_row_that_is_not_as_expected_spoils_no_other(bad):
    changes = read(GOOD, bad, GOOD, GOOD)
    assert changes.is_read.tolist() == [True, False, True, True]
    assert changes.account_rows.tolist() == [0, 0, 2, 2, 3, 3]
    assert changes.mint.to_pylist() == ["m", "n"] * 3


def test_where_nothing_is_as_expected_reading_gives_up(monkeypatch):
    calls = []
    monkeypatch.setattr(accounts, "_read", lambda lines, read=accounts._read: calls.append(1) or read(lines))
    assert not read(*["[1]"] * 1_000).is_read.any()
    assert len(calls) < 100
    assert not read().is_read.any()

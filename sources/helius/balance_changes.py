"""Reads out of `accountData` what a transaction did to the balances of its wallet."""

from dataclasses import dataclass
from typing import Any

from pumploss.money import INT64_MAX, AmountTextError
from pumploss.reasons import Reason
from sources.interpreting.addresses import decoded_length
from sources.interpreting.casts import MAX_DECIMALS, integer
from sources.interpreting.quote_assets import QUOTE_MINTS, SOL_MINTS
from sources.interpreting.rows import ADDRESS_BYTES
from sources.reading.json_text import read_nested

_MAX_ADDRESS_LETTERS = 44

#: Per mint what was moved in base units, signed, and its decimals.
Moved = dict[str, tuple[int, int]]


@dataclass(frozen=True)
class Change:
    """What a transaction did to one wallet, signed: base units of one coin, and lamports."""

    mint: str
    token_units: int
    decimals: int
    lamports: int


class Unfit(ValueError):  # noqa: N818  it is a verdict on a line, not a failure
    """An `accountData` that is no trade of its wallet, with the reason."""

    def __init__(self, reason: Reason) -> None:
        super().__init__(reason.meaning)
        self.reason = reason


def change(account_data: str, wallet: str) -> Change:
    """Reads a wallet's trade from the balance changes of a transaction; raises Unfit."""
    try:
        accounts = read_nested(account_data)
    except ValueError:
        raise Unfit(Reason.MALFORMED) from None
    lamports, tokens = 0, Moved()
    for account in map(_account, _listed(accounts)):
        lamports += account["nativeBalanceChange"] if account["account"] == wallet else 0
        for token in account["tokenBalanceChanges"]:
            if token["userAccount"] == wallet:
                add(tokens, token["mint"], *token["rawTokenAmount"])
    return judged(tokens, lamports)


def add(tokens: Moved, mint: str, units: int, decimals: int) -> None:
    """Adds what was moved of a mint; raises Unfit where its decimals differ from those before."""
    before = tokens.get(mint, (0, decimals))
    if before[1] != decimals:
        raise Unfit(Reason.MALFORMED)
    tokens[mint] = (before[0] + units, decimals)


def judged(tokens: Moved, lamports: int) -> Change:
    """Answers the one coin that was traded for SOL, wrapped or not; raises Unfit where there is none."""
    lamports += sum(tokens.pop(mint, (0, 0))[0] for mint in SOL_MINTS)
    moved = {mint: total for mint, total in tokens.items() if total[0]}
    coins = [mint for mint in moved if mint not in QUOTE_MINTS]
    if not coins:
        raise Unfit(Reason.QUOTE_LEG if moved else Reason.ZERO_AMOUNT)
    if len(moved) > 1:
        raise Unfit(Reason.NON_SOL_QUOTE)
    units, decimals = moved[coins[0]]
    if max(abs(units), abs(lamports)) > INT64_MAX:
        raise Unfit(Reason.OVERFLOW)
    if units * lamports > 0:
        raise Unfit(Reason.SIGN)
    if units > 0 and not lamports:
        raise Unfit(Reason.ZERO_AMOUNT)
    return Change(coins[0], units, decimals, lamports)


def is_mint(text: str) -> bool:
    """Tells whether a text is an address."""
    return len(text) <= _MAX_ADDRESS_LETTERS and decoded_length(text) == ADDRESS_BYTES


def _account(value: Any) -> dict[str, Any]:
    """Reads one account with its changes as integers; raises Unfit."""
    account = _object(value, "account", "nativeBalanceChange", "tokenBalanceChanges")
    account["nativeBalanceChange"] = _integer(account["nativeBalanceChange"])
    account["tokenBalanceChanges"] = [_token(token) for token in _listed(account["tokenBalanceChanges"])]
    return account


def _token(value: Any) -> dict[str, Any]:
    """Reads one token account's change, its amount as base units and decimals; raises Unfit."""
    token = _object(value, "mint", "rawTokenAmount", "tokenAccount", "userAccount")
    raw = _object(token["rawTokenAmount"], "decimals", "tokenAmount")
    mint, decimals = token["mint"], _integer(raw["decimals"])
    if not 0 <= decimals <= MAX_DECIMALS:
        raise Unfit(Reason.MALFORMED)
    if not isinstance(mint, str) or not is_mint(mint):
        raise Unfit(Reason.BAD_ADDRESS)
    return {**token, "mint": str(mint), "rawTokenAmount": (_integer(raw["tokenAmount"]), decimals)}


def _listed(value: Any) -> list[Any]:
    if not isinstance(value, list):
        raise Unfit(Reason.MALFORMED)
    return value


def _object(value: Any, *names: str) -> dict[str, Any]:
    """Checks that a value is an object with exactly these fields; raises Unfit."""
    if not isinstance(value, dict):
        raise Unfit(Reason.MALFORMED)
    if value.keys() - set(names):
        raise Unfit(Reason.UNKNOWN_FIELD)
    if len(value) < len(names):
        raise Unfit(Reason.MISSING_FIELD)
    return value


def _integer(value: Any) -> int:
    """Reads a number, or the text of one; raises Unfit."""
    if not isinstance(value, str):
        raise Unfit(Reason.MALFORMED)
    try:
        return integer(value)
    except AmountTextError as error:
        raise Unfit(Reason[error.reason.upper()]) from None

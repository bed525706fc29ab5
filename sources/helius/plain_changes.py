"""Reads balance changes by msgspec where they are written as expected; all others are for `balance_changes` to judge."""

from typing import Annotated

import msgspec

from sources.helius.balance_changes import Change, Moved, Unfit, add, is_mint, judged
from sources.interpreting.rows import MAX_DECIMALS

#: More digits than 18 may not fit 64 bits.
_MAX_LETTERS = 18
_Text = Annotated[str, msgspec.Meta(max_length=_MAX_LETTERS)]


class _Amount(msgspec.Struct, forbid_unknown_fields=True, gc=False):
    decimals: _Text
    tokenAmount: _Text  # noqa: N815  as Helius writes it


class _Token(msgspec.Struct, forbid_unknown_fields=True, gc=False):
    mint: str
    rawTokenAmount: _Amount  # noqa: N815  as Helius writes it
    tokenAccount: str  # noqa: N815  as Helius writes it
    userAccount: str  # noqa: N815  as Helius writes it


class _Account(msgspec.Struct, forbid_unknown_fields=True, gc=False):
    account: str
    nativeBalanceChange: _Text  # noqa: N815  as Helius writes it
    tokenBalanceChanges: list[_Token]  # noqa: N815  as Helius writes it


_ACCOUNTS = msgspec.json.Decoder(list[_Account])


def plain_change(account_data: str, wallet: str) -> Change | None:
    """Reads a wallet's trade from balance changes whose numbers are texts; None where they are unusual or no trade."""
    if not account_data.isascii() or "\\" in account_data:
        return None
    try:
        return _change(_ACCOUNTS.decode(account_data), wallet)
    except (msgspec.MsgspecError, Unfit):
        return None


def _change(accounts: list[_Account], wallet: str) -> Change | None:
    lamports, tokens = 0, Moved()
    for account in accounts:
        native = account.nativeBalanceChange
        if not _is_integer(native):
            return None
        if account.account == wallet:
            lamports += int(native)
        for token in account.tokenBalanceChanges:
            raw = token.rawTokenAmount
            if not (raw.decimals.isdigit() and _is_integer(raw.tokenAmount) and is_mint(token.mint)):
                return None
            decimals = int(raw.decimals)
            if decimals > MAX_DECIMALS:
                return None
            if token.userAccount == wallet:
                add(tokens, token.mint, int(raw.tokenAmount), decimals)
    return judged(tokens, lamports)


def _is_integer(text: str) -> bool:
    """Tells whether ASCII text is digits with an optional minus."""
    return text.isdigit() or (text[:1] == "-" and text[1:].isdigit())

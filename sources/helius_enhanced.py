"""`helius_enhanced`: Helius' enhanced transactions, one object per line; a webhook's array is cut into its elements.

One transaction gives at most one trade: what it did to the balances of its fee payer.
Units: `accountData` states changes of balances in lamports and in base units of a mint with its decimals, integers. SOL
is the change of the wallet's own account plus that of its wrapped SOL, so it includes fees, tips and rent, and no fee
is added. Rounded amounts (`tokenTransfers`) are left out.
Time: `timestamp` is block time in unix seconds.
Identity: `signature`. Several trades of a wallet in one transaction are one net change here, so such a transaction does
not match the single trades of other sources.
Order: timestamp, slot.
Direction: a buy gains tokens for SOL, a sell the reverse; tips larger than the proceeds contradict that (`sign`).
No trade: a type other than SWAP (`not_a_trade`), a transaction with an error (`failed`), a wallet whose tokens did not
change (`zero_amount`: someone else traded and it only paid the fee). Two coins, or a coin and USDC or USDT, are
`non_sol_quote`; quote assets alone `quote_leg`.
Venue: `source` names it (PUMP_FUN, PUMP_AMM, RAYDIUM, METEORA); LaunchLab has no name there that is known, and routers
(JUPITER, ...) name no venue: `unknown_venue`.
Inside `accountData` an unexpected field is `unknown_field`, anything else that does not fit is `malformed`.
Left out: `fee` (it is in the change), `nativeTransfers`, `tokenTransfers`, `instructions`, `events`, `description`
(other views of the same transaction), `lighthouseData`.
"""

from dataclasses import dataclass
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc

from pumploss.money import INT64_MAX, AmountTextError
from pumploss.reasons import Reason
from sources.declaration import Cadence, Format, Source
from sources.helius.balance_changes import plain_changes
from sources.interpreting.addresses import decoded_length
from sources.interpreting.casts import integer
from sources.interpreting.rows import ADDRESS_BYTES, MAX_DECIMALS, SOL_MINTS, STABLE_MINTS, Rows
from sources.interpreting.venues import HELIUS_SOURCES
from sources.reading.json_lines import nested

MAX_ADDRESS_LETTERS = 44


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
    """A wallet's trade from the balance changes of a transaction; raises Unfit."""
    try:
        accounts = nested(account_data)
    except ValueError:
        raise Unfit(Reason.MALFORMED) from None
    lamports, tokens = 0, dict[str, tuple[int, int]]()
    for account in map(_account, _listed(accounts)):
        lamports += account["nativeBalanceChange"] if account["account"] == wallet else 0
        for token in account["tokenBalanceChanges"]:
            units, decimals = token["rawTokenAmount"]
            if token["userAccount"] == wallet:
                before = tokens.get(token["mint"], (0, decimals))
                if before[1] != decimals:
                    raise Unfit(Reason.MALFORMED)
                tokens[token["mint"]] = (before[0] + units, decimals)
    lamports += sum(tokens.pop(mint, (0, 0))[0] for mint in SOL_MINTS)
    return _judged({mint: moved for mint, moved in tokens.items() if moved[0]}, lamports)


def _judged(tokens: dict[str, tuple[int, int]], lamports: int) -> Change:
    """The one coin that was traded for SOL; raises Unfit where there is none."""
    coins = [mint for mint in tokens if mint not in STABLE_MINTS]
    if not coins:
        raise Unfit(Reason.QUOTE_LEG if tokens else Reason.ZERO_AMOUNT)
    if len(tokens) > 1:
        raise Unfit(Reason.NON_SOL_QUOTE)
    units, decimals = tokens[coins[0]]
    if max(abs(units), abs(lamports)) > INT64_MAX:
        raise Unfit(Reason.OVERFLOW)
    if units * lamports > 0:
        raise Unfit(Reason.SIGN)
    if units > 0 and not lamports:
        raise Unfit(Reason.ZERO_AMOUNT)
    return Change(coins[0], units, decimals, lamports)


def _account(value: Any) -> dict[str, Any]:
    """One account with its changes as integers; raises Unfit."""
    account = _object(value, "account", "nativeBalanceChange", "tokenBalanceChanges")
    account["nativeBalanceChange"] = _integer(account["nativeBalanceChange"])
    account["tokenBalanceChanges"] = [_token(token) for token in _listed(account["tokenBalanceChanges"])]
    return account


def _token(value: Any) -> dict[str, Any]:
    """One token account's change, its amount as base units and decimals; raises Unfit."""
    token = _object(value, "mint", "rawTokenAmount", "tokenAccount", "userAccount")
    raw = _object(token["rawTokenAmount"], "decimals", "tokenAmount")
    mint, decimals = token["mint"], _integer(raw["decimals"])
    if not 0 <= decimals <= MAX_DECIMALS:
        raise Unfit(Reason.MALFORMED)
    if not isinstance(mint, str) or len(mint) > MAX_ADDRESS_LETTERS or decoded_length(mint) != ADDRESS_BYTES:
        raise Unfit(Reason.BAD_ADDRESS)
    return {**token, "mint": str(mint), "rawTokenAmount": (_integer(raw["tokenAmount"]), decimals)}


def _listed(value: Any) -> list[Any]:
    if not isinstance(value, list):
        raise Unfit(Reason.MALFORMED)
    return value


def _object(value: Any, *names: str) -> dict[str, Any]:
    """An object with exactly these fields; raises Unfit."""
    if not isinstance(value, dict):
        raise Unfit(Reason.MALFORMED)
    if value.keys() - set(names):
        raise Unfit(Reason.UNKNOWN_FIELD)
    if len(value) < len(names):
        raise Unfit(Reason.MISSING_FIELD)
    return value


def _integer(value: Any) -> int:
    """A number, or the text of one; raises Unfit."""
    if not isinstance(value, str):
        raise Unfit(Reason.MALFORMED)
    try:
        return integer(value)
    except AmountTextError as error:
        raise Unfit(Reason[error.reason.upper()]) from None


def _changes(rows: Rows, wallets: pa.StringArray) -> list[Change | None]:
    """The change of each row that is still accepted, refusing those without one."""
    texts, is_open = rows.text("accountData"), rows.is_accepted.tolist()
    plain = plain_changes(texts, wallets, SOL_MINTS, STABLE_MINTS)
    found = [Change(*one) if one and is_taken else None for one, is_taken in zip(plain, is_open, strict=True)]
    unfit: dict[Reason, list[int]] = {}
    for row, is_taken in enumerate(is_open):
        if is_taken and not found[row]:
            try:
                found[row] = change(texts[row].as_py(), wallets[row].as_py())
            except Unfit as verdict:
                unfit.setdefault(verdict.reason, []).append(row)
    for reason, refused in unfit.items():
        rows.refuse(pc.is_in(pa.array(range(len(texts))), pa.array(refused)), reason, "accountData")
    return found


def interpret(rows: Rows) -> dict[str, pa.Array]:
    """The trades of a block, in bronze columns."""
    rows.refuse(rows.text("transactionError").is_valid(), Reason.FAILED, "transactionError")
    rows.refuse(pc.not_equal(rows.text("type"), "SWAP"), Reason.NOT_A_TRADE, "type")
    venue = rows.choice("source", HELIUS_SOURCES, Reason.UNKNOWN_VENUE)
    traded_at, slot = rows.unix_seconds("timestamp"), rows.integer("slot")
    signature, wallet = rows.signature("signature"), rows.address("feePayer")
    changes = _changes(rows, wallet)
    tokens = pa.array([found and found.token_units for found in changes], pa.int64())
    sol = pc.abs(pa.array([found and found.lamports for found in changes], pa.int64()))
    mint = pa.array([found and found.mint for found in changes], pa.string())
    decimals = pa.array([found and found.decimals for found in changes], pa.int32())
    rows.refuse_impossible(mint, venue, decimals, ("accountData", pc.abs(tokens)), ("accountData", sol))
    return {
        "traded_at": traded_at,
        "slot": slot,
        "signature": signature,
        "trader_address": wallet,
        "token_mint": mint,
        "direction": pc.if_else(pc.greater(tokens, 0), "buy", "sell"),
        "token_units": pc.abs(tokens),
        "token_decimals": decimals,
        "sol_lamports": sol,
        "fee_lamports": rows.same(0, pa.int64()),
        "fee_source": rows.same("included", pa.string()),
        "amount_basis": rows.same("balance_delta", pa.string()),
        "venue": venue,
    }


SOURCE = Source(
    name="helius_enhanced",
    cadence=Cadence.DAILY,
    formats=(Format.JSONL,),
    fields=("signature", "timestamp", "slot", "type", "source", "feePayer", "accountData", "transactionError"),
    ignored=(
        "description",
        "fee",
        "nativeTransfers",
        "tokenTransfers",
        "instructions",
        "events",
        "lighthouseData",
    ),
    optional=("transactionError",),
    time_field="timestamp",
    precedence=9,
    interpret=interpret,
    units="lamports and token base units, balance changes of the fee payer, all costs included",
    identity="signature",
    order="timestamp, slot",
)

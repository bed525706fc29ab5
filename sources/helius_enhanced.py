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

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from pumploss.reasons import Reason
from sources.declaration import Arrival, Basis, Format, Source
from sources.helius.balance_changes import Change, Unfit, change
from sources.helius.plain_changes import plain_changes
from sources.interpreting.rows import Rows
from sources.interpreting.venues import HELIUS_SOURCES

#: What is kept of a change, by name.
_CHANGE = (("mint", pa.string()), ("token_units", pa.int64()), ("decimals", pa.int32()), ("lamports", pa.int64()))


def _changes(rows: Rows, wallets: pa.StringArray) -> dict[str, pa.Array]:
    """Reads the change of each row that is still accepted, refusing those without one: `mint`, `token_units`, ..."""
    data = rows.text("accountData")
    plain = plain_changes(data, wallets)
    left = np.flatnonzero(rows.is_accepted & ~plain.is_plain)
    others: list[Change | None] = []
    unfit: dict[Reason, list[int]] = {}
    for row in left.tolist():
        others.append(None)
        try:
            others[-1] = change(data[row].as_py(), wallets[row].as_py())
        except Unfit as verdict:
            unfit.setdefault(verdict.reason, []).append(row)
    for reason, refused in unfit.items():
        rows.refuse(np.isin(np.arange(len(data)), refused), reason, "accountData")
    is_left = np.isin(np.arange(len(data)), left)
    columns = {}
    for name, kind in _CHANGE:
        column = pc.if_else(pa.array(plain.is_plain), pc.cast(pa.array(getattr(plain, name)), kind), None)
        own = pa.array([moved and getattr(moved, name) for moved in others], kind)
        columns[name] = pc.replace_with_mask(column, pa.array(is_left), own)
    return columns


def interpret(rows: Rows) -> dict[str, pa.Array]:
    """Reads the trades of a block, in bronze columns."""
    rows.refuse(rows.text("transactionError").is_valid(), Reason.FAILED, "transactionError")
    rows.refuse(pc.not_equal(rows.text("type"), "SWAP"), Reason.NOT_A_TRADE, "type")
    venue = rows.choice("source", HELIUS_SOURCES, Reason.UNKNOWN_VENUE)
    traded_at, slot = rows.instant("timestamp"), rows.integer("slot")
    signature, wallet = rows.signature("signature"), rows.address("feePayer")
    changes = _changes(rows, wallet)
    mint, decimals, tokens = changes["mint"], changes["decimals"], changes["token_units"]
    sol = pc.abs(changes["lamports"])
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
    arrival=Arrival.DAILY,
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
    decimals=Basis.EVENT,
    is_in_tokens=False,
    interpret=interpret,
    units="lamports and token base units, balance changes of the fee payer, all costs included",
    identity="signature",
    order="timestamp, slot",
)

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
from numpy.typing import NDArray

from pumploss.reasons import Reason
from sources.declaration import Arrival, Format, Source
from sources.helius.balance_changes import Change, Unfit, change
from sources.helius.plain_changes import plain_change
from sources.interpreting.rows import Rows
from sources.interpreting.venues import HELIUS_SOURCES


def _changes(rows: Rows, wallets: pa.StringArray) -> list[Change | None]:
    """Reads the change of each row that is still accepted, refusing those without one."""
    data, are_open = rows.text("accountData").to_pylist(), rows.is_accepted.tolist()
    changes: list[Change | None] = []
    unfit: dict[Reason, NDArray[np.bool_]] = {}
    for row, (text, wallet, is_open) in enumerate(zip(data, wallets.to_pylist(), are_open, strict=True)):
        changes.append(None)
        if is_open:
            try:
                changes[row] = plain_change(text, wallet) or change(text, wallet)
            except Unfit as verdict:
                unfit.setdefault(verdict.reason, np.zeros(len(data), np.bool_))[row] = True
    for reason, refused in unfit.items():
        rows.refuse(refused, reason, "accountData")
    return changes


def interpret(rows: Rows) -> dict[str, pa.Array]:
    """Reads the trades of a block, in bronze columns."""
    rows.refuse(rows.text("transactionError").is_valid(), Reason.FAILED, "transactionError")
    rows.refuse(pc.not_equal(rows.text("type"), "SWAP"), Reason.NOT_A_TRADE, "type")
    venue = rows.choice("source", HELIUS_SOURCES, Reason.UNKNOWN_VENUE)
    traded_at, slot = rows.unix_seconds("timestamp"), rows.integer("slot")
    signature, wallet = rows.signature("signature"), rows.address("feePayer")
    changes = _changes(rows, wallet)
    tokens = pa.array([moved and moved.token_units for moved in changes], pa.int64())
    sol = pc.abs(pa.array([moved and moved.lamports for moved in changes], pa.int64()))
    mint = pa.array([moved and moved.mint for moved in changes], pa.string())
    decimals = pa.array([moved and moved.decimals for moved in changes], pa.int32())
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
    interpret=interpret,
    units="lamports and token base units, balance changes of the fee payer, all costs included",
    identity="signature",
    order="timestamp, slot",
)

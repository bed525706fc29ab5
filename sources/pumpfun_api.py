"""`pumpfun_api`: the frontend's trade JSON (`/trades/all/{mint}`), one object per line.

Units: `sol_amount` in lamports, `token_amount` in base units (6 decimals), both integers,
curve-side; the API states no fee, so it is estimated from the dated fee table of the bonding curve.
The API is undocumented: names are certain, units are known from use.
Time: `timestamp` is block time in unix seconds.
Identity: `signature`; one transaction may hold several trades, told apart by their amounts.
Order: timestamp, slot, tx_index.
Left out: `username` and `profile_image`, which people change at will and which say nothing about a
trade.
"""

import pyarrow as pa

from pumploss.fees import estimate_fees
from pumploss.money import PUMP_TOKEN_DECIMALS
from pumploss.reasons import Reason
from sources.declaration import Arrival, Basis, Format, Source
from sources.interpreting.rows import Rows


def interpret(rows: Rows) -> dict[str, pa.Array]:
    """The trades of a block, in bronze columns."""
    traded_at = rows.instant("timestamp")
    direction = rows.choice("is_buy", {"true": "buy", "false": "sell"}, Reason.UNKNOWN_DIRECTION)
    token_units, sol = rows.integer("token_amount"), rows.integer("sol_amount")
    rows.require_amounts(direction, ("token_amount", token_units), ("sol_amount", sol))
    venue, mint = rows.same("pump_curve", pa.string()), rows.coin("mint")
    decimals = rows.same(PUMP_TOKEN_DECIMALS, pa.int32())
    rows.refuse_impossible(mint, venue, decimals, ("token_amount", token_units), ("sol_amount", sol))
    return {
        "traded_at": traded_at,
        "slot": rows.integer("slot"),
        "tx_index": rows.integer("tx_index"),
        "signature": rows.signature("signature"),
        "trader_address": rows.address("user"),
        "token_mint": mint,
        "direction": direction,
        "token_units": token_units,
        "token_decimals": decimals,
        "sol_lamports": sol,
        "fee_lamports": estimate_fees(venue, traded_at, sol),
        "fee_source": rows.same("estimated", pa.string()),
        "amount_basis": rows.same("curve", pa.string()),
        "venue": venue,
    }


SOURCE = Source(
    name="pumpfun_api",
    arrival=Arrival.DAILY,
    formats=(Format.JSONL,),
    fields=(
        "signature",
        "mint",
        "sol_amount",
        "token_amount",
        "is_buy",
        "user",
        "timestamp",
        "tx_index",
        "slot",
    ),
    ignored=("username", "profile_image"),
    optional=("tx_index", "slot"),
    time_field="timestamp",
    precedence=6,
    decimals=Basis.EVENT,
    is_in_tokens=False,
    interpret=interpret,
    units="lamports and token base units (6 decimals), curve-side, fees estimated",
    identity="signature",
    order="timestamp, slot, tx_index",
)

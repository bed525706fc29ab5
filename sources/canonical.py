"""`canonical`: the project's own dump format, one row per trade.

Units: lamports and token base units as integers in digits, curve-side (fees are on top of a buy and
out of a sell).
Time: `traded_at` is block time, ISO 8601 with `Z` by preference; see `interpreting/instants.py` for all other forms.
Identity: (signature, event) where there is a signature; else the line itself, see semantics 2.
Order: traded_at, slot, tx_index, event_index as far as they are stated; the order of lines means
nothing.
Fees: stated ones are those of the event; an empty `fee_lamports` is estimated from the dated fee table of the venue,
one of `pump_curve`, `pumpswap`, `raydium`, `launchlab` and `meteora`; so amounts of pools that keep their fee inside
must be stated without it. The same fields in CSV, JSON lines (integers or text) and Parquet (integers, text,
timestamps).
"""

import pyarrow as pa
import pyarrow.compute as pc

from pumploss.fees import estimate_fees
from pumploss.reasons import Reason
from sources.declaration import Arrival, Basis, Format, Source
from sources.interpreting.casts import MAX_DECIMALS
from sources.interpreting.rows import Rows
from sources.interpreting.venues import VENUES


def interpret(rows: Rows) -> dict[str, pa.Array]:
    """The trades of a block, in bronze columns."""
    traded_at = rows.instant("traded_at")
    direction = rows.choice("direction", {"buy": "buy", "sell": "sell"}, Reason.UNKNOWN_DIRECTION)
    venue = rows.choice("venue", VENUES, Reason.UNKNOWN_VENUE)
    mint = rows.coin("token_mint")
    token_units, sol = rows.integer("token_units"), rows.integer("sol_lamports")
    decimals = rows.integer("token_decimals")
    rows.refuse(pc.greater(decimals, MAX_DECIMALS), Reason.MALFORMED, "token_decimals")
    rows.require_amounts(direction, ("token_units", token_units), ("sol_lamports", sol))
    rows.refuse_impossible(mint, venue, decimals, ("token_units", token_units), ("sol_lamports", sol))
    fee = rows.integer("fee_lamports")
    is_stated = fee.is_valid()
    estimated = estimate_fees(venue, traded_at, sol) if fee.null_count else fee
    return {
        "traded_at": traded_at,
        "slot": rows.integer("slot"),
        "tx_index": rows.integer("tx_index"),
        "event_index": rows.integer("event_index"),
        "signature": rows.signature("signature"),
        "trader_address": rows.address("trader_address"),
        "token_mint": mint,
        "direction": direction,
        "token_units": token_units,
        "token_decimals": pc.cast(decimals, pa.int32(), safe=False),
        "sol_lamports": sol,
        "fee_lamports": pc.coalesce(fee, estimated),
        "fee_source": pc.if_else(is_stated, "event", "estimated"),
        "amount_basis": rows.same("curve", pa.string()),
        "virtual_sol_lamports": rows.integer("virtual_sol_lamports"),
        "virtual_token_units": rows.integer("virtual_token_units"),
        "venue": venue,
    }


SOURCE = Source(
    name="canonical",
    arrival=Arrival.DAILY,
    formats=(Format.CSV, Format.JSONL, Format.PARQUET),
    fields=(
        "traded_at",
        "slot",
        "tx_index",
        "event_index",
        "signature",
        "trader_address",
        "token_mint",
        "direction",
        "token_units",
        "token_decimals",
        "sol_lamports",
        "fee_lamports",
        "virtual_sol_lamports",
        "virtual_token_units",
        "venue",
    ),
    optional=(
        "slot",
        "tx_index",
        "event_index",
        "signature",
        "fee_lamports",
        "virtual_sol_lamports",
        "virtual_token_units",
    ),
    time_field="traded_at",
    precedence=2,
    decimals=Basis.STATED,
    is_in_tokens=False,
    interpret=interpret,
    units="lamports and token base units, curve-side",
    identity="signature and native indexes where stated, else the line",
    order="traded_at, slot, tx_index, event_index",
)

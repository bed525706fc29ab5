"""`dune_bot_trades`: Dune's tables of trades made through trading bots, a sample.

Units: whole tokens and whole SOL in decimal text (small and large ones in exponents: `4.557E-6`), read exactly;
amounts are those that the venue's pool moved. Fees of the venue are estimated from the dated fee table; the bot's own
charge (`fee_token_amount`) is left out: no other source states it, so with it one trade would differ between sources,
and every hop of a route repeats it.
Time: `block_time`, block time as `2024-07-04 15:31:10.000 UTC`.
Identity: `tx_id`, the signature; a transaction stands more than once where it has several hops.
Order: block_time, tx_index, then outer and inner instruction index. There is no slot.
Direction: a buy is a row in which SOL was sold; `type` must say the same (`unknown_direction`).
Multi-hop routes: the hop between SOL and the coin is the trade, whether or not it is the last one; hops between quote
assets are `quote_leg`, hops without SOL `non_sol_quote`. `project` names the venue: `pumpdotfun` is the curve,
`pumpswap` PumpSwap; all others are `unknown_venue` for now.
Decimals: 6 for pump mints; others are stated nowhere, so 9 are assumed and flagged.
Left out: `block_date`, `block_month` (in two forms, and both follow from the time), `bot` (two of the thirty published
files lack it), `blockchain` (always solana), symbols, pairs, USD values, `version`, the pool
(`project_contract_address`), `is_last_trade_in_transaction`.
"""

import pyarrow as pa
import pyarrow.compute as pc

from jobs.sources.declaration import Cadence, Format, Source
from jobs.sources.reason import Reason
from jobs.sources.rows import Rows
from pumploss.fees import estimate_fees
from pumploss.money import SOL_DECIMALS


def interpret(rows: Rows) -> dict[str, pa.Array]:
    """The trades of a block, in bronze columns."""
    swap = rows.swap("token_bought_address", "token_sold_address")
    venue = rows.choice("project", {"pumpdotfun": "pump_curve", "pumpswap": "pumpswap"}, Reason.UNKNOWN_VENUE)
    said = rows.choice("type", {"Buy": "buy", "Sell": "sell"}, Reason.UNKNOWN_DIRECTION)
    rows.refuse(pc.not_equal(said, swap.direction), Reason.UNKNOWN_DIRECTION, "type")
    traded_at = rows.utc_seconds("block_time")
    decimals, is_assumed = rows.pump_decimals(swap.mint, venue)
    bought = rows.units_at("token_bought_amount", pc.if_else(swap.is_buy, decimals, SOL_DECIMALS))
    sold = rows.units_at("token_sold_amount", pc.if_else(swap.is_buy, SOL_DECIMALS, decimals))
    token_units, sol = rows.sides(swap, ("token_bought_amount", bought), ("token_sold_amount", sold))
    return {
        "traded_at": traded_at,
        "tx_index": rows.integer("tx_index"),
        "event_index": rows.event_index("outer_instruction_index", "inner_instruction_index"),
        "signature": rows.signature("tx_id"),
        "trader_address": rows.address("user"),
        "token_mint": swap.mint,
        "direction": swap.direction,
        "token_units": token_units,
        "token_decimals": decimals,
        "is_decimals_assumed": is_assumed,
        "sol_lamports": sol,
        "fee_lamports": estimate_fees(venue, traded_at, sol),
        "fee_source": rows.same("estimated", pa.string()),
        "amount_basis": rows.same("curve", pa.string()),
        "venue": venue,
    }


SOURCE = Source(
    name="dune_bot_trades",
    cadence=Cadence.SAMPLE,
    formats=(Format.CSV,),
    fields=(
        "block_time",
        "type",
        "token_bought_amount",
        "token_bought_address",
        "token_sold_amount",
        "token_sold_address",
        "project",
        "user",
        "tx_id",
        "tx_index",
        "outer_instruction_index",
        "inner_instruction_index",
    ),
    ignored=(
        "block_date",
        "block_month",
        "bot",
        "blockchain",
        "amount_usd",
        "token_bought_symbol",
        "token_sold_symbol",
        "fee_usd",
        "fee_token_amount",
        "fee_token_symbol",
        "fee_token_address",
        "version",
        "token_pair",
        "project_contract_address",
        "is_last_trade_in_transaction",
    ),
    optional=("inner_instruction_index",),
    may_lack=("bot",),
    time_field="block_time",
    interpret=interpret,
    units="whole SOL (9 decimals) and whole tokens (6 for pump mints, else 9 assumed), venue fees estimated",
    identity="signature",
    order="block_time, tx_index, outer and inner instruction index",
)

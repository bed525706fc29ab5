"""`dune_trades`: exports of Dune's `dex_solana.trades`, a sample.

Units: the `_raw` amounts are base units of their mints (lamports for SOL), integers; the decimal ones beside them come
from binary floats and are left out.
Fees: amounts of the curve and PumpSwap come from their events, fee-exclusive; `fee_tier` is a constant of the query (1
% on the curve, wrong since 2025-09), so their fees are estimated from the dated fee table. Amounts of Raydium,
LaunchLab and Meteora are what moved between trader and pool, so the pool's fee is inside (`included`), and none is
added.
Time: `block_time`, `2024-07-04 15:31:10.000 UTC` in text or a timestamp in Parquet.
Identity: `tx_id`, the signature; one transaction may hold several trades, told apart by amounts and then by their
indexes.
Order: block_time, block_slot, tx_index, then outer and inner instruction index.
Direction: there is no such column: a buy is a row in which SOL was sold. `trader_id` is the trader, who may differ from
the fee payer. `project_main_id` is the program that was traded on, so it tells the venue (`project_program_id` is the
pool).
Multi-hop routes give a row per hop: the one between SOL and the coin is the trade, hops between quote assets are
`quote_leg`, hops between two coins `non_sol_quote`.
Decimals: of mints that are not pump.fun's, none are stated; the amounts are exact all the same.
Left out: `block_month`, `block_date` (follow from the time), `blockchain` (always solana), names, symbols, USD values
and vaults (say nothing that the mapped fields do not), `trade_source` (the router), `_updated_at` (Dune's own clock).
"""

import pyarrow as pa

from sources.declaration import Arrival, Basis, Format, Source
from sources.interpreting.rows import Rows
from sources.interpreting.swaps import hop, swap, traded


def interpret(rows: Rows) -> dict[str, pa.Array]:
    """The trades of a block, in bronze columns."""
    swapped = swap(rows, ("token_bought_mint_address", "token_sold_mint_address"))
    venue = rows.program("project_main_id")
    traded_at = rows.instant("block_time")
    names = ("token_bought_amount_raw", "token_sold_amount_raw")
    amounts = [rows.integer(name) for name in names]
    columns = {
        "slot": rows.integer("block_slot"),
        "tx_index": rows.integer("tx_index"),
        "event_index": rows.event_index("outer_instruction_index", "inner_instruction_index"),
        "signature": rows.signature("tx_id"),
        "trader_address": rows.address("trader_id"),
        **traded(rows, swapped, venue, traded_at, rows.pump_decimals(swapped.mint, venue), (names, amounts)),
    }
    return hop(rows, swapped, columns, names, None)


SOURCE = Source(
    name="dune_trades",
    arrival=Arrival.SAMPLE,
    formats=(Format.CSV, Format.PARQUET),
    fields=(
        "block_time",
        "block_slot",
        "token_bought_amount_raw",
        "token_sold_amount_raw",
        "token_bought_mint_address",
        "token_sold_mint_address",
        "project_main_id",
        "trader_id",
        "tx_id",
        "outer_instruction_index",
        "inner_instruction_index",
        "tx_index",
    ),
    ignored=(
        "blockchain",
        "project",
        "version",
        "version_name",
        "block_month",
        "block_date",
        "trade_source",
        "token_bought_symbol",
        "token_sold_symbol",
        "token_pair",
        "token_bought_amount",
        "token_sold_amount",
        "amount_usd",
        "fee_tier",
        "fee_usd",
        "token_bought_vault",
        "token_sold_vault",
        "project_program_id",
        "_updated_at",
    ),
    optional=("inner_instruction_index",),
    volatile=("_updated_at",),
    time_field="block_time",
    precedence=3,
    decimals=Basis.EVENT,
    is_in_tokens=False,
    interpret=interpret,
    units="lamports and token base units; fees estimated on the curve and PumpSwap, inside the amounts elsewhere",
    identity="signature",
    order="block_time, block_slot, tx_index, outer and inner instruction index",
)

"""`flipside_swaps`: exports of Flipside's `solana.defi.fact_swaps`, a sample.

Units: whole tokens and whole SOL, floats, decimal text in CSV, plain numbers in JSON, doubles in Parquet: read
exactly from their text, fifteen digits of which are sure.
Fees: rows of the curve are decoded from its trade events, so amounts are curve-side and fees are estimated from the
dated fee table, as on PumpSwap; rows of Raydium, LaunchLab and Meteora are transfers, with the fee inside (`included`).
Time: `block_timestamp`, block time, in text as `2024-08-13T15:31:10.000Z` or `2024-08-13 15:31:10.000 UTC`; text
without a zone is `bad_timestamp`.
Identity: `tx_id`, the signature; one transaction may hold several swaps.
Order: block_timestamp, block_id (the slot), swap_index.
Direction: a buy is a swap from SOL. `succeeded` = false is `failed`. `program_id` is the venue's program.
Decimals: 6 on the curve; elsewhere they are stated nowhere, so 6 are assumed of mints that end in `pump`, else 9, until
`silver_tokens` knows better.
Left out: `swap_program` (a name for `program_id`), `fact_swaps_id`, `inserted_timestamp`, `modified_timestamp`
(bookkeeping of the warehouse). `defi.ez_dex_swaps` has further columns and is drift: export `fact_swaps`.
"""

import pyarrow as pa
import pyarrow.compute as pc

from pumploss.reasons import Reason
from sources.declaration import FLOAT_DIGITS, Arrival, Basis, Format, Source
from sources.interpreting.rows import Rows
from sources.interpreting.swaps import LEG_DECIMALS, hop, swap, traded, whole_amounts

_TRUTH = {"true": "true", "TRUE": "true", "false": "false", "FALSE": "false"}


def interpret(rows: Rows) -> dict[str, pa.Array]:
    """The trades of a block, in bronze columns."""
    rows.refuse(pc.equal(rows.choice("succeeded", _TRUTH, Reason.MALFORMED), "false"), Reason.FAILED, "succeeded")
    swapped = swap(rows, ("swap_to_mint", "swap_from_mint"))
    venue = rows.program("program_id")
    traded_at = rows.instant("block_timestamp")
    names = ("swap_to_amount", "swap_from_amount")
    decimals, amounts = whole_amounts(rows, swapped, rows.pump_decimals(swapped.mint, venue), names)
    columns = {
        "slot": rows.integer("block_id"),
        "event_index": rows.integer("swap_index"),
        "signature": rows.signature("tx_id"),
        "trader_address": rows.address("swapper"),
        **traded(rows, swapped, venue, traded_at, decimals, (names, amounts)),
    }
    return hop(rows, swapped, columns, names, LEG_DECIMALS)


SOURCE = Source(
    name="flipside_swaps",
    arrival=Arrival.SAMPLE,
    formats=(Format.CSV, Format.JSONL, Format.PARQUET),
    fields=(
        "block_timestamp",
        "block_id",
        "tx_id",
        "succeeded",
        "swapper",
        "swap_from_amount",
        "swap_from_mint",
        "swap_to_amount",
        "swap_to_mint",
        "program_id",
        "swap_index",
    ),
    ignored=("swap_program", "fact_swaps_id", "inserted_timestamp", "modified_timestamp"),
    volatile=("inserted_timestamp", "modified_timestamp"),
    sure_digits=FLOAT_DIGITS,
    time_field="block_timestamp",
    precedence=4,
    decimals=Basis.CURVE,
    is_in_tokens=True,
    interpret=interpret,
    units="whole SOL (9 decimals) and whole tokens (6 on the curve, else assumed); fees as in `dune_trades`",
    identity="signature",
    order="block_timestamp, block_id, swap_index",
)

"""`dune_bot_trades`: Dune's tables of trades made through trading bots, a sample.

Units: whole tokens and whole SOL in decimal text (small and large ones in exponents: `4.557E-6`), read exactly;
they come from floats, so fifteen digits are sure.
Fees: as in `dune_trades`, from which these rows are joined: estimated on the curve and PumpSwap, inside the amounts of
Raydium, LaunchLab and Meteora. The bot's own charge (`fee_token_amount`) is left out: no other source states it, so
with it one trade would differ between sources, and every hop of a route repeats it.
Time: `block_time`, block time, in text as `2024-07-04 15:31:10.000 UTC`.
Identity: `tx_id`, the signature; a transaction stands more than once where it has several hops.
Order: block_time, tx_index, then outer and inner instruction index. There is no slot.
Direction: a buy is a row in which SOL was sold; `type` must say the same (`unknown_direction`).
Multi-hop routes: the hop between SOL and the coin is the trade, whether or not it is the last one; hops between quote
assets are `quote_leg`, hops without SOL `non_sol_quote`. `project` names the venue (`pumpdotfun` is the curve), except
that Raydium's version `launchlab` is LaunchLab; all other projects are `unknown_venue`.
Decimals: 6 on the curve; elsewhere they are stated nowhere, so 6 are assumed of mints that end in `pump`, else 9, until
`silver_tokens` knows better. Where a coin has fewer, a large amount may be `overflow`; where a mint that only ends in
`pump` has more, an amount may be `precision`.
Left out: `block_date`, `block_month` (in two forms, and both follow from the time), `bot` (two of the thirty published
files lack it), `blockchain` (always solana), symbols, pairs, USD values, the pool
(`project_contract_address`), `is_last_trade_in_transaction`.
"""

import pyarrow as pa
import pyarrow.compute as pc

from pumploss.reasons import Reason
from sources.declaration import FLOAT_DIGITS, Arrival, Basis, Format, Source
from sources.interpreting.rows import Rows
from sources.interpreting.swaps import LEG_DECIMALS, hop, swap, traded, whole_amounts
from sources.interpreting.venues import DUNE_PROJECTS


def interpret(rows: Rows) -> dict[str, pa.Array]:
    """The trades of a block, in bronze columns."""
    swapped = swap(rows, ("token_bought_address", "token_sold_address"))
    venue = rows.choice("project", DUNE_PROJECTS, Reason.UNKNOWN_VENUE)
    is_launchlab = pc.and_(pc.equal(venue, "raydium"), pc.equal(rows.text("version"), "launchlab"))
    venue = pc.if_else(is_launchlab.fill_null(False), "launchlab", venue)
    said = rows.choice("type", {"Buy": "buy", "Sell": "sell"}, Reason.UNKNOWN_DIRECTION)
    rows.refuse(pc.not_equal(said, swapped.direction), Reason.UNKNOWN_DIRECTION, "type")
    traded_at = rows.instant("block_time")
    names = ("token_bought_amount", "token_sold_amount")
    decimals, amounts = whole_amounts(rows, swapped, rows.pump_decimals(swapped.mint, venue), names)
    columns = {
        "tx_index": rows.integer("tx_index"),
        "event_index": rows.event_index("outer_instruction_index", "inner_instruction_index"),
        "signature": rows.signature("tx_id"),
        "trader_address": rows.address("user"),
        **traded(rows, swapped, venue, traded_at, decimals, (names, amounts)),
    }
    return hop(rows, swapped, columns, names, LEG_DECIMALS)


SOURCE = Source(
    name="dune_bot_trades",
    arrival=Arrival.SAMPLE,
    formats=(Format.CSV,),
    fields=(
        "block_time",
        "type",
        "token_bought_amount",
        "token_bought_address",
        "token_sold_amount",
        "token_sold_address",
        "project",
        "version",
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
        "token_pair",
        "project_contract_address",
        "is_last_trade_in_transaction",
    ),
    optional=("version", "inner_instruction_index"),
    sure_digits=FLOAT_DIGITS,
    time_field="block_time",
    precedence=8,
    decimals=Basis.CURVE,
    is_in_tokens=True,
    interpret=interpret,
    units="whole SOL (9 decimals) and whole tokens (6 on the curve, else assumed); fees as in `dune_trades`",
    identity="signature",
    order="block_time, tx_index, outer and inner instruction index",
)

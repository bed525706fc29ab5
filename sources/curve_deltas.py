"""`curve_deltas`: first transactions of 35 bonding curves of 2024 and 2025, a sample.

Units: `token_delta` in whole tokens and `sol_delta` in whole SOL, signed changes of the signer's
balances, exact to 6 and 9 decimals (small ones in exponents: `-5e-06`). So SOL includes fees, tips
and rent, and no fee is added.
Time: `ts` is block time in unix seconds.
Identity: `sig`. Some mints stand twice under two labels of the publisher, so whole lines repeat.
Order: ts, then `rank_tx`, the source's own rank of the transaction on its curve, from 1.
`kind` is French: achat = buy, vente = sell, autre = neither (`not_a_trade`: failed, rent,
transfers). A buy gains tokens for SOL, a sell the reverse; a sell whose tips were larger than its
proceeds contradicts that (`sign`).
"""

import pyarrow as pa
import pyarrow.compute as pc

from pumploss.money import PUMP_TOKEN_DECIMALS, SOL_DECIMALS
from pumploss.reasons import Reason
from sources.declaration import FLOAT_DIGITS, Arrival, Basis, Format, Source
from sources.interpreting.rows import Rows


def interpret(rows: Rows) -> dict[str, pa.Array]:
    """The trades of a block, in bronze columns."""
    rows.refuse(pc.equal(rows.text("kind"), "autre"), Reason.NOT_A_TRADE, "kind")
    direction = rows.choice("kind", {"achat": "buy", "vente": "sell"}, Reason.UNKNOWN_DIRECTION)
    tokens = rows.signed_units("token_delta", PUMP_TOKEN_DECIMALS)
    sol = rows.signed_units("sol_delta", SOL_DECIMALS)
    is_buy = pc.equal(direction, "buy")
    rows.refuse(pc.if_else(is_buy, pc.less(tokens, 0), pc.greater(tokens, 0)), Reason.SIGN, "token_delta")
    rows.refuse(pc.if_else(is_buy, pc.greater(sol, 0), pc.less(sol, 0)), Reason.SIGN, "sol_delta")
    rows.require_amounts(direction, ("token_delta", tokens), ("sol_delta", sol))
    tokens, sol, mint = pc.abs(tokens), pc.abs(sol), rows.coin("mint")
    venue, decimals = rows.same("pump_curve", pa.string()), rows.same(PUMP_TOKEN_DECIMALS, pa.int32())
    rows.refuse_impossible(mint, venue, decimals, ("token_delta", tokens), ("sol_delta", sol))
    return {
        "traded_at": rows.instant("ts"),
        "source_rank": rows.integer("rank_tx"),
        "signature": rows.signature("sig"),
        "trader_address": rows.address("signer"),
        "token_mint": mint,
        "direction": direction,
        "token_units": tokens,
        "token_decimals": decimals,
        "sol_lamports": sol,
        "fee_lamports": rows.same(0, pa.int64()),
        "fee_source": rows.same("included", pa.string()),
        "amount_basis": rows.same("balance_delta", pa.string()),
        "venue": venue,
    }


SOURCE = Source(
    name="curve_deltas",
    arrival=Arrival.SAMPLE,
    formats=(Format.CSV,),
    fields=("ts", "mint", "signer", "kind", "token_delta", "sol_delta", "sig", "rank_tx"),
    sure_digits=FLOAT_DIGITS,
    time_field="ts",
    precedence=11,
    decimals=Basis.CURVE,
    is_in_tokens=True,
    interpret=interpret,
    units="whole SOL (9 decimals) and whole tokens (6), signed balance changes, all costs included",
    identity="signature",
    order="ts, rank_tx",
)

"""`pumpswap_capture`: coins on PumpSwap in their first 300 seconds, a sample.

Units: `tokens` in whole tokens and `sol` in whole SOL, written from floats: `sol` is exact to 4
decimals, `tokens` to 2 (amounts from ten million tokens on to 1, as eight digits were kept). They
are read as decimal text, exactly. Amounts are balance changes, fees included, by what the data
show: buys cluster at 0.1021, 0.1023 and 1.0041 SOL (a round amount, plus fees, plus the 0.00204 SOL
of rent for a token account), and a buy and a sell within two seconds of each other differ in price
by 8 % at 0.05-0.3 SOL and by 4 % at 1-3 SOL, the buy being dearer; curve-side amounts would not
differ by direction, nor with size. So no fee is added. `sol` below 0.00005 reads 0.0: such buys are
`zero_amount`, such sells are kept.
Time: `ts` is block time in unix seconds, with ties.
Identity: `sig`, which stands only in a mint's first 30 seconds (a quarter of the lines); else the
line.
Order: ts only; no slots, and the order of lines is not stated to be one.
Wallets: those that the publisher redacted (`RDCT-...`) are `bad_address`.
Left out: `created` (launch time of the mint), `pool` (one per mint), `price` (sol / tokens), `src`
(the program that the publisher's feed named for the transaction: 2 % are routers and the like; all
lines of a mint name its one pool).
"""

import pyarrow as pa

from pumploss.money import PUMP_TOKEN_DECIMALS, SOL_DECIMALS
from pumploss.reasons import Reason
from sources.declaration import FLOAT_DIGITS, Arrival, Basis, Format, Source
from sources.interpreting.rows import Rows


def interpret(rows: Rows) -> dict[str, pa.Array]:
    """The trades of a block, in bronze columns."""
    traded_at = rows.instant("ts")
    direction = rows.choice("side", {"buy": "buy", "sell": "sell"}, Reason.UNKNOWN_DIRECTION)
    trader, mint, signature = rows.address("trader"), rows.coin("mint"), rows.signature("sig")
    token_units, sol = rows.units("tokens", PUMP_TOKEN_DECIMALS), rows.units("sol", SOL_DECIMALS)
    rows.require_amounts(direction, ("tokens", token_units), ("sol", sol))
    venue, decimals = rows.same("pumpswap", pa.string()), rows.same(PUMP_TOKEN_DECIMALS, pa.int32())
    rows.refuse_impossible(mint, venue, decimals, ("tokens", token_units), ("sol", sol))
    return {
        "traded_at": traded_at,
        "signature": signature,
        "trader_address": trader,
        "token_mint": mint,
        "direction": direction,
        "token_units": token_units,
        "token_decimals": decimals,
        "sol_lamports": sol,
        "fee_lamports": rows.same(0, pa.int64()),
        "fee_source": rows.same("included", pa.string()),
        "amount_basis": rows.same("balance_delta", pa.string()),
        "venue": venue,
    }


SOURCE = Source(
    name="pumpswap_capture",
    arrival=Arrival.SAMPLE,
    formats=(Format.CSV,),
    fields=("ts", "mint", "trader", "side", "tokens", "sol", "sig"),
    ignored=("created", "pool", "price", "src"),
    optional=("sig",),
    sure_digits=FLOAT_DIGITS,
    token_places=2,
    time_field="ts",
    precedence=10,
    decimals=Basis.CURVE,
    is_in_tokens=True,
    interpret=interpret,
    units="whole SOL (exact to 4 decimals) and whole tokens (to 2), balance changes, fees included",
    identity="signature in the first 30 seconds of a mint, else the line",
    order="ts",
)

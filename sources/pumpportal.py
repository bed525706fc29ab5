"""`pumpportal`: messages of PumpPortal's websocket, one object per line, with the collector's stamp.

The feed has neither time nor slot: the collector adds `received_at` to every message, in whole unix milliseconds. A
message that was received twice is one trade: its copies differ in the stamp alone. Replies to subscriptions are no
messages of the feed: the collector leaves them out.
Units: `solAmount` in whole SOL (never lamports) and `tokenAmount` in whole tokens, JSON numbers of JavaScript: exact to
9 and to 6 decimals; what is finer is a float's noise. Amounts are curve-side: in a launch, `vSolInBondingCurve` is 30
plus `solAmount`, and on LaunchLab `solInPool` equals it, so that no fee is inside. Fees are estimated from the dated
table.
Time: `received_at`, some seconds after block time at most; milliseconds are kept, as nothing else orders trades.
Identity: `signature`; one transaction may hold several trades.
Order: received_at only.
Launches: a `create` with an `initialBuy` and its `solAmount` is the creator's first buy; without them, or with nothing
bought, it is `not_a_trade`, as is `migrate`. `pool` names the venue: `pump`, `pump-amm`, and `bonk` for LaunchLab,
whose messages have other reserves and no `bondingCurveKey`; any other is `unknown_venue`. The feed does not say what a
coin is quoted in: `solAmount` is taken at its word.
Decimals: 6 on the curve; elsewhere they are stated nowhere, so 6 are assumed of mints that end in `pump`, else 9, until
`silver_tokens` knows better.
Left out: reserves (`vSolInBondingCurve` is calculated and finer than a lamport, the pools' are floats too), market cap,
`bondingCurveKey`, `newTokenBalance` (of all of the wallet's history), names and links of a launch, flags of a coin.
"""

import pyarrow as pa
import pyarrow.compute as pc

from pumploss.fees import estimate_fees
from pumploss.money import SOL_DECIMALS
from pumploss.reasons import Reason
from sources.declaration import FLOAT_DIGITS, Arrival, Basis, Format, Source
from sources.interpreting.rows import Rows
from sources.interpreting.venues import PUMPPORTAL_POOLS


def interpret(rows: Rows) -> dict[str, pa.Array]:
    """The trades of a block, in bronze columns."""
    kind = rows.text("txType")
    rows.refuse(pc.equal(kind, "migrate"), Reason.NOT_A_TRADE, "txType")
    direction = rows.choice("txType", {"create": "buy", "buy": "buy", "sell": "sell"}, Reason.UNKNOWN_DIRECTION)
    venue = rows.choice("pool", PUMPPORTAL_POOLS, Reason.UNKNOWN_VENUE)
    mint = rows.coin("mint")
    decimals, is_assumed = rows.pump_decimals(mint, venue)
    for name in ("tokenAmount", "initialBuy"):
        decimals = rows.fitting(name, decimals, is_assumed)
    sol = rows.units("solAmount", SOL_DECIMALS)
    token_units = _token_units(rows, pc.equal(kind, "create"), decimals, sol)
    rows.require_amounts(direction, ("tokenAmount", token_units), ("solAmount", sol))
    rows.refuse_impossible(mint, venue, decimals, ("tokenAmount", token_units), ("solAmount", sol))
    traded_at = rows.instant("received_at")
    trader = rows.address("traderPublicKey")
    rows.require("traderPublicKey", direction.is_valid())
    return {
        "traded_at": traded_at,
        "signature": rows.signature("signature"),
        "trader_address": trader,
        "token_mint": mint,
        "direction": direction,
        "token_units": token_units,
        "token_decimals": decimals,
        "is_decimals_assumed": is_assumed,
        "sol_lamports": sol,
        "fee_lamports": estimate_fees(venue, traded_at, sol),
        "fee_source": rows.same("estimated", pa.string()),
        "amount_basis": rows.same("curve", pa.string()),
        "venue": venue,
    }


def _token_units(rows: Rows, is_launch: pa.BooleanArray, decimals: pa.Int32Array, sol: pa.Int64Array) -> pa.Int64Array:
    """What was traded, in base units: in a launch `initialBuy`, else `tokenAmount`."""
    traded, bought_first = rows.units_at("tokenAmount", decimals), rows.units_at("initialBuy", decimals)
    is_bare = pc.or_(pc.equal(bought_first.fill_null(0), 0), sol.is_null())
    rows.refuse(pc.and_(is_launch, is_bare), Reason.NOT_A_TRADE, "txType")
    rows.require("tokenAmount", pc.invert(is_launch))
    rows.require("solAmount", pc.invert(is_launch))
    return pc.if_else(is_launch, bought_first, traded)


SOURCE = Source(
    name="pumpportal",
    arrival=Arrival.DAILY,
    formats=(Format.JSONL,),
    fields=(
        "received_at",
        "signature",
        "mint",
        "traderPublicKey",
        "txType",
        "tokenAmount",
        "solAmount",
        "initialBuy",
        "pool",
    ),
    ignored=(
        "newTokenBalance",
        "bondingCurveKey",
        "vTokensInBondingCurve",
        "vSolInBondingCurve",
        "tokensInPool",
        "solInPool",
        "marketCapSol",
        "name",
        "symbol",
        "uri",
        "is_mayhem_mode",
    ),
    optional=("traderPublicKey", "tokenAmount", "solAmount", "initialBuy"),
    volatile=("received_at",),
    sure_digits=FLOAT_DIGITS,
    token_places=6,
    time_field="received_at",
    precedence=7,
    decimals=Basis.CURVE,
    is_in_tokens=True,
    interpret=interpret,
    units="whole SOL (9 decimals) and whole tokens (6 on the curve, else assumed), curve-side, fees estimated",
    identity="signature",
    order="received_at, the collector's stamp",
)

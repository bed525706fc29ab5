"""`anchor_events`: events of the pump and PumpSwap programs as their bytes, one per line, in an envelope.

A line is `signature, slot, block_time, tx_index, event_index, program, data, encoding`. `data` is the event in base64
(as in `Program data:` logs) or in hex (with or without 0x, as in warehouses), with or without the tag of a self-call in
front. Layouts by version, and where they come from: `anchor/layouts.py`. The first 113 bytes of a `TradeEvent` are a
trade, whatever follows; bytes beyond every known layout are tolerated and counted (`trailing_bytes`).
Units: lamports and base units, integers, curve-side. Fees and reserves: `anchor/trades.py`; before 2025-05 the curve's
events state no fee, which is then estimated from the dated fee table.
Time: `block_time`, in unix seconds. The event's own clock runs seconds beside it; over an hour is `bad_timestamp`.
Identity: `signature`; one transaction may hold several events, told apart by amounts and then by `event_index`. The
programs say everything twice, in the log and in a call to themselves: a collector takes one of both, and numbers it.
Order: block_time, slot, tx_index, event_index.
Trades in a pool state no mint, only `pool_address`, which events about pools resolve. Their tokens are given 6
decimals, which holds for pump.fun's mints; the pool's event knows better.
`CreateEvent`, `CompleteEvent`, `CompletePumpAmmMigrationEvent`, `UpdateMayhemVirtualParamsEvent` and
`CreatePoolEvent` are no trades but facts about tokens; a pool whose base is SOL and whose quote is the coin is turned
round (`is_pool_reversed`). A trade that was paid in another coin is `non_sol_quote`, and may be the leg of a route.
Events that are neither are `not_a_trade` where they are known by name and `unknown_event` where not; another program is
`unknown_venue`; data that is no such event is `malformed`.
"""

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from pumploss.fees import estimate_fees
from pumploss.reasons import Reason
from sources.anchor import layouts, tokens, trades
from sources.anchor.draft import Draft
from sources.anchor.encodings import decoded
from sources.anchor.fields import Encoded, read
from sources.declaration import Arrival, Basis, Format, Source
from sources.interpreting.casts import MICROSECONDS, TIME
from sources.interpreting.rows import Rows

_VENUES = {layouts.PUMP: "pump_curve", layouts.PUMP_AMM: "pumpswap"}
_WRITERS = (
    (layouts.TRADE, trades.curve_trades),
    (layouts.BUY, trades.pool_buys),
    (layouts.SELL, trades.pool_sells),
    (layouts.CREATE, tokens.launches),
    (layouts.COMPLETE, tokens.completions),
    (layouts.MIGRATE, tokens.migrations),
    (layouts.REWRITE, tokens.rewrites),
    (layouts.CREATE_POOL, tokens.pools),
)
_NUMBERS = (
    "token_units", "sol_lamports", "virtual_sol_lamports", "virtual_token_units", "real_sol_lamports",
    "real_token_units", "trailing_bytes",
)  # fmt: skip
_ADDRESSES = ("trader_address", "token_mint", "pool_address", "creator_address", "quote_mint")


def interpret(rows: Rows) -> dict[str, pa.Array]:
    """The trades and token events of a block, in the columns of their tables."""
    venue = rows.choice("program", _VENUES, Reason.UNKNOWN_VENUE)
    encoding = rows.choice("encoding", {"base64": "base64", "hex": "hex"}, Reason.MALFORMED)
    at = rows.instant("block_time")
    envelope = {
        "slot": rows.integer("slot"),
        "tx_index": rows.integer("tx_index"),
        "event_index": rows.integer("event_index"),
        "signature": rows.signature("signature"),
    }
    encoded, is_wrong = decoded(rows.text("data"), encoding)
    rows.refuse(is_wrong | _is_short(encoded), Reason.MALFORMED, "data")
    seconds = pc.divide(pc.cast(at, pa.int64()), MICROSECONDS).fill_null(0).to_numpy()
    draft = Draft(len(encoded), seconds, lambda where, reason: rows.refuse(where, reason, "data"))
    _write(rows, draft, rows.text("program"), encoded)
    found = {name: draft.numbers(name) for name in _NUMBERS} | {name: draft.addresses(name) for name in _ADDRESSES}
    return {**envelope, **found, **_described(rows, draft, venue, at)}


def _is_short(encoded: Encoded) -> NDArray[np.bool_]:
    """Which events are too short to say what they are; texts without bytes are refused for that already."""
    short: NDArray[np.bool_] = encoded.ends - encoded.starts < layouts.TAG_BYTES
    return short


def _write(rows: Rows, draft: Draft, program: pa.StringArray, encoded: Encoded) -> None:
    """Reads the events kind by kind into the draft and refuses all others."""
    heads = encoded.windows(encoded.starts, layouts.TAG_BYTES).view(np.uint64)[:, 0]
    heads = np.where(rows.is_accepted, heads, 0)
    for address, ignored in layouts.IGNORED.items():
        is_known = ~pc.equal(program, address).fill_null(False).to_numpy(zero_copy_only=False)
        for event, write in _WRITERS:
            where = ~is_known & (heads == np.frombuffer(event.discriminator, np.uint64))
            if event.program == address and where.any():
                is_known |= where
                chosen = np.flatnonzero(where)
                write(draft.part(chosen, read(event, encoded.take(chosen))))
        discriminators = np.frombuffer(b"".join(map(layouts.discriminator, ignored)), np.uint64)
        is_ignored = ~is_known & np.isin(heads, discriminators)
        rows.refuse(is_ignored, Reason.NOT_A_TRADE, "data")
        rows.refuse(~is_known & ~is_ignored, Reason.UNKNOWN_EVENT, "data")


def _described(rows: Rows, draft: Draft, venue: pa.StringArray, at: pa.TimestampArray) -> dict[str, pa.Array]:
    """What is said in words, and what follows from other columns."""
    direction = pa.array(("sell", "buy")).take(draft.numbers("direction"))
    event_kind = pa.array(tokens.KINDS).take(draft.numbers("event_kind"))
    is_trade = direction.is_valid()
    sol, stated = draft.numbers("sol_lamports"), draft.numbers("fee_lamports")
    rows.require_amounts(direction, ("data", draft.numbers("token_units")), ("data", sol))
    fee_source = pc.if_else(stated.is_valid(), "event", "estimated")
    nothing = pa.scalar(None, TIME)
    return {
        "traded_at": pc.if_else(is_trade, at, nothing),
        "occurred_at": pc.if_else(event_kind.is_valid(), at, nothing),
        "event_kind": event_kind,
        "direction": direction,
        "token_decimals": pc.cast(draft.numbers("token_decimals"), pa.int32()),
        "is_pool_reversed": pc.cast(draft.numbers("is_pool_reversed"), pa.bool_()),
        "fee_lamports": pc.coalesce(stated, estimate_fees(venue, at, sol)),
        "fee_source": pc.if_else(is_trade, fee_source, None),
        "amount_basis": pc.if_else(is_trade, "curve", None),
        "is_decimals_assumed": pc.if_else(is_trade, False, None),
        "is_mayhem": pc.cast(draft.numbers("is_mayhem"), pa.bool_()),
        "venue": pc.if_else(is_trade, venue, None),
    }


SOURCE = Source(
    name="anchor_events",
    arrival=Arrival.DAILY,
    formats=(Format.JSONL,),
    fields=("signature", "slot", "block_time", "tx_index", "event_index", "program", "data", "encoding"),
    optional=("tx_index", "event_index"),
    time_field="block_time",
    precedence=1,
    decimals=Basis.EVENT,
    is_in_tokens=False,
    interpret=interpret,
    units="lamports and token base units, curve-side, fees from the event where it states them",
    identity="signature",
    order="block_time, slot, tx_index, event_index",
)

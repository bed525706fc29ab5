"""Estimates trading fees by venue and time: for sources that state none, and for what a sale would pay.

Total fees (protocol, liquidity providers, creator, platform) in basis points of the SOL amount, by venue and block
time.

On the curve and on PumpSwap the amounts of events are fee-exclusive, and so the fee of a trade is estimated from here
where its source states none. PumpSwap has had tiers by market cap since 2025-09-01; a trade does not state one, so the
tier up to 420 SOL is assumed, where a coin starts and where nearly all stay. Sources of the figures: the programs'
public documentation (`PUMP_PROGRAM_README`, `PUMP_SWAP_README`, `PUMP_CREATOR_FEE_README`, `FEE_PROGRAM_README`); the
creator's 5 basis points of May 2025 are from the press only.

Pools of Raydium, LaunchLab and Meteora keep their fee inside the amounts that move: a buyer hands over the SOL that the
fee is taken from, a seller gets what is left of it, or pays it in the token. So a source that states moved amounts has
the fee in them (`FEE_IS_INSIDE`: `included`, 0), and only an amount that is known to be net of fees gets one from here.
What a sale of a holding would pay:

- `raydium` 25: fixed in AMM v4 pools, and the usual tier of CPMM and CLMM pools (docs.raydium.io:
  `products/amm-v4/fees`, `ray/protocol-fees`). Other tiers are not stated by any trade.
- `launchlab` 125: 25 of the protocol and 100 of the platform that most coins are launched on, letsbonk
  (docs.raydium.io: LaunchLab and CPMM fee reference; Blockworks' LaunchLab page for the platform). Other platforms ask
  for 75 or more.
- `meteora` 100: every pool sets its own, up to 99 % at a launch; 1 % is the flat fee in the examples of its
  documentation (docs.meteora.ag: integrate with DAMM v2), and an assumption.
"""

from datetime import UTC, datetime

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from pumploss.errors import SourceError

BASIS_POINTS = 10_000

CREATOR_FEE_AT = datetime(2025, 5, 12, 11, tzinfo=UTC)
PROJECT_ASCEND_AT = datetime(2025, 9, 1, 20, tzinfo=UTC)
_BEGINNING = datetime(1, 1, 1, tzinfo=UTC)

#: Per venue, from which block time on how many basis points are taken in all.
FEES: dict[str, tuple[tuple[datetime, int], ...]] = {
    "pump_curve": ((_BEGINNING, 100), (CREATOR_FEE_AT, 95 + 5), (PROJECT_ASCEND_AT, 95 + 30)),
    "pumpswap": (
        (_BEGINNING, 20 + 5),
        (CREATOR_FEE_AT, 20 + 5 + 5),
        (PROJECT_ASCEND_AT, 2 + 93 + 30),
    ),
    "raydium": ((_BEGINNING, 25),),
    "launchlab": ((_BEGINNING, 25 + 100),),
    "meteora": ((_BEGINNING, 100),),
}
#: Venues whose moved amounts hold the fee.
FEE_IS_INSIDE = ("raydium", "launchlab", "meteora")


def fee_share_bps(venue: str, at: datetime) -> int:
    """Return the total fees of a venue in basis points; raises SourceError for an unknown venue."""
    if venue not in FEES:
        raise SourceError(f"no fees are known for venue {venue!r}; add them to FEES ({', '.join(FEES)})")
    return max(step for step in FEES[venue] if step[0] <= at)[1]


def estimate_fee(venue: str, at: datetime, sol_lamports: int) -> int:
    """Estimate the fees of a trade in lamports, rounded up as the programs do."""
    return -(-sol_lamports * fee_share_bps(venue, at) // BASIS_POINTS)


def fees_lamports(bps: NDArray[np.int64], sol_lamports: NDArray[np.int64]) -> NDArray[np.int64]:
    """Compute the fees of many trades in lamports, rounded up, exact for every amount that 64 bits hold."""
    # Divided first, because the product of amount and basis points may pass 64 bits; the rest alone is rounded up.
    whole, rest = np.divmod(sol_lamports, BASIS_POINTS)
    fees: NDArray[np.int64] = whole * bps - (-rest * bps // BASIS_POINTS)
    return fees


def fee_shares_bps(venue: str, at_microseconds: NDArray[np.int64]) -> NDArray[np.int64]:
    """Do what `fee_share_bps` does for many block times, in microseconds since 1970."""
    fee_share_bps(venue, _BEGINNING)  # raises for an unknown venue
    starts = np.array([int(start.timestamp()) * 1_000_000 for start, _ in FEES[venue]], np.int64)
    steps = np.array([bps for _, bps in FEES[venue]], np.int64)
    # The last step that starts at or before the time.
    return steps[np.maximum(np.searchsorted(starts, at_microseconds, side="right") - 1, 0)]


def estimate_fees(venue: pa.StringArray, traded_at: pa.TimestampArray, sol_lamports: pa.Int64Array) -> pa.Int64Array:
    """Do what `estimate_fee` does for columns; NULL where venue, time or amount is."""
    times = pc.cast(traded_at, pa.int64()).fill_null(0).to_numpy()
    bps = np.zeros(len(times), np.int64)
    for name in venue.drop_null().unique().to_pylist():
        where = pc.equal(venue, name).fill_null(False).to_numpy(zero_copy_only=False)
        bps[where] = fee_shares_bps(name, times[where])
    fees = fees_lamports(bps, sol_lamports.fill_null(0).to_numpy())
    is_known = pc.and_(pc.and_(venue.is_valid(), traded_at.is_valid()), sol_lamports.is_valid())
    return pc.if_else(is_known, pa.array(fees), None)

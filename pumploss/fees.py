"""Trading fees over time, for sources that state none.

Total fees (protocol, liquidity providers, creator) in basis points of the curve-side SOL amount, by
venue and block time. PumpSwap has had tiers by market cap since 2025-09-01; a trade does not state
one, so the tier up to 420 SOL is assumed, where a coin starts and where nearly all stay. Sources of
the figures: the programs' public documentation (`PUMP_PROGRAM_README`, `PUMP_SWAP_README`,
`PUMP_CREATOR_FEE_README`, `FEE_PROGRAM_README`); the creator's 5 basis points of May 2025 are from
the press only.
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
}


def fee_share_bps(venue: str, at: datetime) -> int:
    """Total fees of a venue in basis points; raises SourceError for an unknown venue."""
    if venue not in FEES:
        raise SourceError(f"no fees are known for venue {venue!r}; add them to FEES ({', '.join(FEES)})")
    return max(step for step in FEES[venue] if step[0] <= at)[1]


def estimate_fee(venue: str, at: datetime, sol_lamports: int) -> int:
    """Estimated fees in lamports, rounded up as the programs do."""
    return -(-sol_lamports * fee_share_bps(venue, at) // BASIS_POINTS)


def fees_lamports(bps: NDArray[np.int64], sol_lamports: NDArray[np.int64]) -> NDArray[np.int64]:
    """Fees of many trades, rounded up, exact for every amount that 64 bits hold."""
    whole, rest = np.divmod(sol_lamports, BASIS_POINTS)
    fees: NDArray[np.int64] = whole * bps - (-rest * bps // BASIS_POINTS)
    return fees


def fee_shares_bps(venue: str, at_microseconds: NDArray[np.int64]) -> NDArray[np.int64]:
    """`fee_share_bps` for many block times, in microseconds since 1970."""
    fee_share_bps(venue, _BEGINNING)
    starts = np.array([int(start.timestamp()) * 1_000_000 for start, _ in FEES[venue]], np.int64)
    steps = np.array([bps for _, bps in FEES[venue]], np.int64)
    return steps[np.maximum(np.searchsorted(starts, at_microseconds, side="right") - 1, 0)]


def estimate_fees(venue: pa.StringArray, traded_at: pa.TimestampArray, sol_lamports: pa.Int64Array) -> pa.Int64Array:
    """`estimate_fee` for columns; NULL where venue, time or amount is."""
    times = pc.cast(traded_at, pa.int64()).fill_null(0).to_numpy()
    bps = np.zeros(len(times), np.int64)
    for name in venue.drop_null().unique().to_pylist():
        where = pc.equal(venue, name).fill_null(False).to_numpy(zero_copy_only=False)
        bps[where] = fee_shares_bps(name, times[where])
    fees = fees_lamports(bps, sol_lamports.fill_null(0).to_numpy())
    is_known = pc.and_(pc.and_(venue.is_valid(), traded_at.is_valid()), sol_lamports.is_valid())
    return pc.if_else(is_known, pa.array(fees), None)

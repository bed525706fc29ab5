"""Estimates trading fees by venue and time: for sources that state none, and for what a sale would pay.

Fees of protocol, liquidity providers, creator and platform in basis points of the SOL amount, by venue and block time.

The curve's one fee was rounded down until 2025-05-12 11:00 UTC: of 339 trades of 2024 and early 2025 whose curve amount
follows from the reserves around them, the balances of 281 say so, the rest decides nothing. Since then events state
their fees, and each component is rounded up by itself; so is each of PumpSwap's, from its first event on. What is
estimated is the sum of the rounded components.

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
from itertools import zip_longest
from typing import NamedTuple

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from pumploss.errors import SourceError

BASIS_POINTS = 10_000

CREATOR_FEE_AT = datetime(2025, 5, 12, 11, tzinfo=UTC)
PROJECT_ASCEND_AT = datetime(2025, 9, 1, 20, tzinfo=UTC)
_BEGINNING = datetime(1, 1, 1, tzinfo=UTC)


class Era(NamedTuple):
    """What a venue takes from a block time on: who gets how much, in basis points, each rounded by itself."""

    since: datetime
    components: tuple[int, ...]
    is_rounded_up: bool = True

    @property
    def total(self) -> int:
        """Return all basis points together."""
        return sum(self.components)


FEES: dict[str, tuple[Era, ...]] = {
    # Protocol; then protocol and creator.
    "pump_curve": (
        Era(_BEGINNING, (100,), is_rounded_up=False),
        Era(CREATOR_FEE_AT, (95, 5)),
        Era(PROJECT_ASCEND_AT, (95, 30)),
    ),
    # Liquidity providers and protocol; then the creator, too.
    "pumpswap": (
        Era(_BEGINNING, (20, 5)),
        Era(CREATOR_FEE_AT, (20, 5, 5)),
        Era(PROJECT_ASCEND_AT, (2, 93, 30)),
    ),
    "raydium": (Era(_BEGINNING, (25,)),),
    "launchlab": (Era(_BEGINNING, (25 + 100,)),),
    "meteora": (Era(_BEGINNING, (100,)),),
}
#: Venues whose moved amounts hold the fee.
FEE_IS_INSIDE = ("raydium", "launchlab", "meteora")


def fee_share_bps(venue: str, at: datetime) -> int:
    """Return the total fees of a venue in basis points; raises SourceError for an unknown venue."""
    return _era(venue, at).total


def estimate_fee(venue: str, at: datetime, sol_lamports: int) -> int:
    """Estimate the fees of a trade in lamports: the sum of its era's components, each rounded as the program did."""
    era = _era(venue, at)
    most = BASIS_POINTS - 1 if era.is_rounded_up else 0
    return sum((sol_lamports * points + most) // BASIS_POINTS for points in era.components)


def _era(venue: str, at: datetime) -> Era:
    if venue not in FEES:
        raise SourceError(f"no fees are known for venue {venue!r}; add them to FEES ({', '.join(FEES)})")
    return max(era for era in FEES[venue] if era.since <= at)


def fees_lamports(venue: str, at_microseconds: NDArray[np.int64], sol_lamports: NDArray[np.int64]) -> NDArray[np.int64]:
    """Do what `estimate_fee` does for many trades of a venue, exact for every amount that 64 bits hold.

    Block times are in microseconds since 1970.
    """
    _era(venue, _BEGINNING)  # raises for an unknown venue
    starts = np.array([int(era.since.timestamp()) * 1_000_000 for era in FEES[venue]], np.int64)
    # The last era that starts at or before the time.
    number = np.maximum(np.searchsorted(starts, at_microseconds, side="right") - 1, 0)
    most = np.array([BASIS_POINTS - 1 if era.is_rounded_up else 0 for era in FEES[venue]], np.int64)[number]
    # Divided first, because the product of amount and basis points may pass 64 bits; the rest alone is rounded.
    whole, rest = np.divmod(sol_lamports, BASIS_POINTS)
    fees = np.zeros(len(sol_lamports), np.int64)
    for component in zip_longest(*(era.components for era in FEES[venue]), fillvalue=0):
        points = np.array(component, np.int64)[number]
        fees += whole * points + (rest * points + most) // BASIS_POINTS
    return fees


def estimate_fees(venue: pa.StringArray, traded_at: pa.TimestampArray, sol_lamports: pa.Int64Array) -> pa.Int64Array:
    """Do what `estimate_fee` does for columns; NULL where venue, time or amount is."""
    times = pc.cast(traded_at, pa.int64()).fill_null(0).to_numpy()
    amounts, fees = sol_lamports.fill_null(0).to_numpy(), np.zeros(len(times), np.int64)
    for name in venue.drop_null().unique().to_pylist():
        where = pc.equal(venue, name).fill_null(False).to_numpy(zero_copy_only=False)
        fees[where] = fees_lamports(name, times[where], amounts[where])
    is_known = pc.and_(pc.and_(venue.is_valid(), traded_at.is_valid()), sol_lamports.is_valid())
    return pc.if_else(is_known, pa.array(fees), None)

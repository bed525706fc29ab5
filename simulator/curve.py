"""Computes bonding curve, pool and fees in whole lamports and token units, compiled.

Both venues hold a product of two reserves that a trade may raise by rounding and never lowers, so no sequence of sells
can take out more SOL than buys put in. Products need up to 86 bits; quotients stay below 2^53.
"""

from typing import Final

from pumploss.compiled import compiled
from pumploss.fees import BASIS_POINTS
from pumploss.money import (
    INITIAL_REAL_TOKEN_UNITS,
    INITIAL_VIRTUAL_TOKEN_UNITS,
    TOKEN_SUPPLY_UNITS,
)
from simulator.arrays import Int64s

#: Protocol 95 and creator 30 basis points since 2025-09-01 (pump-public-docs, `FEE_PROGRAM_README.md`). PumpSwap's
#: lowest tier has the same sum; here it holds for every pool, and none of it stays in the pool.
FEE_BASIS_POINTS: Final = 125
#: Virtual token reserve at which the real one is 0 and the curve is complete.
COMPLETE_VIRTUAL_TOKEN_UNITS: Final = INITIAL_VIRTUAL_TOKEN_UNITS - INITIAL_REAL_TOKEN_UNITS
#: What a complete curve hands to its pool: the unsold supply, and the SOL raised less this fee.
POOL_TOKEN_UNITS: Final = TOKEN_SUPPLY_UNITS - INITIAL_REAL_TOKEN_UNITS
MIGRATION_FEE_LAMPORTS: Final = 15_000_001


def fees_of(lamports: Int64s) -> Int64s:
    """Compute the fees on curve-side amounts, each rounded up to a lamport."""
    return -(-lamports * FEE_BASIS_POINTS // BASIS_POINTS)


@compiled
def ceil_ratio(a: int, b: int, divisor: int) -> int:
    """Compute `ceil(a * b / divisor)` for positive integers whose quotient is below 2^53.

    The float estimate is off by a few units at most, so the remainder fits 64 bits although the product does not:
    wrapping arithmetic gives it exactly.
    """
    # a * b passes 64 bits, so it is never made as an integer: the estimate comes from doubles.
    quotient = int(float(a) * float(b) / float(divisor))
    # Products and difference wrap modulo 2^64; the true difference is small, so it comes out exact.
    remainder = a * b - quotient * divisor
    while remainder < 0:
        quotient -= 1
        remainder += divisor
    while remainder >= divisor:
        quotient += 1
        remainder -= divisor
    return quotient + 1 if remainder > 0 else quotient


@compiled
def bought_units(sol: int, tokens: int, paid: int) -> int:
    """Compute the token units that `paid` lamports buy from the reserves `sol` and `tokens`."""
    return tokens - ceil_ratio(sol, tokens, sol + paid)


@compiled
def sold_lamports(sol: int, tokens: int, units: int) -> int:
    """Compute the lamports that `units` tokens fetch from the reserves `sol` and `tokens`."""
    return sol - ceil_ratio(sol, tokens, tokens + units)


@compiled
def completing_lamports(sol: int, tokens: int) -> int:
    """Compute the lamports that buy every token the curve still sells."""
    return ceil_ratio(sol, tokens, COMPLETE_VIRTUAL_TOKEN_UNITS) - sol

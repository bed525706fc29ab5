"""Gives each trader the shard key of every table that is kept by trader."""

import xxhash

COHORTS = 16
#: Seed of the engines' own `xxhash64`.
_SEED = 42


def trader_cohort(address: str) -> int:
    """Compute the cohort of a wallet, 0 to 15, as `pmod(xxhash64(trader_address), 16)` gives it on every engine."""
    # The remainder of a signed number by a power of two is that of the unsigned one.
    return int(xxhash.xxh64_intdigest(address.encode(), seed=_SEED)) % COHORTS

"""Turns what a cohort's traders did in mints into one row per trader and day: `gold_trader_mints`."""

import numpy as np
import pyarrow as pa

from features.tapes.grouping import Keyed
from pumploss.tables.gold_trader_mints import TABLE

#: What is read of each trader, mint and day; the two last are of mints whose volatility is known, else 0.
MINT_DAYS = (
    "trader_address", "trader_cohort", "day", "known_at", "mint_number", "buy_cost_lamports", "is_first_seen",
    "volatile_cost_lamports", "volatility_cost_millis",
)  # fmt: skip
_SUMS = {
    "first_seen_mint_count": "is_first_seen", "volatile_cost_lamports": "volatile_cost_lamports",
    "volatility_cost_millis": "volatility_cost_millis",
}  # fmt: skip


def mints_of(mint_days: pa.Table) -> pa.Table:
    """Make rows of `gold_trader_mints` from all rows of some traders and days, in any order."""
    number = _ints(mint_days["mint_number"])
    keyed = Keyed.of(mint_days, "day", number)
    groups = np.unique(keyed.keys)
    own = mint_days.take(pa.array(keyed.rows[keyed.begins(groups)[:-1]]))
    known_at = np.full(len(groups), np.iinfo(np.int64).min)
    keyed.latest(groups, _ints(mint_days["known_at"]), known_at)
    columns = {
        **{name: own[name] for name in ("trader_address", "trader_cohort", "day")},
        "mint_numbers": keyed.lists(groups, number),
        "mint_costs": keyed.lists(groups, _ints(mint_days["buy_cost_lamports"])),
        **{name: pa.array(keyed.sums(groups, _ints(mint_days[of]))) for name, of in _SUMS.items()},
        "known_at": pa.array(known_at),
    }
    return pa.table({name: columns[name] for name in TABLE.names}).cast(TABLE.arrow_schema)


def _ints(column: pa.ChunkedArray) -> np.ndarray:
    values: np.ndarray = column.cast(pa.int64()).to_numpy()
    return values

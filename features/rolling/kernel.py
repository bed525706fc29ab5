"""Computes one cohort of traders: daily facts and events in, one row per trader and T out."""

from collections.abc import Callable
from datetime import date

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from features.eligibility import is_eligible
from features.rolling import loops
from features.rolling.equity_paths import equity_paths
from features.rolling.hours import hours
from features.rolling.mint_loops import mint_counts
from features.rolling.rows import SortedRows, by_known_trader, by_trader
from features.rolling.sums import slice_sums, wide
from features.windows import AS_OF_DAY, EVENT_MEASURES, LEVELS, LOOKBACK_DAYS, SUMS, bounds, summed, windowed_columns

Kernel = Callable[[pa.Table, pa.Table], pa.Table]


def kernel(as_of_days: tuple[date, ...]) -> Kernel:
    """Make the function that turns the facts of a cohort (`daily`, `gold_trader_mints`) into its rows for these T.

    A trader has a row for every T at which it is eligible.
    """
    wanted = np.array(as_of_days, "datetime64[D]").astype("int64")

    def windowed(daily: pa.Table, mint_days: pa.Table) -> pa.Table:
        return _windowed(daily, mint_days, wanted)

    return windowed


def _windowed(daily: pa.Table, mint_days: pa.Table, wanted: np.ndarray) -> pa.Table:
    schema = pa.schema([pa.field(name, kind.arrow) for name, kind in windowed_columns().items()])
    traders = pc.unique(daily["trader_address"])
    days = by_trader(daily, traders)
    # All pairs of trader and T, in this order: so is the result.
    owners, as_of = (grid.ravel() for grid in np.meshgrid(np.arange(len(traders)), wanted, indexing="ij"))
    eligible = _eligible(days, *bounds(days.keys, owners, as_of, LOOKBACK_DAYS))
    owners, as_of = owners[eligible], as_of[eligible]
    first, end = bounds(days.keys, owners, as_of, LOOKBACK_DAYS)
    # A window that is eligible has rows, so the one before its end is the trader's latest day before T.
    latest = days.rows(end - 1, ("trader_address", "trader_cohort", *LEVELS))
    known_at = np.zeros(len(owners), np.int64)
    loops.window_maximum(first, end, days.ints("known_at"), known_at)
    columns = {
        **{name: latest[name] for name in latest.column_names},
        AS_OF_DAY: pa.array(as_of.astype(np.int32)).cast(pa.date32()),
        **_sums(days, owners, as_of),
        **equity_paths(days, owners, as_of),
        **hours(days, owners, as_of),
        **_mints(mint_days, traders, owners, as_of, known_at),
    }
    columns["known_at"] = pa.array(known_at).cast(schema.field("known_at").type)
    return pa.table({name: columns[name] for name in schema.names}).cast(schema)


def _eligible(days: SortedRows, first: np.ndarray, end: np.ndarray) -> np.ndarray:
    """Number the windows whose trader is eligible at their end."""
    # Who has no row in the window has not bought in it; nor would there be a row before its end to take levels from.
    seen = np.flatnonzero(end > first)
    first, end = first[seen], end[seen]
    buys, sold, matched = (
        slice_sums(days.array(fact), first, end).to_numpy()
        for fact in ("buy_count", "sell_net_lamports", "proceeds_lamports")
    )
    trades, mints = (days.ints(name)[end - 1] for name in ("trade_count_close", "mint_count_close"))
    eligible: np.ndarray = seen[is_eligible(buys, trades, mints, sold, matched)]
    return eligible


def _sums(days: SortedRows, owners: np.ndarray, as_of: np.ndarray) -> dict[str, pa.Array]:
    # Bounds depend on a window's length alone, so they are looked up once per length and not once per sum.
    lengths = {length for windows in SUMS.values() for length in windows}
    slices = {length: bounds(days.keys, owners, as_of, length) for length in lengths}
    return {
        summed(fact, length): slice_sums(days.array(fact), *slices[length])
        for fact, windows in SUMS.items()
        for length in windows
    }


def _mints(
    mint_days: pa.Table, traders: pa.Array, owners: np.ndarray, as_of: np.ndarray, known_at: np.ndarray
) -> dict[str, pa.Array]:
    """Compute `EVENT_MEASURES` per trader and T; `known_at` is raised where a mint's day became known later."""
    mints = by_known_trader(mint_days, traders)
    own = bounds(mints.keys, owners, as_of, LOOKBACK_DAYS)
    loops.window_maximum(*own, mints.ints("known_at"), known_at)
    items = mints.slices("mint_numbers", *own)
    distinct, top, squares = mint_counts(*items, mints.items("mint_numbers"), mints.items("mint_costs"))
    sums = (slice_sums(mints.array(name.removesuffix("_30d")), *own) for name in list(EVENT_MEASURES)[3:])
    return dict(zip(EVENT_MEASURES, (pa.array(distinct), pa.array(top), wide(squares), *sums), strict=True))

"""One cohort of traders: sorted daily facts and events in, one row per trader and T out."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from features.rolling import loops
from features.rolling.sums import slice_sums
from features.windows import AS_OF_DAY, EVENT_MEASURES, LEVELS, LOOKBACK_DAYS, SUMS, bounds, key, summed, windowed_columns

Kernel = Callable[[pa.Table, pa.Table], pa.Table]


@dataclass(frozen=True)
class _Rows:
    """Rows sorted by trader and day, then by `order`; `keys` are what window bounds are looked up in."""

    table: pa.Table
    keys: np.ndarray

    def ints(self, name: str) -> np.ndarray:
        """A column without missing values as 64-bit integers (booleans 0 and 1, times in microseconds)."""
        column = self.table[name].combine_chunks()
        return column.cast(pa.int64()).to_numpy(zero_copy_only=False)


def kernel(as_of_days: tuple[date, ...]) -> Kernel:
    """The function that turns the facts of a cohort (`daily`, `events`) into its rows for these T."""
    wanted = np.array(as_of_days, "datetime64[D]").astype("int64")

    def windowed(daily: pa.Table, events: pa.Table) -> pa.Table:
        return _windowed(daily, events, wanted)

    return windowed


def _windowed(daily: pa.Table, events: pa.Table, wanted: np.ndarray) -> pa.Table:
    traders = pc.unique(daily["trader_address"])
    if not len(traders):
        return _schema().empty_table()
    days = _sorted(daily, traders)
    owners, as_of = (grid.ravel() for grid in np.meshgrid(np.arange(len(traders)), wanted, indexing="ij"))
    first, end = bounds(days.keys, owners, as_of, LOOKBACK_DAYS)
    seen = end > first
    owners, as_of, first, end = owners[seen], as_of[seen], first[seen], end[seen]
    latest = days.table.take(pa.array(end - 1))
    known_at = days.ints("known_at")[end - 1]
    loops.window_maximum(first, end, days.ints("known_at"), known_at)
    columns = {
        "trader_address": latest["trader_address"],
        "trader_cohort": latest["trader_cohort"],
        AS_OF_DAY: pa.array(as_of.astype("int32")).cast(pa.date32()),
        **{name: latest[name] for name in LEVELS},
        **_sums(days, owners, as_of),
        **_events(_sorted_events(events, traders), owners, as_of, known_at),
    }
    columns["known_at"] = pa.array(known_at).cast(pa.timestamp("us", tz="UTC"))
    return pa.table({name: columns[name] for name in _schema().names}).cast(_schema())


def _schema() -> pa.Schema:
    return pa.schema([pa.field(name, kind.arrow) for name, kind in windowed_columns().items()])


def _sorted(table: pa.Table, traders: pa.Array, *order: np.ndarray) -> _Rows:
    """The rows of these traders, sorted by trader, day and `order` (most significant last)."""
    codes = pc.index_in(table["trader_address"], traders).combine_chunks()
    days = table["day"].cast(pa.int32()).to_numpy()
    keys = key(codes.to_numpy(zero_copy_only=False), days)
    places = np.lexsort((*order, keys))
    return _Rows(table.take(pa.array(places)), keys[places])


def _sums(days: _Rows, owners: np.ndarray, as_of: np.ndarray) -> dict[str, pa.Array]:
    lengths = sorted({length for windows in SUMS.values() for length in windows})
    slices = {length: bounds(days.keys, owners, as_of, length) for length in lengths}
    return {
        summed(fact, length): slice_sums(days.table[fact].combine_chunks(), *slices[length])
        for fact, windows in SUMS.items()
        for length in windows
    }


def _sorted_events(events: pa.Table, traders: pa.Array) -> tuple[_Rows, _Rows]:
    """Mints by trader, day and mint; matched sells by trader, day and the order in which they happened."""
    known = events.filter(pc.is_in(events["trader_address"], traders))
    mints, sells = known.filter(pc.invert(known["is_sell"])), known.filter(known["is_sell"])
    order = [sells["order_in_mint_day"].to_numpy(), _ranks(sells["token_mint"]), _micros(sells["traded_at"])]
    return _sorted(mints, traders, _ranks(mints["token_mint"])), _sorted(sells, traders, *order)


def _micros(times: pa.ChunkedArray) -> np.ndarray:
    return times.cast(pa.int64()).to_numpy()


def _ranks(texts: pa.ChunkedArray) -> np.ndarray:
    """The place of each text among the distinct texts in order."""
    encoded = texts.combine_chunks().dictionary_encode()
    places = pc.sort_indices(encoded.dictionary).to_numpy()
    ranks = np.empty(len(places), np.int64)
    ranks[places] = np.arange(len(places))
    return ranks[encoded.indices.to_numpy()]


def _events(
    rows: tuple[_Rows, _Rows], owners: np.ndarray, as_of: np.ndarray, known_at: np.ndarray
) -> dict[str, pa.Array]:
    mints, sells = rows
    own_mints = bounds(mints.keys, owners, as_of, LOOKBACK_DAYS)
    own_sells = bounds(sells.keys, owners, as_of, LOOKBACK_DAYS)
    for found, own in ((mints, own_mints), (sells, own_sells)):
        loops.window_maximum(*own, found.ints("known_at"), known_at)
    ranks, cost = _ranks(mints.table["token_mint"]), mints.ints("buy_cost_lamports")
    size = int(ranks.max(initial=-1)) + 1
    counts = loops.mint_counts(*own_mints, ranks, cost, mints.ints("is_first_seen"), size)
    volatility = mints.table["volatility"].to_numpy()
    known, weighted = loops.weighted_volatility(*own_mints, cost, volatility)
    values = (*counts, known, weighted, loops.longest_run(*own_sells, sells.ints("is_loss")))
    return dict(zip(EVENT_MEASURES, map(pa.array, values), strict=True))

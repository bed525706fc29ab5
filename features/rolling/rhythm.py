"""Windows over rhythms: rows of `gold_trader_rhythm` in, one row of measures per trader and T out."""

from collections.abc import Collection
from datetime import date

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from features.rolling import loops
from features.rolling.rows import by_trader
from features.rolling.sums import slice_sums
from features.windows import AS_OF_DAY, LOOKBACK_DAYS, bounds
from pumploss.contract import Type
from pumploss.tables.gold_trader_rhythm import GAP_BINS

#: What is summed over 30 days.
SUMS = (
    "gap_count", "short_gap_count", "gap_seconds", "gap_seconds_squared", "session_count", "session_seconds",
    "losing_session_count", "stopped_session_count", "repeated_buy_count", "bounce_count",
)  # fmt: skip
#: Quantiles of the pauses of 30 days, in seconds.
QUANTILES = {"gap_p10_seconds_30d": 0.1, "gap_median_seconds_30d": 0.5}

COLUMNS = {
    "trader_address": Type.STRING,
    AS_OF_DAY: Type.DATE,
    "rhythm_known_at": Type.TIMESTAMP,
    **{f"{name}_30d": Type.WIDE if name.endswith("squared") else Type.BIGINT for name in SUMS},
    **dict.fromkeys(QUANTILES, Type.DOUBLE),
    "most_active_hours_30d": Type.BIGINT,
}


def measured(rhythm: pa.Table, as_of_days: Collection[date]) -> pa.Table:
    """Make `COLUMNS` for every trader and T with a trade in the 30 days before T."""
    wanted = np.array(sorted(as_of_days), "datetime64[D]").astype("int64")
    schema = pa.schema([pa.field(name, kind.arrow) for name, kind in COLUMNS.items()])
    traders = pc.unique(rhythm["trader_address"])
    rows = by_trader(rhythm, traders)
    owners, as_of = (grid.ravel() for grid in np.meshgrid(np.arange(len(traders)), wanted, indexing="ij"))
    first, end = bounds(rows.keys, owners, as_of, LOOKBACK_DAYS)
    seen = np.flatnonzero(end > first)
    owners, as_of, first, end = owners[seen], as_of[seen], first[seen], end[seen]
    known_at, hours = np.zeros(len(seen), np.int64), np.zeros(len(seen), np.int64)
    loops.window_maximum(first, end, rows.ints("known_at"), known_at)
    loops.window_maximum(first, end, rows.ints("active_hour_count"), hours)
    bins = rows.items("gap_bins").reshape(len(rows.keys), GAP_BINS)
    running = np.vstack([np.zeros(bins.shape[1], np.int64), np.cumsum(bins, axis=0)])
    by_length = running[end] - running[first]
    columns = {
        "trader_address": traders.take(pa.array(owners)),
        AS_OF_DAY: pa.array(as_of.astype(np.int32)).cast(pa.date32()),
        "rhythm_known_at": pa.array(known_at).cast(schema.field("rhythm_known_at").type),
        **{f"{name}_30d": slice_sums(rows.array(name), first, end) for name in SUMS},
        **{name: quantile(by_length, part) for name, part in QUANTILES.items()},
        "most_active_hours_30d": pa.array(hours),
    }
    return pa.table({name: columns[name] for name in schema.names}).cast(schema)


def quantile(by_length: np.ndarray, part: float) -> pa.Array:
    """Read a quantile off histograms of pauses, one per row, in seconds; missing for an empty one.

    The first bin is of 0 s, bin k of 2^(k-1) to below 2^k; inside a bin pauses are taken as even on a scale of
    logarithms, so the result is exact to the bin and at most twice or half the true one.
    """
    counts = by_length.sum(axis=1)
    # The first bin up to which at least this part of all pauses lies; 1 for none, so that it exists.
    wanted = np.maximum(np.ceil(part * counts), 1)
    below = np.cumsum(by_length, axis=1)
    place = np.argmax(below >= wanted[:, None], axis=1)
    row = np.arange(len(place))
    inside = np.maximum(by_length[row, place], 1)
    share = (wanted - (below[row, place] - by_length[row, place]) - 0.5) / inside
    seconds = np.where(place == 0, 0.0, np.exp2(place - 1 + share))
    return pa.array(np.round(seconds, 9), mask=counts == 0)

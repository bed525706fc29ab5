"""Measures the positions of one cohort: windowed facts and round trips in, the same rows with `MEASURES` out."""

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from features.rolling import loops
from features.rolling.position_holds import hold_times
from features.rolling.position_rows import Trips, Windows
from features.rolling.rows import epoch_days
from features.windows import AS_OF_DAY, LOOKBACK_DAYS, bounds, first_days, windowed_columns
from pumploss.contract import Type

#: What is measured of the positions of the 30 days before T. Doubles are missing where they are undefined.
MEASURES = {
    "opened_position_count_30d": Type.BIGINT,
    "still_open_position_count_30d": Type.BIGINT,
    "hold_p10_seconds_30d": Type.DOUBLE,
    "hold_median_seconds_30d": Type.DOUBLE,
    "hold_p90_seconds_30d": Type.DOUBLE,
    "held_under_60s_share_30d": Type.DOUBLE,
    "held_over_24h_share_30d": Type.DOUBLE,
    "closed_position_count_30d": Type.BIGINT,
    "closed_hold_micros_30d": Type.BIGINT,
}


def columns() -> dict[str, Type]:
    """List name and type of the columns of `with_positions`."""
    return {**windowed_columns(), **MEASURES}


def with_positions(windowed: pa.Table, round_trips: pa.Table) -> pa.Table:
    """Add `MEASURES` to each row, a trader and a T, and raise `known_at` where a round trip became known later."""
    schema = pa.schema([pa.field(name, kind.arrow) for name, kind in columns().items()])
    traders = pc.unique(windowed["trader_address"])
    trips = Trips.of(round_trips, traders)
    windows = _windows(windowed, trips, traders)
    known_at = windowed["known_at"].cast(pa.int64()).to_numpy().copy()
    loops.window_maximum(windows.first, windows.end, trips.rows.ints("known_at"), known_at)
    measured = {
        **{name: windowed[name] for name in windowed.column_names},
        "known_at": pa.array(known_at).cast(schema.field("known_at").type),
        **_holds(trips, windows),
        **_sums(trips, windows),
    }
    return pa.table({name: measured[name] for name in schema.names}).cast(schema)


def _windows(windowed: pa.Table, trips: Trips, traders: pa.Array) -> Windows:
    owners = pc.index_in(windowed["trader_address"], traders).to_numpy()
    as_of = epoch_days(windowed[AS_OF_DAY])
    first, end = bounds(trips.rows.keys, owners, as_of, LOOKBACK_DAYS)
    return Windows(first, end, as_of, first_days(as_of, LOOKBACK_DAYS))


def _holds(trips: Trips, windows: Windows) -> dict[str, pa.Array]:
    names = list(MEASURES)[:7]
    counts, estimates = hold_times(
        windows.first, windows.end, windows.as_of, windows.start,
        trips.until, trips.ints("entered"), trips.ints("exited"), trips.ints("is_closed"),
    )  # fmt: skip
    return dict(zip(names, map(optional, (*counts, *estimates)), strict=True))


def _sums(trips: Trips, windows: Windows) -> dict[str, pa.Array]:
    """Sum up closed positions: one that is closed has no later row, so a window holds it once."""
    closed = trips.ints("is_closed")
    held = closed * (trips.ints("exited") - trips.ints("entered"))
    return {
        "closed_position_count_30d": windows.sums(closed),
        "closed_hold_micros_30d": windows.sums(held),
    }


def optional(values: np.ndarray) -> pa.Array:
    """Convert figures, those that are NaN to missing."""
    return pa.array(values, from_pandas=True)

"""Measures the positions of one cohort: windowed facts and round trips in, the same rows with `MEASURES` out."""

from collections.abc import Iterable

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from features.rolling import loops
from features.rolling.position_habits import habits
from features.rolling.position_holds import hold_times
from features.rolling.position_measures import ADDED, FAST_MICROS, HABITS, HOLDS, RUNS, SUMS
from features.rolling.position_outcomes import added_buys, losing_runs
from features.rolling.position_rows import Trips, Windows
from features.rolling.rows import epoch_days
from features.windows import AS_OF_DAY, LOOKBACK_DAYS, bounds, first_days, windowed_columns
from pumploss.contract import Type

#: What is measured of the positions of the 30 days before T. Doubles are missing where they are undefined.
MEASURES = {**HOLDS, **SUMS, **RUNS, **ADDED, **HABITS}


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
    loops.window_maximum(windows.first, windows.end, trips.ints("known_at"), known_at)
    measured = {
        **{name: windowed[name] for name in windowed.column_names},
        "known_at": pa.array(known_at).cast(schema.field("known_at").type),
        **_named(HOLDS, _holds(trips, windows)),
        **_named(SUMS, (windows.sums(values) for values in _summed(trips))),
        **_named(RUNS, _runs(trips, windows)),
        **_named(ADDED, _added(trips, windows)),
        **_named(HABITS, habits(trips, windows, windowed["capital_lamports_30d"].to_numpy())),
    }
    return pa.table({name: measured[name] for name in schema.names}).cast(schema)


def _windows(windowed: pa.Table, trips: Trips, traders: pa.Array) -> Windows:
    owners = pc.index_in(windowed["trader_address"], traders).to_numpy()
    as_of = epoch_days(windowed[AS_OF_DAY])
    return Windows(owners, as_of, first_days(as_of, LOOKBACK_DAYS), *bounds(trips.keys, owners, as_of, LOOKBACK_DAYS))


def _named(names: Iterable[str], figures: Iterable[np.ndarray]) -> dict[str, pa.Array]:
    """Name figures in order, those that are NaN missing."""
    return {name: pa.array(values, from_pandas=True) for name, values in zip(names, figures, strict=True)}


def _holds(trips: Trips, windows: Windows) -> Iterable[np.ndarray]:
    counts, estimates = hold_times(
        windows.first, windows.end, windows.as_of, windows.start,
        trips.until, trips.ints("entered"), trips.ints("exited"), trips.ints("is_closed"),
    )  # fmt: skip
    return (*counts, *estimates)


def _summed(trips: Trips) -> Iterable[np.ndarray]:
    """List what is summed over closed positions: one that is closed has no later row, so a window holds it once."""
    closed = trips.ints("is_closed")
    made = closed * trips.ints("realised_pnl_lamports")
    held = closed * (trips.ints("exited") - trips.ints("entered"))
    return (
        closed,
        (made > 0).astype(np.int64),
        (made < 0).astype(np.int64),
        held,
        np.maximum(made, 0),
        np.maximum(-made, 0),
        ((made > 0) & (held <= FAST_MICROS)).astype(np.int64),
    )


def _runs(trips: Trips, windows: Windows) -> Iterable[np.ndarray]:
    return losing_runs(windows.first, windows.end, trips.ints("is_closed"), trips.ints("realised_pnl_lamports"))


def _added(trips: Trips, windows: Windows) -> Iterable[np.ndarray]:
    return added_buys(
        windows.first, windows.end, windows.as_of, windows.start,
        trips.until, trips.ints("entered"), trips.ints("buy_count"), trips.ints("averaged_down_count"),
    )  # fmt: skip

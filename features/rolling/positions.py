"""Measures the positions of one cohort: windowed facts and daily rows in, the same facts with `MEASURES` out."""

from collections.abc import Iterable

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from features.rolling import loops
from features.rolling.position_habits import habits
from features.rolling.position_holds import hold_times
from features.rolling.position_measures import ADDED, HABITS, HOLDS, RUNS, SUMS
from features.rolling.position_outcomes import added_buys, losing_runs
from features.rolling.position_rows import PositionDays, Windows
from features.rolling.rows import epoch_days
from features.windows import AS_OF_DAY, LOOKBACK_DAYS, bounds, first_days, windowed_columns
from pumploss.contract import Type

#: What is measured of the positions of the 30 days before T. Doubles are missing where they are undefined.
MEASURES = {**HOLDS, **{f"{name}_30d": kind for name, kind in SUMS.items()}, **RUNS, **ADDED, **HABITS}


def columns() -> dict[str, Type]:
    """List name and type of the columns of `with_positions`."""
    return {**windowed_columns(), **MEASURES}


def with_positions(windowed: pa.Table, positions: pa.Table) -> pa.Table:
    """Add `MEASURES` to each row, a trader and a T, and raise `known_at` where a position became known later."""
    schema = pa.schema([pa.field(name, kind.arrow) for name, kind in columns().items()])
    traders = pc.unique(windowed["trader_address"])
    days = PositionDays.of(positions, traders)
    windows = _windows(windowed, days, traders)
    known_at = windowed["known_at"].cast(pa.int64()).to_numpy().copy()
    loops.window_maximum(windows.first, windows.end, days.rows.ints("known_at"), known_at)
    until = days.superseded()
    measured = {
        **{name: windowed[name] for name in windowed.column_names},
        "known_at": pa.array(known_at).cast(schema.field("known_at").type),
        **_named(HOLDS, _holds(days, windows, until)),
        **{f"{name}_30d": pa.array(days.sums(name, windows)) for name in SUMS},
        **_named(RUNS, _runs(days, windows)),
        **_named(ADDED, _added(days, windows, until)),
        **_named(HABITS, habits(days, windows, windowed["capital_lamports_30d"].to_numpy())),
    }
    return pa.table({name: measured[name] for name in schema.names}).cast(schema)


def _windows(windowed: pa.Table, days: PositionDays, traders: pa.Array) -> Windows:
    owners = pc.index_in(windowed["trader_address"], traders).to_numpy()
    as_of = epoch_days(windowed[AS_OF_DAY])
    slices = bounds(days.rows.keys, owners, as_of, LOOKBACK_DAYS)
    return Windows(owners, as_of, first_days(as_of, LOOKBACK_DAYS), *slices)


def _named(names: Iterable[str], figures: Iterable[np.ndarray]) -> dict[str, pa.Array]:
    """Name figures in order, those that are NaN missing."""
    return {name: pa.array(values, from_pandas=True) for name, values in zip(names, figures, strict=True)}


def _holds(days: PositionDays, windows: Windows, until: np.ndarray) -> Iterable[np.ndarray]:
    counts, estimates = hold_times(
        *days.slices("hold_times", windows), days.items("hold_times"),
        *days.slices("carried_opening_times", windows), windows.as_of, windows.start, until,
        days.items("carried_opening_times"), days.items("carried_exit_times"),
    )  # fmt: skip
    return (*counts, *estimates)


def _runs(days: PositionDays, windows: Windows) -> Iterable[np.ndarray]:
    names = ("closed_position_count", *(f"{which}_loss_run_count" for which in ("first", "last", "longest")))
    return losing_runs(windows.first, windows.end, *map(days.rows.ints, (*names, "largest_loss_lamports")))


def _added(days: PositionDays, windows: Windows, until: np.ndarray) -> Iterable[np.ndarray]:
    """Add what went into positions of one day to what went into those that outlast one."""
    carried = added_buys(
        *days.slices("carried_opening_times", windows), windows.as_of, windows.start, until,
        *(days.items(f"carried_{name}") for name in ("opening_times", "buys", "averaged_down_buys")),
    )  # fmt: skip
    return (days.sums(name, windows) + more for name, more in zip(WHOLE, carried, strict=True))


#: Daily sums over positions that were opened and emptied on the day.
WHOLE = ("added_buy_count", "averaged_down_count")

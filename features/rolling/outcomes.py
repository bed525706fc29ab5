"""Computes what became of traders after T: eligible and daily facts in, one outcome per trader and T out."""

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from features.labels import MARKED_DAYS
from features.rolling import loops
from features.rolling.rows import SortedRows, by_trader, epoch_days
from features.rolling.sums import slice_sums
from features.windows import AS_OF_DAY, LOOKBACK_DAYS, bounds
from pumploss.contract import Type
from pumploss.errors import ConservationError

#: Flows that are summed over [T, T + horizon).
FLOWS = (
    "equity_change_lamports",
    "buy_cost_lamports",
    "trade_count",
    "sell_net_lamports",
    "proceeds_lamports",
)

#: Levels that are taken at T and at T + horizon, and the names that they get.
LEVELS = {"equity_close_lamports": "equity", "equity_last_price_close_lamports": "equity_last_price"}

COLUMNS = {
    "trader_address": Type.STRING,
    AS_OF_DAY: Type.DATE,
    **dict.fromkeys(FLOWS, Type.BIGINT),
    **{f"{name}_{end}_lamports": Type.BIGINT for name in LEVELS.values() for end in ("start", "end")},
    "outlay_peak_lamports": Type.BIGINT,
    "equity_marked_start_lamports": Type.BIGINT,
    "known_at": Type.TIMESTAMP,
}

#: What a day says of what was at stake.
STAKES = ("outlay_lamports", "outlay_peak_lamports", "marked_value_lamports", "superseded_by_age")

_DAY_MICROS = 86_400_000_000


def outcomes(eligible: pa.Table, daily: pa.Table, horizon_days: int) -> pa.Table:
    """Sum flows over the window, and take levels at both its ends, for each row of `eligible` (trader_address, T).

    `known_at` is at least the end of the window: that nothing happened is known no earlier. Raises ConservationError
    for a trader without a daily row in the 30 days before T.
    """
    schema = pa.schema([pa.field(name, kind.arrow) for name, kind in COLUMNS.items()])
    traders = pc.unique(eligible["trader_address"])
    days = by_trader(daily.filter(pc.is_in(daily["trader_address"], traders)), traders)
    owners = pc.index_in(eligible["trader_address"], traders).to_numpy()
    start = epoch_days(eligible[AS_OF_DAY])
    end = start + horizon_days
    # The window of T + horizon that looks back a horizon is [T, T + horizon).
    window = bounds(days.keys, owners, end, horizon_days)
    known_at = end * _DAY_MICROS
    loops.window_maximum(*window, days.ints("known_at"), known_at)
    columns = {
        "trader_address": eligible["trader_address"],
        AS_OF_DAY: eligible[AS_OF_DAY],
        **{flow: slice_sums(days.array(flow), *window) for flow in FLOWS},
        **_levels(eligible, days, owners, start, horizon_days),
        "outlay_peak_lamports": pa.array(
            loops.highest_outlays(*window, days.ints("outlay_lamports"), days.ints("outlay_peak_lamports"))
        ),
        "equity_marked_start_lamports": pa.array(_marked(days, owners, start)),
        "known_at": pa.array(known_at).cast(schema.field("known_at").type),
    }
    return pa.table({name: columns[name] for name in schema.names}).cast(schema)


def _marked(days: SortedRows, owners: np.ndarray, start: np.ndarray) -> np.ndarray:
    """Value what is held at T by marks of the days just before it alone."""
    superseded = days.array("superseded_by_age").flatten().to_numpy().reshape(len(days.keys), MARKED_DAYS - 1)
    before = bounds(days.keys, owners, start, MARKED_DAYS)
    marked, day = days.ints("marked_value_lamports"), days.days
    values: np.ndarray = loops.marked_values(*before, start - MARKED_DAYS, day, marked, superseded)
    return values


def _levels(
    eligible: pa.Table, days: SortedRows, owners: np.ndarray, start: np.ndarray, horizon_days: int
) -> dict[str, pa.Array]:
    first, before_start = bounds(days.keys, owners, start, LOOKBACK_DAYS)
    unseen = np.flatnonzero(before_start <= first)
    if unseen.size:
        row = eligible.slice(int(unseen[0]), 1).to_pylist()[0]
        raise ConservationError(
            f"gold_labels: {row['trader_address']} has features as of {row[AS_OF_DAY]}, but no row of gold_trader_day "
            f"in the {LOOKBACK_DAYS} days before. Run gold_trader_features of that day again."
        )
    # A trader without a row in the window keeps the levels of T: the row before its end is then the one before T.
    _, before_end = bounds(days.keys, owners, start + horizon_days, horizon_days)
    return {
        f"{name}_{side}_lamports": days.array(column).take(pa.array(following - 1))
        for column, name in LEVELS.items()
        for side, following in (("start", before_start), ("end", before_end))
    }

"""Turns a cohort's trades into how each of its traders traded on each day: rows of `gold_trader_rhythm`."""

import numpy as np
import pyarrow as pa

from features.rolling.rows import epoch_days, ranks
from features.tapes import rhythm_walk as walk
from pumploss.tables.gold_trader_rhythm import GAP_BINS, SESSION_SECONDS, TABLE

#: What is read of `silver_trade_pnl`; beside it `is_buy`, and `pnl`, which is 0 for trades without a result.
TRADES = (
    "trader_address", "trader_cohort", "trade_date", "order_in_trader_day", "traded_at", "token_mint", "token_units",
    "sol_lamports", "known_at",
)  # fmt: skip


def rhythm_of(trades: pa.Table) -> pa.Table:
    """Make rows of `gold_trader_rhythm` from all trades of some traders and days, in any order."""
    trader, day = ranks(trades["trader_address"]), epoch_days(trades["trade_date"])
    sort = np.lexsort((_ints(trades["order_in_trader_day"]), day, trader))
    rows, trader, day = trades.take(pa.array(sort)), trader[sort], day[sort]
    starts = np.flatnonzero(np.r_[True, (np.diff(trader) != 0) | (np.diff(day) != 0)])
    begins = np.r_[starts, len(trader)]
    seconds = _ints(rows["traded_at"]) // 1_000_000
    sums, by_length = walk.gaps(begins, seconds, GAP_BINS)
    sessions = walk.sessions(begins, seconds, _ints(rows["pnl"]), SESSION_SECONDS)
    mint, is_buy, sol, units = (
        ranks(rows["token_mint"]),
        *(_ints(rows[name]) for name in ("is_buy", "sol_lamports", "token_units")),
    )
    marks = walk.machine_marks(begins, seconds // 3600 % 24, mint, is_buy, sol, units)
    own = rows.take(pa.array(starts))
    counted = dict(zip(GAPS + SESSIONS + MARKS, np.c_[sums, sessions, marks].T, strict=True))
    columns = {
        "trader_address": own["trader_address"],
        **{name: pa.array(np.ascontiguousarray(values)) for name, values in counted.items()},
        "gap_bins": pa.ListArray.from_arrays(np.arange(len(starts) + 1) * GAP_BINS, by_length.ravel()),
        "known_at": pa.array(np.maximum.reduceat(_ints(rows["known_at"]), starts)),
        "day": own["trade_date"],
        "trader_cohort": own["trader_cohort"],
    }
    return pa.table({name: columns[name] for name in TABLE.names}).cast(TABLE.arrow_schema)


#: Columns of the walks, in their order.
GAPS = ("gap_count", "short_gap_count", "gap_seconds", "gap_seconds_squared")
SESSIONS = ("session_count", "session_seconds", "losing_session_count", "stopped_session_count")
MARKS = ("active_hour_count", "repeated_buy_count", "bounce_count")


def _ints(column: pa.ChunkedArray) -> np.ndarray:
    values: np.ndarray = column.cast(pa.int64()).to_numpy()
    return values

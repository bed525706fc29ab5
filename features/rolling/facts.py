"""Makes the facts that windows are summed over, per trader and day, before any window is drawn."""

from collections.abc import Mapping

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from features.rolling.mint_loops import squares
from features.rolling.rows import epoch_days, in_one
from features.rolling.sums import wide
from features.windows import HOUR_COUNTS, HOURS, LEVELS, SUMS

#: What stands for a trader's row.
OWNER = ("trader_address", "trader_cohort", "day", "known_at")
#: What is worked out of columns of `gold_trader_day` that are named otherwise.
_MADE_OF = ("log_hold_sum", "equity_change_lamports", "open_position_count_close", "trades_by_hour")
_DERIVED = (
    "log_hold_micros", "equity_change_squared", "row_count", "active_day_count", "losing_day_count",
    "weekend_trade_count", "market_loss_micros", "paper_gain_count", "paper_loss_count", "preferred_hour_close",
)  # fmt: skip
#: The columns of `gold_trader_day` that daily facts are made of.
READ = tuple(
    dict.fromkeys((*OWNER, *_MADE_OF, "trades_by_hour_close", *(n for n in (*SUMS, *LEVELS) if n not in _DERIVED)))
)
#: Saturday and Sunday, counted from the Thursday that was 1970-01-01.
_WEEKEND = (2, 3)
_MILLIONTHS = 1e6


def daily(trader_days: pa.Table, losing_shares: Mapping[int, float]) -> pa.Table:
    """Make everything in `SUMS`, `HOUR_COUNTS` and `LEVELS`, per trader and day, of `READ`.

    `losing_shares` are the market's, by days since 1970.
    """
    made = {**_derived(trader_days, losing_shares), **_by_hour(trader_days)}
    names = (*OWNER, *SUMS, *HOUR_COUNTS, *LEVELS)
    return pa.table({name: made[name] if name in made else trader_days[name] for name in names})


def _derived(days: pa.Table, losing_shares: Mapping[int, float]) -> dict[str, pa.Array]:
    # In one piece they are read-only however many files they come from, so kernels are compiled for one type alone.
    trades, change, matched = (
        in_one(days[name]).to_numpy() for name in ("trade_count", "equity_change_lamports", "matched_sell_count")
    )
    day, lost = epoch_days(days["day"]), days["underwater_count_close"].to_numpy()
    won = days["open_position_count_close"].to_numpy() - lost
    made = {
        "row_count": np.ones(len(days), np.int64),
        "active_day_count": (trades > 0).astype(np.int64),
        "losing_day_count": (change < 0).astype(np.int64),
        "weekend_trade_count": np.where(np.isin(day % 7, _WEEKEND), trades, 0),
        # What is kept on a day on which something is sold.
        "paper_gain_count": np.where(matched > 0, won, 0),
        "paper_loss_count": np.where(matched > 0, lost, 0),
        "market_loss_micros": trades * _market_micros(day, losing_shares),
    }
    return {
        **{name: pa.array(values) for name, values in made.items()},
        "equity_change_squared": wide(squares(change)),
        "log_hold_micros": _rounded(pc.multiply(days["log_hold_sum"], _MILLIONTHS)),
    }


def _market_micros(day: np.ndarray, losing_shares: Mapping[int, float]) -> np.ndarray:
    """Take the market's losing share of each day in millionths: integers, so that sums are exact.

    A day on which the whole market matched no sell counts as one without losses.
    """
    known, place = np.unique(day, return_inverse=True)
    shares = pa.array([losing_shares.get(int(one), 0.0) for one in known], pa.float64())
    micros: np.ndarray = _rounded(pc.multiply(shares, _MILLIONTHS)).to_numpy()[place]
    return micros


def _rounded(values: pa.Array) -> pa.Array:
    """Round to whole numbers, halves away from zero."""
    return pc.round(values, round_mode="half_towards_infinity").cast(pa.int64())


def _by_hour(days: pa.Table) -> dict[str, pa.Array]:
    """Take the trades of each hour, and the hour that most trades of the trader's life were made in, the first of such.

    As plain 32-bit columns hours cost a third of the list when rows are sorted.
    """
    counts = _hours(days["trades_by_hour"])
    return {
        **{name: pa.array(counts[:, hour].astype(np.int32)) for hour, name in enumerate(HOUR_COUNTS)},
        "preferred_hour_close": pa.array(_hours(days["trades_by_hour_close"]).argmax(axis=1)),
    }


def _hours(lists: pa.ChunkedArray) -> np.ndarray:
    pieces = [np.empty(0, np.int64), *(piece.flatten().to_numpy() for piece in lists.chunks)]
    return np.concatenate(pieces).reshape(len(lists), HOURS)

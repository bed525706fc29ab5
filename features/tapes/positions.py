"""Turns a cohort's round trips into what its traders did with positions on each day: `gold_trader_positions`."""

from dataclasses import dataclass

import numpy as np
import pyarrow as pa

from features.rolling.rows import epoch_days, ranks
from features.tapes.position_walk import outcomes
from features.windows import key
from pumploss.tables.gold_trader_positions import FAST_MICROS, TABLE

#: What is read of each row of `silver_round_trips`, times in microseconds since 1970, 0 where there is none.
TRIPS = (
    "trader_address", "trader_cohort", "day", "known_at", "entered", "entry_order", "exited", "exit_order", "is_closed",
    "buy_count", "averaged_down_count", "entry_cost_lamports", "realised_pnl_lamports",
)  # fmt: skip
#: Columns of `outcomes`, in their order.
OUTCOMES = (
    "closed_position_count", "won_position_count", "lost_position_count", "closed_hold_micros", "won_lamports",
    "lost_lamports", "fast_win_count", "first_loss_run_count", "last_loss_run_count", "longest_loss_run_count",
    "largest_loss_lamports",
)  # fmt: skip

_DAY_MICROS = 86_400_000_000
#: More trades than a trader makes in a day.
_MOVES_PER_DAY = 1 << 30


@dataclass(frozen=True)
class _Picked:
    """Holds rows by group, in order: their places, the group of each, and where each group begins among them."""

    rows: np.ndarray
    group: np.ndarray
    begins: np.ndarray

    @classmethod
    def of(cls, chosen: np.ndarray, order: np.ndarray, group: np.ndarray, groups: int) -> "_Picked":
        """Select the rows that are chosen, by group and then by `order`."""
        rows = np.flatnonzero(chosen)
        rows = rows[np.argsort(group[rows] * _MOVES_PER_DAY + order[rows], kind="stable")]
        return cls(rows, group[rows], np.r_[0, np.cumsum(np.bincount(group[rows], minlength=groups))])

    def lists(self, values: np.ndarray) -> pa.Array:
        """Make one list per group."""
        return pa.ListArray.from_arrays(self.begins.astype(np.int32), pa.array(values[self.rows]))

    def sums(self, values: np.ndarray) -> np.ndarray:
        """Sum each group up."""
        running = np.r_[0, np.cumsum(values[self.rows])]
        sums: np.ndarray = running[self.begins[1:]] - running[self.begins[:-1]]
        return sums


def positions_of(trips: pa.Table) -> pa.Table:
    """Make rows of `gold_trader_positions` from all round trips that changed on some days, in any order."""
    day = epoch_days(trips["day"])
    keys, starts, group = np.unique(key(ranks(trips["trader_address"]), day), return_index=True, return_inverse=True)
    figures = {name: _ints(trips[name]) for name in TRIPS[4:]}
    is_closed, is_own_day = figures["is_closed"] > 0, figures["entered"] // _DAY_MICROS == day
    opened = _Picked.of(is_own_day, figures["entry_order"], group, len(keys))
    emptied = _Picked.of(is_closed, figures["exit_order"], group, len(keys))
    whole = _Picked.of(is_closed & is_own_day, figures["exit_order"], group, len(keys))
    held, own = figures["exited"] - figures["entered"], trips.take(pa.array(starts))
    known_at = np.full(len(keys), np.iinfo(np.int64).min)
    np.maximum.at(known_at, group, _ints(trips["known_at"]))
    columns = {
        **{name: own[name] for name in ("trader_address", "trader_cohort", "day")},
        **_outcomes(emptied, figures["realised_pnl_lamports"], held),
        "added_buy_count": pa.array(whole.sums(figures["buy_count"] - 1)),
        "averaged_down_count": pa.array(whole.sums(figures["averaged_down_count"])),
        "opening_times": opened.lists(figures["entered"]),
        "opening_stakes": opened.lists(figures["entry_cost_lamports"]),
        "exits_before": _exits_before(opened, emptied, figures),
        "exit_times": emptied.lists(figures["exited"]),
        "exit_results": emptied.lists(figures["realised_pnl_lamports"]),
        "hold_times": whole.lists(held),
        **_carried(~(is_closed & is_own_day), group, len(keys), figures),
        "known_at": pa.array(known_at),
    }
    return pa.table({name: columns[name] for name in TABLE.names}).cast(TABLE.arrow_schema)


def _outcomes(emptied: _Picked, made: np.ndarray, held: np.ndarray) -> dict[str, pa.Array]:
    found = outcomes(emptied.begins, made[emptied.rows], held[emptied.rows], FAST_MICROS)
    return {name: pa.array(np.ascontiguousarray(values)) for name, values in zip(OUTCOMES, found.T, strict=True)}


def _exits_before(opened: _Picked, emptied: _Picked, figures: dict[str, np.ndarray]) -> pa.Array:
    """Count, for each opening buy, the exits of its day that have an earlier place among the trader's trades."""
    exits = emptied.group * _MOVES_PER_DAY + figures["exit_order"][emptied.rows]
    buys = opened.group * _MOVES_PER_DAY + figures["entry_order"][opened.rows]
    counts = np.searchsorted(exits, buys, side="left") - emptied.begins[opened.group]
    return pa.ListArray.from_arrays(opened.begins.astype(np.int32), pa.array(counts))


def _carried(chosen: np.ndarray, group: np.ndarray, groups: int, figures: dict[str, np.ndarray]) -> dict[str, pa.Array]:
    """List the positions that outlast a day, by when they were opened."""
    opening = np.lexsort((figures["entry_order"], figures["entered"]))
    place = np.empty(len(opening), np.int64)
    place[opening] = np.arange(len(opening))
    carried = _Picked.of(chosen, place, group, groups)
    return {
        "carried_opening_times": carried.lists(figures["entered"]),
        "carried_opening_places": carried.lists(figures["entry_order"]),
        "carried_exit_times": carried.lists(np.where(figures["is_closed"] > 0, figures["exited"], 0)),
        "carried_buys": carried.lists(figures["buy_count"]),
        "carried_averaged_down_buys": carried.lists(figures["averaged_down_count"]),
    }


def _ints(column: pa.ChunkedArray) -> np.ndarray:
    values: np.ndarray = column.cast(pa.int64()).to_numpy()
    return values

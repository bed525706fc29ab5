"""Turns a cohort's first buys into one row per trader and day: `gold_trader_entries`."""

import numpy as np
import pyarrow as pa

from features.tapes.grouping import Keyed
from features.windows import key
from pumploss.tables.gold_trader_entries import FIGURES, FLAGS, TABLE

#: What is read of each row of `silver_entries`: figures are NaN and flags -1 where they are not known, times are in
#: microseconds; of the mint's day after what is not there is NaN and 0.
ENTRIES = (
    "trader_address", "trader_cohort", "day", "known_at", "mint_number", *FIGURES, "high_log", *FLAGS,
    "volatile_entry_cost_lamports", "volatility_entry_cost_millis", "next_high_log", "next_known_at",
)  # fmt: skip
_COSTS = ("volatile_entry_cost_lamports", "volatility_entry_cost_millis")
#: More days than there are, so that the owner of a key is what is left of it.
_OWNER = int(key(np.array([1]), np.array([0]))[0])


def entry_days(entries: pa.Table, days: np.ndarray) -> pa.Table:
    """Make rows of `gold_trader_entries` of these days, since 1970, from all entries of them and of the day before."""
    number, known_at = _ints(entries["mint_number"]), _ints(entries["known_at"])
    keyed = Keyed.of(entries, "day", known_at, number)
    day = keyed.keys % _OWNER
    own = keyed.chosen(np.isin(day, days))
    high, following = (_doubles(entries[name]) for name in ("high_log", "next_high_log"))
    is_higher = (following > high) | (np.isnan(high) & ~np.isnan(following))
    raised = keyed.chosen(is_higher[keyed.rows] & np.isin(day + 1, days), days_later=1)
    groups = np.union1d(own.keys, raised.keys)
    latest = np.full(len(groups), np.iinfo(np.int64).min)
    own.latest(groups, known_at, latest)
    raised.latest(groups, _ints(entries["next_known_at"]), latest)
    # Any row of the trader says who it is.
    owner = entries.take(pa.array(keyed.rows[np.searchsorted(keyed.keys // _OWNER, groups // _OWNER)]))
    columns = {
        **{name: owner[name] for name in ("trader_address", "trader_cohort")},
        "day": pa.array((groups % _OWNER).astype(np.int32)).cast(pa.date32()),
        **_own(own, groups, entries, number),
        "high_logs": _known(own, groups, high),
        "raised_places": raised.lists(groups, _places(keyed, high)),
        "raised_high_logs": raised.lists(groups, following),
        "known_at": pa.array(latest),
    }
    return pa.table({name: columns[name] for name in TABLE.names}).cast(TABLE.arrow_schema)


def _own(own: Keyed, groups: np.ndarray, entries: pa.Table, number: np.ndarray) -> dict[str, pa.Array]:
    """Sum up and list what the entries of each day say."""
    flags = {name: _ints(entries[name]) for name in FLAGS}
    return {
        "entry_count": pa.array(own.sums(groups, np.ones(len(entries), np.int64))),
        "entered_mint_numbers": own.lists(groups, number),
        **{f"{name}s": _known(own, groups, _doubles(entries[name])) for name in FIGURES},
        **{f"{name}_known_count": pa.array(own.sums(groups, flag >= 0)) for name, flag in flags.items()},
        **{f"{name}_true_count": pa.array(own.sums(groups, flag == 1)) for name, flag in flags.items()},
        **{name: pa.array(own.sums(groups, _ints(entries[name]))) for name in _COSTS},
    }


def _known(own: Keyed, groups: np.ndarray, values: np.ndarray) -> pa.Array:
    return own.chosen(~np.isnan(values[own.rows])).lists(groups, values)


def _places(keyed: Keyed, high: np.ndarray) -> np.ndarray:
    """Number the known highs of each trader and day from 0, for each row of the table; -1 for one that is not known."""
    is_known = ~np.isnan(high[keyed.rows])
    before = np.cumsum(is_known) - is_known
    is_first = np.r_[True, np.diff(keyed.keys) != 0][: len(keyed.keys)]
    of_group = before[np.flatnonzero(is_first)[np.cumsum(is_first) - 1]]
    places = np.empty(len(high), np.int64)
    places[keyed.rows] = np.where(is_known, before - of_group, -1)
    return places


def _ints(column: pa.ChunkedArray) -> np.ndarray:
    values: np.ndarray = column.cast(pa.int64()).to_numpy()
    return values


def _doubles(column: pa.ChunkedArray) -> np.ndarray:
    values: np.ndarray = column.to_numpy()
    return values

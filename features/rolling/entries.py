"""Windows over entries: rows of `gold_trader_entries` in, one row of measures per trader and T out."""

from collections.abc import Collection
from datetime import date

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from pyspark.sql import DataFrame
from pyspark.sql import functions as F

from features.rolling import entry_loops, loops
from features.rolling.mint_histories import MintHistories
from features.rolling.rows import Slices, SortedRows, by_trader
from features.rolling.sums import slice_sums
from features.windows import AS_OF_DAY, LOOKBACK_DAYS, bounds, matured
from pumploss.contract import Type
from pumploss.tables.gold_trader_entries import FIGURES, FLAGS
from pumploss.tables.gold_trader_mints import MILLIS

#: Figures whose median is taken over the entries of 30 days; the `_count` of each is how many of them are known.
MEDIANS = tuple(FIGURES)
#: The same over entries at least a day old.
MATURED_MEDIANS = ("high_log",)
#: Of which flags it is counted over entries at least a day old how many are known and true; of the others over all.
MATURED_FLAGS = ("collapsed",)
FATES = ("fated_count_30d", "dead_count_30d", "graduated_count_30d")
#: Of which of them the share of all traders is taken: the graduated among those of whom anything became.
SHARED = ("graduated_count_30d", "fated_count_30d")

MEASURES = {
    "entry_count_30d": Type.BIGINT,
    **{f"{name}_median_30d": Type.DOUBLE for name in (*MEDIANS, *MATURED_MEDIANS)},
    **{f"{name}_count_30d": Type.BIGINT for name in (*MEDIANS, *MATURED_MEDIANS)},
    **{f"{name}_known_30d": Type.BIGINT for name in FLAGS},
    **{f"{name}_true_30d": Type.BIGINT for name in FLAGS},
    "volatility_mean_30d": Type.DOUBLE,
    **dict.fromkeys(FATES, Type.BIGINT),
}
COLUMNS = {
    "trader_address": Type.STRING, AS_OF_DAY: Type.DATE, "entries_known_at": Type.TIMESTAMP, **MEASURES,
}  # fmt: skip


def of_all(measured: pa.Table) -> pa.Table:
    """Sum up per T what became of all traders' entries, and when the last of that was known."""
    counted = [*((name, "sum") for name in SHARED), ("entries_known_at", "max")]
    summed = measured.group_by(AS_OF_DAY).aggregate(counted)
    return summed.select([f"{name}_{how}" for name, how in counted] + [AS_OF_DAY]).rename_columns(
        [name for name, _ in counted] + [AS_OF_DAY]
    )


def graduated_shares(of_all: DataFrame) -> DataFrame:
    """Make `market_graduated_share_30d` per T: which part of all traders' entries was graduated at that T.

    `of_all` are sums of `SHARED` over some of the traders each; `graduated_known_at` is when the last of these entries,
    and of what became of them, was known.
    """
    graduated, fated = (F.sum(name) for name in SHARED)
    share = graduated.cast("double") / F.nullif(fated, F.lit(0)).cast("double")
    known_at = F.max("entries_known_at").alias("graduated_known_at")
    return of_all.groupBy(AS_OF_DAY).agg(share.alias("market_graduated_share_30d"), known_at)


def measured(cohort: pa.Table, histories: MintHistories, as_of_days: Collection[date]) -> pa.Table:
    """Make `COLUMNS` for every trader and T with an entry in the 30 days before T; histories are of all mints."""
    wanted = np.array(sorted(as_of_days), "datetime64[D]").astype("int64")
    schema = pa.schema([pa.field(name, kind.arrow) for name, kind in COLUMNS.items()])
    traders = pc.unique(cohort["trader_address"])
    rows = by_trader(cohort, traders)
    owners, as_of = (grid.ravel() for grid in np.meshgrid(np.arange(len(traders)), wanted, indexing="ij"))
    first, end = bounds(rows.keys, owners, as_of, LOOKBACK_DAYS)
    seen = np.flatnonzero(slice_sums(rows.array("entry_count"), first, end).to_numpy() > 0)
    owners, as_of, own = owners[seen], as_of[seen], (first[seen], end[seen])
    known_at = np.zeros(len(seen), np.int64)
    loops.window_maximum(*own, rows.ints("known_at"), known_at)
    first, end = matured(rows.keys, owners, as_of, LOOKBACK_DAYS)
    old = first, np.maximum(first, end)
    columns = {
        "trader_address": traders.take(pa.array(owners)),
        AS_OF_DAY: pa.array(as_of.astype(np.int32)).cast(pa.date32()),
        "entry_count_30d": slice_sums(rows.array("entry_count"), *own),
        **_medians(rows, own),
        **_highs(rows, old),
        **_flags(rows, own, old),
        **_fates(rows, old, as_of, histories, known_at),
        "volatility_mean_30d": _exposure(rows, own),
    }
    columns["entries_known_at"] = pa.array(known_at).cast(schema.field("entries_known_at").type)
    return pa.table({name: columns[name] for name in schema.names}).cast(schema)


def _medians(rows: SortedRows, own: Slices) -> dict[str, pa.Array]:
    found: dict[str, pa.Array] = {}
    lists = {name: f"{name}s" for name in MEDIANS}
    room = rows.room_for(tuple(lists.values()))
    for name, items in lists.items():
        first, end = rows.slices(items, *own)
        middles = entry_loops.medians(first, end, rows.items(items, room))
        found |= {f"{name}_median_30d": _known(middles), f"{name}_count_30d": pa.array(end - first)}
    return found


def _highs(rows: SortedRows, old: Slices) -> dict[str, pa.Array]:
    middles, counts = entry_loops.high_medians(
        *old, rows.keys, rows.begins("high_logs"), rows.items("high_logs"), rows.begins("raised_places"),
        rows.items("raised_places"), rows.items("raised_high_logs"),
    )  # fmt: skip
    return {"high_log_median_30d": _known(middles), "high_log_count_30d": pa.array(counts)}


def _flags(rows: SortedRows, own: Slices, old: Slices) -> dict[str, pa.Array]:
    return {
        f"{name}_{of}_30d": slice_sums(rows.array(f"{name}_{of}_count"), *(old if name in MATURED_FLAGS else own))
        for name in FLAGS
        for of in ("known", "true")
    }


def _fates(
    rows: SortedRows, old: Slices, as_of: np.ndarray, histories: MintHistories, known_at: np.ndarray
) -> dict[str, pa.Array]:
    """Count dead and graduated mints among entries at least a day old; `known_at` is raised to what that rests on."""
    entered = histories.places_of(rows.items("entered_mint_numbers"))
    own = rows.slices("entered_mint_numbers", *old)
    counts = np.zeros((len(FATES), len(as_of)), np.int64)
    for day in np.unique(as_of):
        entry_loops.fates(np.flatnonzero(as_of == day), *own, entered, histories.states(day), counts, known_at)
    return dict(zip(FATES, map(pa.array, counts), strict=True))


def _exposure(rows: SortedRows, own: Slices) -> pa.Array:
    """Take the mean volatility before entries, by their cost."""
    cost, millis = (
        slice_sums(rows.array(name), *own).to_numpy()
        for name in ("volatile_entry_cost_lamports", "volatility_entry_cost_millis")
    )
    return pa.array(millis / MILLIS / np.maximum(cost, 1), mask=cost <= 0)


def _known(values: np.ndarray) -> pa.Array:
    return pa.array(values, mask=np.isnan(values))

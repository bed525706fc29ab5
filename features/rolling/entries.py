"""Windows over entries: rows of `silver_entries` in, one row of measures per trader and T out."""

from collections.abc import Callable, Collection
from datetime import date

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from pyspark.sql import Column, DataFrame
from pyspark.sql import functions as F

from features.ratios import log
from features.rolling import entry_loops, loops
from features.rolling.entry_loops import DAY as _DAY
from features.rolling.entry_loops import KNOWN as _KNOWN
from features.rolling.rows import SortedRows, by_trader
from features.windows import AS_OF_DAY, LOOKBACK_DAYS, bounds, matured
from pumploss.contract import Type

#: A collapse is a fall to a fifth of the price of entry, or below; a dead mint closed at a tenth of its peak, or below.
COLLAPSED, DEAD = 0.2, 0.1

#: Doubles of an entry whose median is taken over 30 days; the `_count` of each is how many of them are known.
MEDIANS = (
    "age_log",
    "rank_log",
    "curve_share",
    "runup_log",
    "momentum_log",
    "peak_ratio",
    "capture_ratio",
    "impact_ratio",
)
#: The same over entries at least a day old.
MATURED_MEDIANS = ("high_log",)
#: What of an entry is true or not, or not known; how many are known and how many true is counted over 30 days.
FLAGS = ("is_sniped_slot", "is_creation_slot", "is_sniped_5s", "is_sniped_60s", "is_slot_shared")
#: The same over entries at least a day old.
MATURED_FLAGS = ("is_collapsed",)

MEASURES = {
    "entry_count_30d": Type.BIGINT,
    **{f"{name}_median_30d": Type.DOUBLE for name in (*MEDIANS, *MATURED_MEDIANS)},
    **{f"{name}_count_30d": Type.BIGINT for name in (*MEDIANS, *MATURED_MEDIANS)},
    **{f"{name}_known_30d": Type.BIGINT for name in (*FLAGS, *MATURED_FLAGS)},
    **{f"{name}_true_30d": Type.BIGINT for name in (*FLAGS, *MATURED_FLAGS)},
    "volatility_mean_30d": Type.DOUBLE,
    "fated_count_30d": Type.BIGINT,
    "dead_count_30d": Type.BIGINT,
    "graduated_count_30d": Type.BIGINT,
}
COLUMNS = {
    "trader_address": Type.STRING, AS_OF_DAY: Type.DATE, "entries_known_at": Type.TIMESTAMP, **MEASURES,
}  # fmt: skip


def windowed(entries: DataFrame, token_days: DataFrame, as_of_days: Collection[date]) -> DataFrame:
    """Make `COLUMNS` for every trader and T with an entry in the 30 days before T."""
    schema = ", ".join(f"{name} {kind.spark}" for name, kind in COLUMNS.items())
    kernel = _kernel(tuple(sorted(as_of_days)))
    return _rows(entries, token_days).groupBy("trader_cohort").applyInArrow(kernel, schema)


def graduated_shares(windowed: DataFrame) -> DataFrame:
    """Make `market_graduated_share_30d` per T: which part of all traders' entries was graduated at that T."""
    graduated, fated = (F.sum(f"{name}_count_30d") for name in ("graduated", "fated"))
    share = graduated.cast("double") / F.nullif(fated, F.lit(0)).cast("double")
    return windowed.groupBy(AS_OF_DAY).agg(share.alias("market_graduated_share_30d"))


def _rows(entries: DataFrame, token_days: DataFrame) -> DataFrame:
    """What the kernel needs of each entry, with the days of its mint as `afterwards`."""
    is_low = F.col("price_close_sol") <= F.col("price_peak_close_sol") * DEAD
    is_graduated = (F.col("venue_close") != "pump_curve") | (F.col("real_token_close_units") == 0)
    flags = F.when(is_low, 2).otherwise(0) + F.when(is_graduated, 1).otherwise(0)
    # One number per day of a mint, which sorts by day: a list of structs costs more, and the embedded engine confuses
    # which of its fields may be missing.
    known = F.unix_date(F.col("known_at").cast("date")).cast("bigint")
    day = F.unix_date("day").cast("bigint") * _DAY + known * _KNOWN + flags
    mints = token_days.groupBy("token_mint").agg(F.array_sort(F.collect_list(day)).alias("afterwards"))
    next_days = token_days.select(
        "token_mint", F.date_sub("day", 1).alias("trade_date"), F.col("price_high_sol").alias("next_high_sol")
    )
    age = F.col("age_seconds")
    # With its own slot stated, an entry without a distance in slots is of a mint that was launched on an earlier day.
    slots = F.coalesce("age_slot_count", F.when(age.isNotNull() & F.col("slot_buyer_count").isNotNull(), F.lit(10**6)))
    followed = entries.join(mints, "token_mint", "left").join(next_days, ["token_mint", "trade_date"], "left")
    highest = F.greatest(F.col("high_ratio"), F.col("next_high_sol") / F.col("entry_price_sol"))
    return followed.select(
        "trader_address",
        "trader_cohort",
        F.col("trade_date").alias("day"),
        "known_at",
        "first_bought_at",
        "first_buy_cost_lamports",
        "afterwards",
        _double(log(age + 1), "age_log"),
        _double(log(F.col("earlier_buyer_count") + 1), "rank_log"),
        *(_double(name) for name in ("curve_share", "peak_ratio", "capture_ratio", "impact_ratio")),
        _double(log(F.col("runup_ratio")), "runup_log"),
        _double(log(F.col("momentum_ratio")), "momentum_log"),
        _double(log(highest), "high_log"),
        _double("minute_volatility_ratio"),
        _flag(slots <= 1, "is_sniped_slot"),
        _flag(slots == 0, "is_creation_slot"),
        _flag(age <= 5, "is_sniped_5s"),
        _flag(age <= 60, "is_sniped_60s"),
        _flag(F.col("slot_buyer_count") >= 2, "is_slot_shared"),
        _flag(F.col("low_ratio") <= COLLAPSED, "is_collapsed"),
    )


def _double(value: Column | str, name: str = "") -> Column:
    return F.coalesce(value, F.lit(float("nan"))).alias(name or str(value))


def _flag(value: Column, name: str) -> Column:
    """1 or 0, or -1 where it is not known."""
    return F.coalesce(value.cast("int"), F.lit(-1)).alias(name)


def _kernel(as_of_days: tuple[date, ...]) -> Callable[[pa.Table], pa.Table]:
    wanted = np.array(as_of_days, "datetime64[D]").astype("int64")
    return lambda cohort: _measured(cohort, wanted)


def _measured(cohort: pa.Table, wanted: np.ndarray) -> pa.Table:
    schema = pa.schema([pa.field(name, kind.arrow) for name, kind in COLUMNS.items()])
    traders = pc.unique(cohort["trader_address"])
    # By all that is added up in doubles, so that the order in which rows came does not show in the last bit.
    order = [cohort[name].to_numpy() for name in ("minute_volatility_ratio", "first_buy_cost_lamports")]
    rows = by_trader(cohort, traders, *order)
    owners, as_of = (grid.ravel() for grid in np.meshgrid(np.arange(len(traders)), wanted, indexing="ij"))
    first, end = bounds(rows.keys, owners, as_of, LOOKBACK_DAYS)
    seen = np.flatnonzero(end > first)
    owners, as_of, first, end = owners[seen], as_of[seen], first[seen], end[seen]
    known_at = np.zeros(len(seen), np.int64)
    loops.window_maximum(first, end, rows.ints("known_at"), known_at)
    old = matured(rows.keys, owners, as_of, LOOKBACK_DAYS)
    columns = {
        "trader_address": traders.take(pa.array(owners)),
        AS_OF_DAY: pa.array(as_of.astype(np.int32)).cast(pa.date32()),
        "entry_count_30d": pa.array(end - first),
        **_medians(rows, MEDIANS, first, end),
        **_flags(rows, FLAGS, first, end),
        **_medians(rows, MATURED_MEDIANS, *old),
        **_flags(rows, MATURED_FLAGS, *old),
        **_fates(rows, as_of, *old, known_at),
    }
    exposure = entry_loops.weighted_means(
        first, end, rows.ints("first_buy_cost_lamports"), rows.table["minute_volatility_ratio"].to_numpy()
    )
    columns["volatility_mean_30d"] = _known(exposure)
    columns["entries_known_at"] = pa.array(known_at).cast(schema.field("entries_known_at").type)
    return pa.table({name: columns[name] for name in schema.names}).cast(schema)


def _medians(rows: SortedRows, names: Collection[str], first: np.ndarray, end: np.ndarray) -> dict[str, pa.Array]:
    found: dict[str, pa.Array] = {}
    for name in names:
        middle, count = entry_loops.medians(first, end, rows.table[name].to_numpy())
        found |= {f"{name}_median_30d": _known(middle), f"{name}_count_30d": pa.array(count)}
    return found


def _flags(rows: SortedRows, names: Collection[str], first: np.ndarray, end: np.ndarray) -> dict[str, pa.Array]:
    found: dict[str, pa.Array] = {}
    for name in names:
        value = rows.ints(name)
        for of, hits in (("known", value >= 0), ("true", value == 1)):
            running = np.r_[0, np.cumsum(hits)]
            found[f"{name}_{of}_30d"] = pa.array(running[np.maximum(end, first)] - running[first])
    return found


def _fates(
    rows: SortedRows, as_of: np.ndarray, first: np.ndarray, end: np.ndarray, known_at: np.ndarray
) -> dict[str, pa.Array]:
    """Count dead and graduated mints among entries at least a day old; `known_at` is raised to what that rests on."""
    listed = rows.table["afterwards"].combine_chunks()
    begins = np.r_[0, np.cumsum(pc.fill_null(pc.list_value_length(listed), 0).to_numpy())]
    days = listed.flatten().to_numpy()
    counts = entry_loops.fates(first, end, as_of, begins, days, known_at)
    named = zip(("fated_count_30d", "dead_count_30d", "graduated_count_30d"), counts, strict=True)
    return {name: pa.array(count) for name, count in named}


def _known(values: np.ndarray) -> pa.Array:
    return pa.array(values, mask=np.isnan(values))

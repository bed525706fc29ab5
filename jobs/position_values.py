"""How much more or less traders' open positions would fetch, day by day: one walk over each cohort's lots.

As windows of the engine over each position, most of which have one row or two, this took most of the night of
`gold_trader_day`. The values are those of `marks.exit_value` to the lamport: the same operations on doubles in the same
order, which a law test holds against it.
"""

import polars as pl
import pyarrow as pa
from pyspark.sql import DataFrame
from pyspark.sql import functions as F

from pumploss.cohort import COHORTS
from pumploss.days import Days
from pumploss.money import INITIAL_VIRTUAL_SOL_LAMPORTS, MOST_LAMPORTS
from pumploss.tables import gold_token_day, silver_open_lots

POSITION = ["trader_address", "token_mint"]
KEY = ["trader_address", "day", "trader_cohort"]

#: The state of a mint that positions are marked against.
MARK = (
    "venue_close", "reserve_sol_close_lamports", "reserve_token_close_units", "mark_price", "mark_method",
    "fee_close_share",
)  # fmt: skip
MEASURES = ("value", "last_price_value", "cost", "open", "underwater", "bag")
CHANGES = ", ".join(
    [
        "trader_address string, day date, trader_cohort int",
        *(f"{measure}_change bigint" for measure in MEASURES),
        "mark_known_at timestamp",
    ]
)


def value_changes(lots: DataFrame, marks: DataFrame, before: DataFrame, days: Days) -> DataFrame:
    """Change per trader and day of what open positions would fetch, cost and count, from the marks of traded mints.

    `lots` are rows of `silver_open_lots`: each position's latest close before the days, and its closes in them. `marks`
    are the days' rows of `gold_token_day` and `before` each mint's latest earlier one, against which the positions
    stood so far.
    """
    held = lots.select(*POSITION, "trader_cohort", F.col("close_day").alias("day"), "open_units", "open_cost_lamports")
    known = marks.select("token_mint", "day", *MARK, "known_at").unionByName(
        before.select("token_mint", "day", *MARK, "known_at")
    )
    cohorts = F.explode(F.array(*(F.lit(cohort) for cohort in range(COHORTS))))
    rows = _filled(held).unionByName(_filled(known.withColumn("trader_cohort", cohorts)))
    first = days[0]

    def changes(cohort: pa.Table) -> pa.Table:

        return changes_of(pl.DataFrame(pl.from_arrow(cohort)), pl.lit(first))

    return rows.groupBy("trader_cohort").applyInArrow(changes, CHANGES)


def _filled(rows: DataFrame) -> DataFrame:
    """The rows with every column of either kind."""
    types = {name: gold_token_day.TABLE[name].type.spark for name in (*MARK, "known_at")}
    types |= {
        name: silver_open_lots.TABLE[name].type.spark for name in ("trader_address", "open_units", "open_cost_lamports")
    }
    missing = [F.lit(None).cast(kind).alias(name) for name, kind in types.items() if name not in rows.columns]
    return rows.select("*", *missing)


def changes_of(rows: pl.DataFrame, first: pl.Expr) -> pa.Table:
    """One cohort's lots, and the marks of all mints as rows without a trader, to changes from the first day on."""
    marks = rows.filter(pl.col("trader_address").is_null()).select("token_mint", "day", *MARK, "known_at")
    valued = _valued(_closes(rows.filter(pl.col("trader_address").is_not_null())), marks, first)
    ordered = valued.sort(*POSITION, "day")
    is_same = pl.all_horizontal(pl.col(name) == pl.col(name).shift(1) for name in POSITION)
    changed = ordered.with_columns(
        (pl.col(name) - pl.when(is_same).then(pl.col(name).shift(1)).otherwise(0)).alias(f"{name}_change")
        for name in MEASURES
    )
    summed = (
        changed.filter(pl.col("day") >= first)
        .group_by(KEY)
        .agg(*(pl.col(f"{name}_change").sum() for name in MEASURES), pl.col("known_at").max().alias("mark_known_at"))
    )
    big = [pa.field(f"{name}_change", pa.int64()) for name in MEASURES]
    key = [pa.field("trader_address", pa.string()), pa.field("day", pa.date32()), pa.field("trader_cohort", pa.int32())]
    schema = pa.schema([*key, *big, pa.field("mark_known_at", pa.timestamp("us", tz="UTC"))])
    return pa.table(summed.select(schema.names).to_arrow()).cast(schema)


def _closes(lots: pl.DataFrame) -> pl.DataFrame:
    """Open units and cost per position as they stand from `close_day` until before `next_close`."""
    closes = (
        lots.group_by(*POSITION, "trader_cohort", pl.col("day").alias("close_day"))
        .agg(pl.col("open_units").sum().alias("units"), pl.col("open_cost_lamports").sum().alias("cost"))
        .sort(*POSITION, "close_day")
    )
    is_same = pl.all_horizontal(pl.col(name) == pl.col(name).shift(-1) for name in POSITION)
    return closes.with_columns(pl.when(is_same).then(pl.col("close_day").shift(-1)).alias("next_close"))


def _valued(held: pl.DataFrame, marks: pl.DataFrame, first: pl.Expr) -> pl.DataFrame:
    """What each position is worth, costs and is, on each day on which its mint traded and once before the days."""
    since = (pl.col("day") >= pl.col("close_day")) & (
        pl.col("next_close").is_null() | (pl.col("day") < pl.col("next_close"))
    )
    is_held = (pl.col("units") > 0) | (pl.col("day") == pl.col("close_day"))
    now = held.join(marks.filter(pl.col("day") >= first), "token_mint").filter(since & is_held)
    has_stood = (pl.col("close_day") < first) & ((pl.col("units") > 0) | (pl.col("cost") > 0))
    until = held.filter(has_stood).join(marks.filter(pl.col("day") < first), "token_mint")
    is_open = pl.col("units") > 0
    return (
        pl.concat([now, until])
        .with_columns(exit_lamports(pl.col("units")).alias("value"))
        .with_columns(
            pl.when(pl.col("mark_method") == "last_price").then(pl.col("value")).otherwise(0).alias("last_price_value"),
            is_open.cast(pl.Int64).alias("open"),
            (is_open & (pl.col("value") < pl.col("cost"))).cast(pl.Int64).alias("underwater"),
            (is_open & (pl.col("value") * 10 < pl.col("cost"))).cast(pl.Int64).alias("bag"),
        )
    )


def exit_lamports(units: pl.Expr) -> pl.Expr:
    """`marks.exit_value` over columns of a frame in memory; what cannot be worked out counts as the most, as there."""
    x, kept = units.cast(pl.Float64), 1.0 - pl.col("fee_close_share")
    sol = pl.col("reserve_sol_close_lamports").cast(pl.Float64)
    gross = sol * x / (pl.col("reserve_token_close_units").cast(pl.Float64) + x)
    real = pl.max_horizontal(sol - float(INITIAL_VIRTUAL_SOL_LAMPORTS), pl.lit(0.0))
    capped = pl.when(pl.col("venue_close") == "pump_curve").then(pl.min_horizontal(gross, real)).otherwise(gross)
    method = pl.col("mark_method")
    value = (
        pl.when(method.is_in(["reserves", "curve_from_price"])).then(capped * kept)
        .when(method == "last_price").then(x * pl.col("mark_price") * kept)
        .when(method == "none").then(pl.lit(0.0))
    )  # fmt: skip
    most = pl.min_horizontal(value.floor(), pl.lit(float(MOST_LAMPORTS)))
    return pl.when(units == 0).then(pl.lit(0.0)).otherwise(most).cast(pl.Int64)

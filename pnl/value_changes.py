"""Tells how much more or less traders' open positions would fetch, day by day: one walk over each cohort's lots.

As windows of the engine over each position, most of which have one row or two, this took most of the night of
`gold_trader_day`.
"""

from datetime import date
from typing import Final

import polars as pl
import pyarrow as pa

from pnl.exit_value import MARK, SET_ASIDE, exit_value
from pumploss.columns import COHORT, DAY, POSITION, TRADER
from pumploss.contract import Column, Table, Type

KEY: Final = (TRADER.name, DAY.name, COHORT.name)
#: Ages in days of an earlier mark that is told apart: with the day's own mark they make a week.
AGES: Final = range(1, 7)
#: What is told of each position and summed per trader and day.
MEASURES: Final = {
    "value": "What the trader's open positions would fetch",
    "last_price_value": "What those of them that are marked at a last price would fetch",
    "cost": "What the trader's open positions cost",
    "open": "Number of open positions",
    "underwater": "Number of open positions that would fetch less than they cost",
    "underwater_cost": "What those of them cost that would fetch less",
    "bag": "Number of open positions that would fetch less than a tenth of what they cost",
}

#: What `changes_of` answers.
CHANGES: Final = Table(
    name="value_changes",
    description="Per trader and day: by how much its open positions changed; never published.",
    columns=(
        TRADER,
        DAY,
        COHORT,
        *(Column(f"{name}_change", Type.BIGINT, f"Change of: {text}") for name, text in MEASURES.items()),
        Column("value_aside_change", Type.BIGINT, "The part of the change of value of mints that are set aside"),
        Column("marked_value", Type.BIGINT, "What the positions whose mint traded that day would fetch"),
        Column("superseded_values", Type.BIGINTS, "What these would have fetched by marks 1 to 6 days older, by age"),
        Column("mark_known_at", Type.TIMESTAMP, "Since when the day's marks of its positions are known"),
    ),
    key=KEY,
)


def changes_of(cohort: pa.Table, first: date) -> pa.Table:
    """One cohort's lots, and the marks of all mints as rows without a trader, to CHANGES from the first day on.

    Lots have POSITION, `trader_cohort`, `day` (of the close), `open_units` and `open_cost_lamports`: each position's
    latest close before the first day, and its closes since. Marks have `token_mint`, `day`, MARK and `known_at`: each
    mint's latest before the first day, and those since.
    """
    rows = pl.DataFrame(pl.from_arrow(cohort))
    marks = rows.filter(pl.col("trader_address").is_null()).select("token_mint", "day", *MARK, "known_at")
    measured = _measured(_closes(rows.filter(pl.col("trader_address").is_not_null())), marks, pl.lit(first))
    ordered = measured.sort(*POSITION, "day")
    is_same = pl.all_horizontal(pl.col(name) == pl.col(name).shift(1) for name in POSITION)
    changed = ordered.with_columns(
        (pl.col(name) - pl.when(is_same).then(pl.col(name).shift(1)).otherwise(0)).alias(f"{name}_change")
        for name in MEASURES
    ).with_columns(
        pl.when(_is_aside()).then(pl.col("value_change")).otherwise(0).alias("value_aside_change"),
        # Of a position that was never marked before, the age is missing and equals none.
        pl.when(is_same).then((pl.col("day") - pl.col("day").shift(1)).dt.total_days()).alias("mark_age"),
        pl.col("value").shift(1).alias("value_before"),
    )
    summed = (
        changed.filter(pl.col("day") >= first)
        .group_by(KEY)
        .agg(
            pl.col("^.*_change$").sum(),
            pl.col("value").sum().alias("marked_value"),
            *(pl.col("value_before").filter(pl.col("mark_age") == age).sum().alias(f"age_{age}") for age in AGES),
            pl.col("known_at").max().alias("mark_known_at"),
        )
        .with_columns(pl.concat_list(f"age_{age}" for age in AGES).alias("superseded_values"))
    )
    return pa.table(summed.select(CHANGES.names).to_arrow()).cast(CHANGES.arrow_schema)


def _closes(lots: pl.DataFrame) -> pl.DataFrame:
    """Open units and cost per position as they stand from `close_day` until before `next_close`."""
    closes = (
        lots.group_by(*POSITION, "trader_cohort", pl.col("day").alias("close_day"))
        .agg(pl.col("open_units").sum().alias("units"), pl.col("open_cost_lamports").sum().alias("cost"))
        .sort(*POSITION, "close_day")
    )
    is_same = pl.all_horizontal(pl.col(name) == pl.col(name).shift(-1) for name in POSITION)
    return closes.with_columns(pl.when(is_same).then(pl.col("close_day").shift(-1)).alias("next_close"))


def _measured(held: pl.DataFrame, marks: pl.DataFrame, first: pl.Expr) -> pl.DataFrame:
    """MEASURES of each position on each day on which its mint traded, and once before the first day."""
    since = (pl.col("day") >= pl.col("close_day")) & (
        pl.col("next_close").is_null() | (pl.col("day") < pl.col("next_close"))
    )
    is_held = (pl.col("units") > 0) | (pl.col("day") == pl.col("close_day"))
    now = held.join(marks.filter(pl.col("day") >= first), "token_mint").filter(since & is_held)
    has_stood = (pl.col("close_day") < first) & ((pl.col("units") > 0) | (pl.col("cost") > 0))
    until = held.filter(has_stood).join(marks.filter(pl.col("day") < first), "token_mint")
    is_open = (pl.col("units") > 0) & ~_is_aside()
    is_under = is_open & (pl.col("value") < pl.col("cost"))
    return (
        pl.concat([now, until])
        .with_columns(exit_value(pl.col("units")).alias("value"))
        .with_columns(
            pl.when(pl.col("mark_method") == "last_price").then(pl.col("value")).otherwise(0).alias("last_price_value"),
            pl.when(_is_aside()).then(0).otherwise(pl.col("cost")).alias("cost"),
            is_open.cast(pl.Int64).alias("open"),
            is_under.cast(pl.Int64).alias("underwater"),
            pl.when(is_under).then(pl.col("cost")).otherwise(0).alias("underwater_cost"),
            (is_open & (pl.col("value") * 10 < pl.col("cost"))).cast(pl.Int64).alias("bag"),
        )
    )


def _is_aside() -> pl.Expr:
    """Whether the position's mint is set aside: what it would fetch, cost and count is then in no sum."""
    return pl.col("mark_method") == SET_ASIDE

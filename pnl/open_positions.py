"""Values what a trader holds as of T: what it would fetch, with the age of the price that says so.

`gold_trader_day` sums the same values; it has a row only where something traded, so how old a mark is can only be said
as of a T, position by position.
"""

from datetime import date
from typing import Final

import polars as pl
import pyarrow as pa

from pnl.exit_value import MARK, SET_ASIDE, exit_value
from pumploss.columns import POSITION
from pumploss.days import midnight

#: A mark is stale where its mint did not trade for seven days: as long as outcomes are watched, so a whole outcome
#: window has passed without anybody buying at that price.
STALE_AFTER_SECONDS: Final = 7 * 86_400

#: What is answered of each position, after POSITION.
VALUES: Final = (
    "open_units", "open_cost_lamports", "exit_value_lamports", "unrealised_pnl_lamports", "mark_method",
    "last_traded_at", "mark_age_seconds", "is_mark_stale",
)  # fmt: skip


def valued(lots: pa.Table, marks: pa.Table, as_of: date) -> pa.Table:
    """Open positions as of 00:00 UTC of a day: POSITION and VALUES, in no order.

    `lots` are each position's latest rows of `silver_open_lots` before it, `marks` each mint's latest row of
    `gold_token_day` before it. A mint without a mark is worth nothing; how old its mark is, is then missing, and it
    counts as stale. A mint that is set aside is worth nothing, and gains and loses nothing.
    """
    state = pl.DataFrame(pl.from_arrow(marks)).select("token_mint", *MARK, "last_traded_at")
    age = pl.lit(int(midnight(as_of).timestamp())) - pl.col("last_traded_at").dt.epoch("s")
    value = pl.when(pl.col("mark_method").is_not_null()).then(exit_value(pl.col("open_units"))).otherwise(0)
    positions = (
        pl.DataFrame(pl.from_arrow(lots))
        .group_by(POSITION)
        .agg(pl.col("open_units").sum(), pl.col("open_cost_lamports").sum())
        .filter((pl.col("open_units") > 0) | (pl.col("open_cost_lamports") > 0))
        .join(state, "token_mint", how="left")
        .with_columns(exit_value_lamports=value, mark_age_seconds=age)
        .with_columns(
            unrealised_pnl_lamports=pl.when(pl.col("mark_method") == SET_ASIDE)
            .then(0)
            .otherwise(pl.col("exit_value_lamports") - pl.col("open_cost_lamports")),
            is_mark_stale=(pl.col("mark_age_seconds") > STALE_AFTER_SECONDS).fill_null(True),
        )
    )
    return pa.table(positions.select(*POSITION, *VALUES).to_arrow())

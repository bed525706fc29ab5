"""Tells how much of their own money traders had out over a day: buys minus what sells brought, trade by trade."""

from typing import Final

import polars as pl
import pyarrow as pa

from pumploss.columns import COHORT, DAY, TRADER
from pumploss.contract import Column, Table, Type

#: What `outlays_of` answers.
OUTLAYS: Final = Table(
    name="outlays",
    description="Per trader and day: the running sum of buys minus matched proceeds; never published.",
    columns=(
        TRADER,
        DAY,
        COHORT,
        Column("outlay_lamports", Type.BIGINT, "The sum at the end of the day"),
        Column("outlay_peak_lamports", Type.BIGINT, "The highest that it was, at least 0"),
    ),
    key=(TRADER.name, DAY.name, COHORT.name),
)

#: What `outlays_of` needs of a trade, and by which name.
TRADES: Final = (
    TRADER.name,
    "trade_date",
    COHORT.name,
    "order_in_trader_day",
    "buy_cost_lamports",
    "proceeds_lamports",
)


def outlays_of(cohort: pa.Table) -> pa.Table:
    """Walk one cohort's trades, given in any order with the columns TRADES, and answer OUTLAYS.

    Proceeds are those of matched sells alone: what was received without a buy is not the trader's own money coming
    back. So nobody's equity falls by more than what it was plus the highest sum.
    """
    trades = pl.DataFrame(pl.from_arrow(cohort)).rename({"trade_date": DAY.name})
    outlay = pl.col("buy_cost_lamports") - pl.col("proceeds_lamports")
    ordered = trades.with_columns(outlay=outlay).sort(TRADER.name, DAY.name, "order_in_trader_day")
    running = ordered.with_columns(running=pl.col("outlay").cum_sum().over(TRADER.name, DAY.name))
    summed = running.group_by(OUTLAYS.key).agg(
        pl.col("outlay").sum().alias("outlay_lamports"),
        pl.col("running").max().clip(lower_bound=0).alias("outlay_peak_lamports"),
    )
    return pa.table(summed.select(OUTLAYS.names).to_arrow()).cast(OUTLAYS.arrow_schema)

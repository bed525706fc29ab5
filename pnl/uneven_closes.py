"""Holds the lots at a day's close against what the day's last trade of each position left."""

from typing import Final

import polars as pl
import pyarrow as pa

from pnl.frames import framed
from pumploss.columns import POSITION

#: What is read of each trade and of each lot.
TRADE: Final = (*POSITION, "order_in_mint_day", "position_units", "position_cost_lamports", "trade_date")
LOT: Final = (*POSITION, "open_units", "open_cost_lamports", "close_day")

_KEY: Final = ("close_day", *POSITION)
_SIDES: Final = (("units", "lot_units"), ("cost", "lot_cost"))


def uneven_closes(trades: pa.Table, lots: pa.Table) -> pa.Table:
    """Positions whose lots at a day's close are not what the day's last trade left, by day and position.

    Takes TRADE of `silver_trade_pnl` and LOT of `silver_open_lots`, in any order. Answers `close_day`,
    `trader_address`, `token_mint`, and both sides as `units`, `cost`, `lot_units`, `lot_cost` (missing where a side has
    no row).
    """
    ordered = framed(trades.select(TRADE)).sort("order_in_mint_day")
    left = ordered.group_by(*POSITION, close_day="trade_date").agg(
        units=pl.col("position_units").last().cast(pl.Int128),
        cost=pl.col("position_cost_lamports").last().cast(pl.Int128),
    )
    # Lots that are wrong may sum to anything: no sum of 64 bits may come round to what is right.
    held = (
        framed(lots.select(LOT))
        .group_by(_KEY)
        .agg(
            lot_units=pl.col("open_units").cast(pl.Int128).sum(),
            lot_cost=pl.col("open_cost_lamports").cast(pl.Int128).sum(),
        )
    )
    both = left.join(held, on=_KEY, how="full", coalesce=True)
    differs = pl.any_horizontal(pl.col(ours).ne_missing(pl.col(theirs)) for ours, theirs in _SIDES)
    found = both.filter(differs).sort(_KEY).select(*_KEY, "units", "cost", "lot_units", "lot_cost")
    return found.with_columns(pl.col(name).cast(pl.Decimal(38, 0)) for pair in _SIDES for name in pair).to_arrow()

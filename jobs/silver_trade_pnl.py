"""FIFO profit and loss of every trade, and the lots that are left at each day's close.

The state is `silver_open_lots`: only the positions that trade in these days are read from it, so a night costs what its
trades cost. One pass over many days gives the rows of the days one by one.
"""

from datetime import date
from typing import TYPE_CHECKING

from jobs.context import Context
from jobs.state import latest_rows
from pumploss.contract import Column, Table, Type
from pumploss.days import Days
from pumploss.errors import ConservationError
from pumploss.report import RunReport
from pumploss.tables import silver_open_lots, silver_trades
from pumploss.tables.silver_trade_pnl import TABLE

if TYPE_CHECKING:
    import polars as pl
    import pyarrow as pa
    from pyspark.sql import DataFrame

    from jobs.fifo import FifoResult

LOTS = silver_open_lots.TABLE
POSITION = ["trader_address", "token_mint"]

#: What one call per cohort is handed: trades, and the lots that their positions carry in, as rows of one frame.
_WALKED_TRADE = (
    "trade_id", "traded_at", "trader_address", "token_mint", "direction", "token_units", "sol_lamports", "fee_lamports",
    "order_in_mint_day", "known_at", "trade_date", "trader_cohort",
)  # fmt: skip
_LOT_ONLY = ("lot_index", "lot_id", "opened_at", "open_units", "open_cost_lamports")

#: What it gives back: rows of both tables, told apart by `is_lot`.
_BOTH = tuple(column.optional() for column in TABLE.columns)
_BOTH += tuple(column.optional() for column in LOTS.columns if column.name not in TABLE.names)
WALKED = Table(
    name="walked",
    description="Rows of silver_trade_pnl and silver_open_lots in one stream; never published.",
    columns=(Column("is_lot", Type.BOOLEAN, "Whether the row is a lot"), *_BOTH),
    no_key_because="it is a stream of two tables",
)


def transform(trades: "DataFrame", lots: "DataFrame") -> "DataFrame":
    """Trades and carried lots to the rows of both tables (`WALKED`)."""
    from pyspark.sql import functions as F

    missing = [name for name in _WALKED_TRADE if name not in LOTS.names]
    # Closing rows come along: the walk ignores them, but since when a position is known goes on from them.
    as_rows = lots.select(
        *LOTS.names, *(F.lit(None).cast(silver_trades.TABLE[name].type.spark).alias(name) for name in missing)
    )
    as_trades = trades.select(
        *_WALKED_TRADE, *(F.lit(None).cast(LOTS[name].type.spark).alias(name) for name in (*_LOT_ONLY, "close_day"))
    )
    both = as_trades.unionByName(as_rows)
    return both.groupBy("trader_cohort").applyInArrow(walk_cohort, WALKED.ddl)


def walk_cohort(cohort: "pa.Table") -> "pa.Table":
    """One cohort's trades and lots, in any order, to its rows of `WALKED`."""
    import polars as pl
    import pyarrow as pa

    from jobs.fifo import FifoLots, FifoTrades, walk

    rows = pl.DataFrame(pl.from_arrow(cohort)).with_columns(
        pl.struct(POSITION).rank("dense").cast(pl.Int64).alias("position")
    )
    trades = rows.filter(pl.col("trade_id").is_not_null()).sort("position", "trade_date", "order_in_mint_day")
    lots = rows.filter(pl.col("trade_id").is_null()).sort("position", "lot_index")
    result = walk(
        FifoTrades(
            trades["position"].to_numpy(),
            (trades["direction"] == "buy").to_numpy(),
            trades["token_units"].to_numpy(),
            trades["sol_lamports"].to_numpy(),
            trades["fee_lamports"].to_numpy(),
            trades["traded_at"].dt.epoch("us").to_numpy(),
            trades["trade_date"].to_physical().to_numpy(),
        ),
        FifoLots(
            lots["position"].to_numpy(),
            lots["opened_at"].dt.epoch("us").fill_null(0).to_numpy(),
            lots["open_units"].to_numpy(),
            lots["open_cost_lamports"].to_numpy(),
        ),
    )
    known = pl.concat([lots.select("position", "known_at"), trades.select("position", "known_at")])
    known_at = known.select(pl.col("known_at").cum_max().over("position"))["known_at"].slice(len(lots))
    trades = trades.with_columns(known_at.alias("known_at"))
    joined = pl.concat([_pnl_rows(trades, result), _lot_rows(trades, lots, result)], how="diagonal")
    missing = [pl.lit(None).alias(name) for name in WALKED.names if name not in joined.columns]
    return pa.table(joined.with_columns(missing).select(WALKED.names).to_arrow()).cast(WALKED.arrow_schema)


def _pnl_rows(trades: "pl.DataFrame", result: "FifoResult") -> "pl.DataFrame":
    import polars as pl

    is_buy = pl.col("direction") == "buy"
    matched, sold_cost = pl.lit(result.matched_units), pl.lit(result.cost_lamports)
    proceeds = pl.lit(result.proceeds_lamports)
    return trades.select(
        pl.lit(False).alias("is_lot"),
        *_WALKED_TRADE,
        matched.alias("matched_units"),
        pl.when(is_buy).then(0).otherwise(pl.col("token_units") - matched).alias("unmatched_units"),
        pl.when(is_buy).then(pl.col("sol_lamports") + pl.col("fee_lamports")).otherwise(0).alias("buy_cost_lamports"),
        sold_cost.alias("sold_cost_lamports"),
        proceeds.alias("proceeds_lamports"),
        pl.when(~is_buy & (matched > 0)).then(proceeds - sold_cost).alias("pnl_lamports"),
        pl.lit(result.hold_seconds).fill_nan(None).alias("hold_seconds"),
        pl.lit(result.position_units_after).alias("position_units"),
        pl.lit(result.position_cost_after).alias("position_cost_lamports"),
    )


def _lot_rows(trades: "pl.DataFrame", lots: "pl.DataFrame", result: "FifoResult") -> "pl.DataFrame":
    import numpy as np
    import polars as pl

    from jobs.fifo import NO_LOT

    closes = result.closes
    names = pl.concat([trades["trade_id"], lots["lot_id"]])
    place = np.where(closes.ref >= 0, closes.ref, len(trades) + ~np.where(closes.ref == NO_LOT, -1, closes.ref))
    is_open = pl.lit(closes.ref != NO_LOT)
    frame = pl.DataFrame({"position": closes.position, "close_day": closes.day}).with_columns(
        pl.col("close_day").cast(pl.Date)
    )
    owners = trades.group_by("position", "trade_date").agg(
        pl.col("trader_address", "token_mint", "trader_cohort").first(), pl.col("known_at").last()
    )
    reference = names.gather(pl.Series(place).clip(0, max(len(names) - 1, 0))) if len(names) else names
    opened = pl.Series(closes.opened_at).cast(pl.Datetime("us", "UTC"))
    return frame.join(
        owners,
        left_on=["position", "close_day"],
        right_on=["position", "trade_date"],
        how="left",
        maintain_order="left",
    ).select(
        pl.lit(True).alias("is_lot"),
        *POSITION,
        pl.lit(closes.lot_index).cast(pl.Int32).alias("lot_index"),
        pl.when(is_open).then(pl.lit(reference)).alias("lot_id"),
        pl.when(is_open).then(pl.lit(opened)).alias("opened_at"),
        pl.lit(closes.units).alias("open_units"),
        pl.lit(closes.cost_lamports).alias("open_cost_lamports"),
        "known_at",
        "close_day",
        "trader_cohort",
    )


def carried_lots(context: Context, trades: "DataFrame", days: Days) -> "DataFrame":
    """Lots open before these days of the positions that trade in them: the latest close of each position."""
    before = context.read_before(LOTS, days[0])
    touched = before.join(trades.select(*POSITION).distinct(), POSITION, "left_semi")
    return latest_rows(touched, POSITION, "close_day")


def run(context: Context, days: Days) -> RunReport:
    """Walk these days on top of what was open before them. Raises ConservationError where a trade went missing."""
    report = RunReport("silver_trade_pnl")
    trades = context.read(silver_trades.TABLE, days)
    walked = context.lake.stage("walked", transform(trades, carried_lots(context, trades, days)))
    lots = walked.where("is_lot").select(*LOTS.names)
    pnl = walked.where("NOT is_lot").select(*TABLE.names)
    _account(context.lake.rows_by_day(silver_trades.TABLE), pnl, days, report)
    context.publish(LOTS, lots, days, report, staged=True)
    context.publish(TABLE, pnl, days, report, staged=True)
    return report


def _account(read: dict[date, int], pnl: "DataFrame", days: Days, report: RunReport) -> None:
    """Write each day's sums into the report. Raises ConservationError where a trade went missing."""
    written = {row["trade_date"]: row["count"] for row in pnl.groupBy("trade_date").count().collect()}
    for day in days:
        counts = report.day(day)
        counts.rows_read, counts.rows_written = read.get(day, 0), written.get(day, 0)
        if counts.rows_read != counts.rows_written:
            raise ConservationError(
                f"silver_trade_pnl of {day}: {counts.rows_read} trades became {counts.rows_written}; none was written."
            )

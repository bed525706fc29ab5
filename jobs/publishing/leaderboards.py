"""Ranks who lost most in each period that ends at T: by losing sells, and by net result."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from functools import reduce
from typing import Any

from pyspark.sql import Column as SparkColumn
from pyspark.sql import DataFrame
from pyspark.sql import functions as F

from jobs.publishing.pieces import scores
from jobs.running.step_context import StepContext
from pumploss.baseline import baseline_score
from pumploss.days import midnight, shift
from pumploss.money import SOL_DECIMALS
from pumploss.tables import gold_trader_day, silver_trade_pnl
from pumploss.warm import BOARD_ROWS, PERIODS
from pumploss.warm.tables import LEADERBOARDS, NET_LOSERS
from pumploss.warm.warm_table import WarmTable

#: The boards, by the sum that each ranks by.
RANKED_BY = {"loss": LEADERBOARDS, "net": NET_LOSERS}
#: What adds up over the days of a period, by name.
_FLOWS = {"loss": "realised_loss_lamports", "trades": "loss_count", "net": "equity_change_lamports"}
#: The same of a whole life, out of levels at the latest close: it reaches back to days that are no longer in the lake.
_LEVELS = {
    "loss": "realised_loss_close_lamports",
    "trades": "loss_count_close",
    "net": "realised_pnl_close_lamports + equity_close_lamports - open_cost_close_lamports",
}


@dataclass(frozen=True)
class Known:
    """Holds what else is known of traders, by address: mints traded on the day, last losing sell, the model's score."""

    mints: Mapping[str, int] = field(default_factory=dict)
    last_losses: Mapping[str, Any] = field(default_factory=dict)
    risk_scores: Mapping[str, float] = field(default_factory=dict)


def totals(trader_days: DataFrame, day: date) -> DataFrame:
    """Sum up, per trader, losses, losing sells and net result of each period that ends with the day.

    Also says on which day the trader last lost.
    """

    def within(column: str, length: int) -> SparkColumn:
        is_inside = F.col("day") > F.lit(shift(day, -length))
        return F.sum(F.when(is_inside, F.col(column)).otherwise(F.lit(0)))

    lengths = {period: length for period, length in PERIODS.items() if length is not None}
    sums = [
        within(column, length).alias(f"{name}_{period}")
        for period, length in lengths.items()
        for name, column in _FLOWS.items()
    ]
    levels = [F.max_by(F.expr(level), "day").alias(f"{name}_all") for name, level in _LEVELS.items()]
    last_loss = F.max(F.when(F.col("loss_count") > 0, F.col("day"))).alias("last_loss_day")
    return trader_days.groupBy("trader_address").agg(*sums, *levels, last_loss)


def ranked(totals: DataFrame, rows: int = BOARD_ROWS) -> DataFrame:
    """Choose the traders of every board, by `ranked_by` and period: the lowest negative sums, ties by address."""
    boards = [
        totals.where(F.col(f"{name}_{period}") < 0)
        .orderBy(F.col(f"{name}_{period}").asc(), F.col("trader_address").asc())
        .limit(rows)
        .withColumns({"ranked_by": F.lit(name), "period": F.lit(period)})
        for name in RANKED_BY
        for period in PERIODS
    ]
    return reduce(lambda above, below: above.unionByName(below), boards)


def leaderboards(context: StepContext, day: date) -> dict[WarmTable, list[dict[str, Any]]]:
    """Make the rows of all boards as of the end of the day, as the warm store has them."""
    trader_days = context.read_before(gold_trader_day.TABLE, shift(day, 1))
    per_trader = context.lake.stage("losses_per_trader", totals(trader_days, day))
    board = context.lake.stage("leaderboards", ranked(per_trader))
    losers = board.select("trader_address", "last_loss_day").dropDuplicates()
    rows = board.toArrow().to_pylist()

    trades = context.read(silver_trade_pnl.TABLE, [day])
    mints = (
        trades.join(losers, "trader_address", "left_semi")
        .groupBy("trader_address")
        .agg(F.count_distinct("token_mint").alias("value"))
    )
    loss_days = {row["last_loss_day"] for row in rows if row["last_loss_day"]}
    losses = context.read(silver_trade_pnl.TABLE, sorted(loss_days)).where("pnl_lamports < 0")
    on_that_day = [
        losses["trader_address"] == losers["trader_address"],
        losses["trade_date"] == losers["last_loss_day"],
    ]
    last = (
        losses.join(losers, on_that_day, "left_semi").groupBy("trader_address").agg(F.max("traded_at").alias("value"))
    )
    current = scores(context, shift(day, 1)).join(losers, "trader_address", "left_semi")
    modelled = current.select("trader_address", F.col("risk_score").alias("value"))
    return compose(rows, day, Known(_values(mints), _values(last), _values(modelled)))


def compose(rows: Iterable[dict[str, Any]], day: date, known: Known) -> dict[WarmTable, list[dict[str, Any]]]:
    """Put ranked rows into SOL, by board, in the order of period and rank."""
    boards: dict[tuple[str, str], list[dict[str, Any]]] = {}
    for row in rows:
        boards.setdefault((row["ranked_by"], row["period"]), []).append(row)
    as_of = midnight(shift(day, 1))
    return {
        table: [
            {"rank": rank, "as_of": as_of, **_row(row, period, known)}
            for period in PERIODS
            for rank, row in enumerate(_sorted(boards.get((name, period), []), f"{name}_{period}"), start=1)
        ]
        for name, table in RANKED_BY.items()
    }


def _sorted(board: list[dict[str, Any]], by: str) -> list[dict[str, Any]]:
    return sorted(board, key=lambda row: (row[by], row["trader_address"]))


def _row(row: Mapping[str, Any], period: str, known: Known) -> dict[str, Any]:
    """Put the sums of one trader into SOL; has the columns of every board."""
    trader, loss, trades = row["trader_address"], _sol(row[f"loss_{period}"]), row[f"trades_{period}"]
    day_loss = _sol(row["loss_24h"])
    return {
        "period": period,
        "trader": trader,
        "loss_amount": loss,
        "loss_trades": trades,
        "net_amount": _sol(row[f"net_{period}"]),
        "loss_amount_24h": day_loss,
        "loss_amount_all_time": _sol(row["loss_all"]),
        "loss_trades_24h": row["trades_24h"],
        "net_amount_24h": _sol(row["net_24h"]),
        "net_amount_all_time": _sol(row["net_all"]),
        "avg_loss_size": round(loss / trades, SOL_DECIMALS) if trades else Decimal(0),
        "tokens_traded_24h": known.mints.get(trader, 0),
        "last_loss_time": known.last_losses.get(trader),
        "baseline_score": baseline_score(day_loss, row["trades_24h"]),
        "risk_score": known.risk_scores.get(trader),
    }


def _sol(lamports: int) -> Decimal:
    return Decimal(lamports).scaleb(-SOL_DECIMALS)


def _values(frame: DataFrame) -> dict[str, Any]:
    """Collect `value` by trader."""
    table = frame.toArrow()
    return dict(zip(table["trader_address"].to_pylist(), table["value"].to_pylist(), strict=True))

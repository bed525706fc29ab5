"""Ranks who lost most: realised losses per trader and period that ends at T."""

from collections.abc import Mapping
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


def totals(trader_days: DataFrame, day: date) -> DataFrame:
    """Sum up, per trader, loss and losing sells of each period that ends with the day.

    Also says on which day the trader last lost. Lifetime figures are the levels at the latest close, so they reach back
    to days that are no longer in the lake.
    """

    def within(column: str, length: int) -> SparkColumn:
        is_inside = F.col("day") > F.lit(shift(day, -length))
        return F.sum(F.when(is_inside, F.col(column)).otherwise(F.lit(0)))

    sums = [
        total.alias(f"{name}_{period}")
        for period, length in PERIODS.items()
        if length is not None
        for name, total in (
            ("loss", within("realised_loss_lamports", length)),
            ("trades", within("loss_count", length)),
        )
    ]
    levels = [
        F.max_by(column, "day").alias(name)
        for name, column in (
            ("loss_all", "realised_loss_close_lamports"),
            ("trades_all", "loss_count_close"),
        )
    ]
    last_loss = F.max(F.when(F.col("loss_count") > 0, F.col("day"))).alias("last_loss_day")
    return trader_days.groupBy("trader_address").agg(*sums, *levels, last_loss)


def ranked(totals: DataFrame, rows: int = BOARD_ROWS) -> DataFrame:
    """Choose the traders of every leaderboard, by period: the lowest negative sums, ties by address."""
    boards = [
        totals.where(F.col(f"loss_{period}") < 0)
        .orderBy(F.col(f"loss_{period}").asc(), F.col("trader_address").asc())
        .limit(rows)
        .withColumn("period", F.lit(period))
        for period in PERIODS
    ]
    return reduce(lambda above, below: above.unionByName(below), boards)


def leaderboards(context: StepContext, day: date) -> list[dict[str, Any]]:
    """Make the rows of all leaderboards as of the end of the day, as the warm store's `leaderboards` has them."""
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
    return compose(rows, day, _values(mints), _values(last), _values(modelled))


def compose(
    rows: list[dict[str, Any]],
    day: date,
    mints: Mapping[str, int],
    last_losses: Mapping[str, Any],
    model_scores: Mapping[str, float],
) -> list[dict[str, Any]]:
    """Put ranked rows into SOL, in the order of period and rank.

    What else is known of a trader is given by address: mints traded on the day, time of the last loss, model score.
    """
    as_of = midnight(shift(day, 1))
    board = []
    for period in PERIODS:
        of_period = [row for row in rows if row["period"] == period]
        of_period.sort(key=lambda row: (row[f"loss_{period}"], row["trader_address"]))
        for rank, row in enumerate(of_period, start=1):
            trader = row["trader_address"]
            board.append(
                {
                    "period": period,
                    "rank": rank,
                    "trader": trader,
                    **_losses(row, period),
                    "tokens_traded_24h": mints.get(trader, 0),
                    "last_loss_time": last_losses.get(trader),
                    "risk_score": baseline_score(_sol(row["loss_24h"]), row["trades_24h"]),
                    "model_risk_score": model_scores.get(trader),
                    "as_of": as_of,
                }
            )
    return board


def _losses(row: Mapping[str, Any], period: str) -> dict[str, Any]:
    """Put the sums of one trader into SOL, those of the board's period first."""
    loss, trades = _sol(row[f"loss_{period}"]), row[f"trades_{period}"]
    return {
        "loss_amount": loss,
        "loss_trades": trades,
        "loss_amount_24h": _sol(row["loss_24h"]),
        "loss_amount_all_time": _sol(row["loss_all"]),
        "loss_trades_24h": row["trades_24h"],
        "avg_loss_size": round(loss / trades, SOL_DECIMALS),
    }


def _sol(lamports: int) -> Decimal:
    return Decimal(lamports).scaleb(-SOL_DECIMALS)


def _values(frame: DataFrame) -> dict[str, Any]:
    """Collect `value` by trader."""
    table = frame.toArrow()
    return dict(zip(table["trader_address"].to_pylist(), table["value"].to_pylist(), strict=True))

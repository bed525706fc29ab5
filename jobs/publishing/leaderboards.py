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
from jobs.publishing.reserve import HIGHEST, THRESHOLDS
from jobs.running.step_context import StepContext
from pumploss.baseline import baseline_score
from pumploss.days import midnight, shift, span
from pumploss.errors import LakeError
from pumploss.money import SOL_DECIMALS
from pumploss.tables import gold_lifetime_losers, gold_trader_day, silver_trade_pnl
from pumploss.tables.gold_lifetime_losers import LOSS, NET
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
#: Columns of `gold_lifetime_losers` that boards of all time rank by, with their thresholds.
_THRESHOLDS = {"loss": THRESHOLDS[LOSS.name], "net": THRESHOLDS[NET.name]}
_LENGTHS = {period: length for period, length in PERIODS.items() if length is not None}


@dataclass(frozen=True)
class Known:
    """Holds what else is known of traders, by address: mints traded on the day, and the model's score."""

    mints: Mapping[str, int] = field(default_factory=dict)
    risk_scores: Mapping[str, float] = field(default_factory=dict)


def totals(trader_days: DataFrame, day: date) -> DataFrame:
    """Sum up, per trader, losses, losing sells and net result of each period of days that ends with the day.

    `trader_days` are rows of the longest period. What is of a whole life is as of the latest row.
    """

    def within(column: str, length: int) -> SparkColumn:
        is_inside = F.col("day") > F.lit(shift(day, -length))
        return F.sum(F.when(is_inside, F.col(column)).otherwise(F.lit(0)))

    sums = [
        within(column, length).alias(f"{name}_{period}")
        for period, length in _LENGTHS.items()
        for name, column in _FLOWS.items()
    ]
    levels = [F.max_by(F.expr(level), "day").alias(f"{name}_all") for name, level in _LEVELS.items()]
    last = F.max_by("last_lost_at_close", "day").alias("last_lost_at")
    return trader_days.groupBy("trader_address").agg(*sums, *levels, last)


def lifetimes(losers: DataFrame, totals: DataFrame) -> DataFrame:
    """Put a day's rows of `gold_lifetime_losers` beside what their traders did on that day."""
    of_day = [f"{name}_24h" for name in _FLOWS]
    rows = losers.select(
        "trader_address",
        F.col(LOSS.name).alias("loss_all"),
        F.col("loss_count_close").alias("trades_all"),
        F.col(NET.name).alias("net_all"),
        F.col("last_lost_at_close").alias("last_lost_at"),
        *_THRESHOLDS.values(),
    )
    joined = rows.join(totals.select("trader_address", *of_day), "trader_address", "left")
    return joined.select(*rows.columns, *(F.coalesce(name, F.lit(0)).alias(name) for name in of_day))


def ranked(totals: DataFrame, lifetimes: DataFrame, rows: int = BOARD_ROWS) -> DataFrame:
    """Choose the traders of every board, by `ranked_by` and period: the lowest negative sums, ties by address."""
    names = dict.fromkeys((*totals.columns, *lifetimes.columns))
    # The engine writes a missing column of no type otherwise than it reads it: all that one of the two lacks are sums.
    both = [
        frame.select(*(name if name in frame.columns else F.lit(None).cast("bigint").alias(name) for name in names))
        for frame in (totals, lifetimes)
    ]
    boards = [
        (both[0] if period in _LENGTHS else both[1])
        .where(F.col(f"{name}_{period}") < 0)
        .orderBy(F.col(f"{name}_{period}").asc(), F.col("trader_address").asc())
        .limit(rows)
        .withColumns({"ranked_by": F.lit(name), "period": F.lit(period)})
        for name in RANKED_BY
        for period in PERIODS
    ]
    return reduce(lambda above, below: above.unionByName(below), boards)


def refuse_short(rows: Iterable[Mapping[str, Any]], day: date, size: int = BOARD_ROWS) -> None:
    """Raise LakeError where others may belong on a board of all time: too few are left within its threshold.

    That takes more erased traders since the day was built than any day leaves in reserve.
    """
    lifetime = [row for row in rows if row["period"] not in _LENGTHS]
    for name, threshold in _THRESHOLDS.items():
        board = [row for row in lifetime if row["ranked_by"] == name]
        within = [row for row in board if row[f"{name}_all"] <= row[threshold]]
        if board and board[0][threshold] < HIGHEST and len(within) < size:
            raise LakeError(
                f"Only {len(within)} of the {size} rows of a board of all time are sure in gold_lifetime_losers of "
                f"{day}. Run `python -m jobs run gold_lifetime_losers --day {day}`, which looks for the others."
            )


def leaderboards(context: StepContext, day: date) -> dict[WarmTable, list[dict[str, Any]]]:
    """Make the rows of all boards as of the end of the day, as the warm store has them.

    Raises StaleError, and LakeError where boards of all time would be short of rows.
    """
    per_trader = context.lake.stage("losses_per_trader", totals(_recent(context, day), day))
    losers = context.read(gold_lifetime_losers.TABLE, [day])
    board = context.lake.stage("leaderboards", ranked(per_trader, lifetimes(losers, per_trader)))
    rows = board.toArrow().to_pylist()
    refuse_short(rows, day)

    traders = board.select("trader_address").dropDuplicates()
    trades = context.read(silver_trade_pnl.TABLE, [day])
    mints = (
        trades.join(traders, "trader_address", "left_semi")
        .groupBy("trader_address")
        .agg(F.count_distinct("token_mint").alias("value"))
    )
    current = scores(context, shift(day, 1)).join(traders, "trader_address", "left_semi")
    modelled = current.select("trader_address", F.col("risk_score").alias("value"))
    return compose(rows, day, Known(_values(mints), _values(modelled)))


def _recent(context: StepContext, day: date) -> DataFrame:
    """Read the days of the longest period that the lake has."""
    window = span(shift(day, 1 - max(_LENGTHS.values())), day)
    # Also days of which the lake has nothing: they may be gone, and are to be built again.
    context.require_readable(gold_trader_day.TABLE, window)
    built = context.lake.rows_by_day(gold_trader_day.TABLE)
    return context.read(gold_trader_day.TABLE, [within for within in window if within in built])


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
        "last_loss_time": row["last_lost_at"],
        "baseline_score": baseline_score(day_loss, row["trades_24h"]),
        "risk_score": known.risk_scores.get(trader),
    }


def _sol(lamports: int) -> Decimal:
    return Decimal(lamports).scaleb(-SOL_DECIMALS)


def _values(frame: DataFrame) -> dict[str, Any]:
    """Collect `value` by trader."""
    table = frame.toArrow()
    return dict(zip(table["trader_address"].to_pylist(), table["value"].to_pylist(), strict=True))

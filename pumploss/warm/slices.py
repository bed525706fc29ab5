"""Turns rows of the lake into rows of the published tables, in SOL and whole tokens."""

from decimal import Decimal
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc

from pumploss.warm.loading import Slice, amounts, lamport_amounts, lamport_sum
from pumploss.warm.tables import (
    BOARD_ROWS,
    DAILY_LOSSES,
    EXPECTED_LOSERS,
    MARKET_DAYS,
    PREDICTIONS,
    SCORE_DAYS,
    SCORES,
    TRADES,
    WarmTable,
)

#: Goes up when the same lake rows become other published rows: days published before are then published again.
LAYOUT = 2

_ZERO = Decimal(0)
#: What the store must show the sums of, of every board.
_SUMMED = ("loss_amount", "net_amount")
#: Of the columns of `market_days`, those of `gold_market_day` that each is.
_MARKET_AMOUNTS = {
    "volume_sol": "volume_lamports",
    "fees_sol": "fees_lamports",
    "realised_sol": "realised_pnl_lamports",
    "loss_sol": "realised_loss_lamports",
}
_MARKET_COUNTS = {
    "trades": "trade_count",
    "buys": "buy_count",
    "sells": "sell_count",
    "traders": "trader_count",
    "tokens": "mint_count",
    "new_tokens": "new_mint_count",
    "matched_sells": "matched_sell_count",
    "losing_sells": "loss_count",
}


def trade_slice(trades: pa.Table) -> Slice:
    """Make rows of `trades_timeseries` from trades with profit and loss, decimals and signature.

    They are in the order of traders and time, so that the trades of a trader lie on few pages.
    """
    order = ("trader_address", "traded_at", "trade_id")
    rows = trades.sort_by([(name, "ascending") for name in order])
    sol, pnl = rows["sol_lamports"], rows["pnl_lamports"]
    token_amount = amounts(rows["token_units"], rows["token_decimals"])
    derived = {
        "time": rows["traded_at"],
        "token_amount": token_amount,
        "sol_amount": lamport_amounts(sol),
        "pnl_sol": lamport_amounts(pnl),
    }
    sums = {"sol_amount": lamport_sum(sol), "pnl_sol": lamport_sum(pnl)}
    return Slice(_table(rows, TRADES, derived), sums)


def loss_slice(trader_days: pa.Table) -> Slice:
    """Make rows of `daily_losses` from days of traders who lost."""
    rows = trader_days.sort_by("trader_address")
    lost = rows["realised_loss_lamports"]
    return Slice(
        _table(rows, DAILY_LOSSES, {"daily_loss": lamport_amounts(lost)}),
        {"daily_loss": lamport_sum(lost)},
    )


def market_slice(days: pa.Table) -> Slice:
    """Make rows of `market_days` from days of the whole market."""
    rows = days.sort_by("day")
    amounts = {name: rows[origin] for name, origin in _MARKET_AMOUNTS.items()}
    derived = {name: rows[origin] for name, origin in _MARKET_COUNTS.items()}
    derived |= {name: lamport_amounts(lamports) for name, lamports in amounts.items()}
    return Slice(
        _table(rows, MARKET_DAYS, derived),
        {name: lamport_sum(lamports) for name, lamports in amounts.items()},
    )


def score_day_slice(scores: pa.Table) -> Slice:
    """Make rows of `score_days` from scores."""
    rows = scores.sort_by("trader_address")
    return Slice(_table(rows, SCORE_DAYS, {"day": rows["score_day"]}))


def prediction_slice(scores: pa.Table) -> Slice:
    """Make rows of `loss_predictions`."""
    return Slice(_table(scores, PREDICTIONS, {"model_version": scores["loss_model_version"]}))


def expected_slice(scores: pa.Table) -> Slice:
    """Make rows of `expected_losers` from all scores of a T: whoever is expected to lose most comes first."""
    order = [("expected_loss_sol", "descending"), ("trader_address", "ascending")]
    rows = scores.filter(pc.field("expected_loss_sol") > 0).sort_by(order).slice(0, BOARD_ROWS)
    derived = {
        "rank": pa.array(range(1, len(rows) + 1), pa.int32()),
        "trader": rows["trader_address"],
    }
    return Slice(_table(rows, EXPECTED_LOSERS, derived))


def score_slice(scores: pa.Table) -> Slice:
    """Make rows of `risk_scores`."""
    return Slice(_table(scores, SCORES, {"model_version": scores["risk_model_version"]}))


def board_slice(table: WarmTable, board: list[dict[str, Any]]) -> Slice:
    """Make rows of a leaderboard; decimals and times travel as text, which loses nothing."""
    rows = {
        name: pa.array([None if row[name] is None else str(row[name]) for row in board], pa.string())
        for name in table.names
    }
    return Slice(pa.table(rows), {name: sum((row[name] for row in board), start=_ZERO) for name in _SUMMED})


def _table(rows: pa.Table, table: WarmTable, derived: dict[str, Any]) -> pa.Table:
    return pa.table({name: derived[name] if name in derived else rows[name] for name in table.names})

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
    PREDICTIONS,
    SCORES,
    TRADES,
    WarmTable,
)

#: Goes up when the same lake rows become other published rows: days published before are then published again.
LAYOUT = 1

_ZERO = Decimal(0)
#: What the store must show the sums of, of every board.
_SUMMED = ("loss_amount", "net_amount")


def trade_slice(trades: pa.Table) -> Slice:
    """Make rows of `trades_timeseries`, in order of time, from trades with profit and loss, decimals and signature."""
    rows = trades.sort_by([("traded_at", "ascending"), ("trade_id", "ascending")])
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

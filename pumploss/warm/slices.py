"""Turns rows of the lake into rows of the published tables, in SOL and whole tokens."""

from collections.abc import Sequence
from decimal import Decimal
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc

from pumploss.warm.loading import Slice, amounts, lamport_amounts, lamport_sum
from pumploss.warm.losers import BOARD_ROWS, EXPECTED_COLUMNS

#: Goes up when the same lake rows become other published rows: days published before are then published again.
LAYOUT = 1

_ZERO = Decimal(0)

TRADE_COLUMNS = (
    *("time", "trade_id", "trader_address", "token_mint", "direction"),
    *("token_amount", "sol_amount", "pnl_sol", "signature"),
)
LOSS_COLUMNS = ("day", "trader_address", "daily_loss", "loss_count")
PREDICTION_COLUMNS = (
    *(
        "trader_address",
        "as_of",
        "horizon_days",
        "p_loss",
        "p_trade",
        "p_loss_if_exposed",
        "expected_loss_sol",
        "loss_p50_sol",
        "loss_p90_sol",
        "features_hash",
        "model_version",
        "scored_at",
    ),
)
SCORE_COLUMNS = (
    *(
        "trader_address",
        "as_of",
        "horizon_days",
        "p_severe",
        "risk_score",
        "risk_band",
        "risk_percentile",
    ),
    *("baseline_score", "reasons", "features_hash", "model_version", "score_version", "scored_at"),
)


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
    return Slice(_table(rows, TRADE_COLUMNS, derived), sums)


def loss_slice(trader_days: pa.Table) -> Slice:
    """Make rows of `daily_losses` from days of traders who lost."""
    rows = trader_days.sort_by("trader_address")
    lost = rows["realised_loss_lamports"]
    return Slice(
        _table(rows, LOSS_COLUMNS, {"daily_loss": lamport_amounts(lost)}),
        {"daily_loss": lamport_sum(lost)},
    )


def prediction_slice(scores: pa.Table) -> Slice:
    """Make rows of `loss_predictions`."""
    return Slice(_table(scores, PREDICTION_COLUMNS, {"model_version": scores["loss_model_version"]}))


def expected_slice(scores: pa.Table) -> Slice:
    """Make rows of `expected_losers` from all scores of a T: whoever is expected to lose most comes first."""
    order = [("expected_loss_sol", "descending"), ("trader_address", "ascending")]
    rows = scores.filter(pc.field("expected_loss_sol") > 0).sort_by(order).slice(0, BOARD_ROWS)
    derived = {
        "rank": pa.array(range(1, len(rows) + 1), pa.int32()),
        "trader": rows["trader_address"],
        "model_risk_score": rows["risk_score"],
    }
    return Slice(_table(rows, EXPECTED_COLUMNS, derived))


def score_slice(scores: pa.Table) -> Slice:
    """Make rows of `risk_scores`."""
    return Slice(_table(scores, SCORE_COLUMNS, {"model_version": scores["risk_model_version"]}))


def board_slice(board: list[dict[str, Any]], columns: Sequence[str]) -> Slice:
    """Make rows of `leaderboards`; decimals and times travel as text, which loses nothing."""
    rows = {
        name: pa.array([None if row[name] is None else str(row[name]) for row in board], pa.string())
        for name in columns
    }
    return Slice(pa.table(rows), {"loss_amount": sum((row["loss_amount"] for row in board), start=_ZERO)})


def _table(rows: pa.Table, columns: Sequence[str], derived: dict[str, Any]) -> pa.Table:
    return pa.table({name: derived[name] if name in derived else rows[name] for name in columns})

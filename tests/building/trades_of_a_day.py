"""Trades of a day for the warm store, all alike but for their identities."""

from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from random import Random
from typing import Any

import pyarrow as pa

from pumploss.warm import slices
from pumploss.warm.loading import Slice


def trades_of(day: date, size: int) -> Slice:
    at = datetime(day.year, day.month, day.day, tzinfo=UTC)
    made = {
        "traded_at": pa.array([at] * size, pa.timestamp("us", "UTC")),
        "trade_id": [f"{number}" for number in range(size)],
        **{name: ["x"] * size for name in ("trader_address", "token_mint", "signature")},
        "direction": ["buy"] * size,
        **{name: pa.array([1] * size, pa.int64()) for name in ("token_units", "sol_lamports")},
        "pnl_lamports": pa.array([None] * size, pa.int64()),
        "token_decimals": pa.array([6] * size, pa.int32()),
    }
    return slices.trade_slice(pa.table(made))


def drawn_trades(draw: Random, day: date, size: int, tokens: str = "abcdefgh", traders: int = 12) -> Slice:
    """Trades of few traders with few tokens, the first of which have most; half of all sells have no result."""
    start = datetime(day.year, day.month, day.day, tzinfo=UTC)
    sells = [draw.random() < 0.5 for _ in range(size)]
    made = {
        "traded_at": pa.array(
            [start + timedelta(seconds=draw.randrange(86_400)) for _ in sells], pa.timestamp("us", "UTC")
        ),
        "trade_id": [f"{day}-{number}" for number in range(size)],
        "trader_address": [f"t{draw.randrange(traders)}" for _ in sells],
        "token_mint": [tokens[int(len(tokens) * draw.random() ** 2)] for _ in sells],
        "signature": [f"s{number}" for number in range(size)],
        "direction": ["sell" if sell else "buy" for sell in sells],
        "token_units": pa.array([draw.randrange(10**9) for _ in sells], pa.int64()),
        "sol_lamports": pa.array([draw.randrange(10**12) for _ in sells], pa.int64()),
        "pnl_lamports": pa.array(
            [draw.randrange(-(10**10), 10**10) if sell and draw.random() < 0.5 else None for sell in sells], pa.int64()
        ),
        "token_decimals": pa.array([6] * size, pa.int32()),
    }
    names = {
        name: pa.array(values, pa.string()) if isinstance(values, list) else values for name, values in made.items()
    }
    return slices.trade_slice(pa.table(names))


def trade_rows(trades: Slice) -> list[dict[str, Any]]:
    """The same trades as plain values."""
    amounts = ("token_amount", "sol_amount", "pnl_sol")
    return [
        {**row, **{name: None if row[name] is None else Decimal(row[name]) for name in amounts}}
        for row in trades.rows.to_pylist()
    ]

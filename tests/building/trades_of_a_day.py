"""Trades of a day for the warm store, all alike but for their identities."""

from datetime import UTC, date, datetime

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

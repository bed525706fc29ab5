"""Makes trades of one trader and mint, and walks them by FIFO."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pyarrow as pa

from pnl import walk_rows
from pumploss.tables import silver_open_lots, silver_trades
from pumploss.tables.silver_trade_pnl import TABLE as PNL
from tests.building.frames import arrow_of

NOON = datetime(2026, 1, 5, 12, tzinfo=UTC)


def buy(units: int, sol: int, fee: int = 0, **given: Any) -> dict[str, Any]:
    """Makes a buy of so many units for so many lamports."""
    return {"direction": "buy", "token_units": units, "sol_lamports": sol, "fee_lamports": fee, **given}


def sell(units: int, sol: int, fee: int = 0, **given: Any) -> dict[str, Any]:
    """Makes a sell of so many units for so many lamports."""
    return {**buy(units, sol, fee, **given), "direction": "sell"}


def later(trade: dict[str, Any], days: int = 1) -> dict[str, Any]:
    """Makes the same trade some days later."""
    return {**trade, "day": days}


def trades_of(*trades: dict[str, Any]) -> pa.Table:
    """Makes rows of `silver_trades` of trades in order, a second apart, of one cohort unless they name others."""
    named = [
        {
            "trader_address": "t",
            "token_mint": "m",
            "trade_id": f"{n}",
            "traded_at": NOON + timedelta(days=trade.get("day", 0), seconds=n),
            "trade_date": (NOON + timedelta(days=trade.get("day", 0))).date(),
            "order_in_mint_day": n + 1,
            "trader_cohort": 3,
            **{name: value for name, value in trade.items() if name != "day"},
        }
        for n, trade in enumerate(trades)
    ]
    return arrow_of(silver_trades.TABLE, *named)


def walked(*trades: dict[str, Any]) -> list[pa.Table]:
    """Walks trades in order; answers `silver_trade_pnl` and `silver_open_lots`, of one cohort."""
    return [
        rows.append_column("trader_cohort", pa.repeat(pa.scalar(3, pa.int32()), len(rows)))
        .select(table.names)
        .cast(table.arrow_schema)
        for rows, table in zip(
            walk_rows(trades_of(*trades), arrow_of(silver_open_lots.TABLE)),
            (PNL, silver_open_lots.TABLE),
            strict=True,
        )
    ]


def picked(rows: list[dict[str, Any]], *names: str) -> list[tuple[Any, ...]]:
    """Picks some values of each row."""
    return [tuple(row[name] for name in names) for row in rows]

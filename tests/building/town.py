"""A small lake that is filled by hand, and what was published of it."""

import json
from collections.abc import Mapping
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from typing import Any

import psycopg
import pyarrow as pa

from features import registry
from jobs.pipeline import WRITER
from jobs.running.context import Context
from jobs.running.runner import run_pass
from pumploss import checks
from pumploss.contract import Table, Type
from pumploss.days import shift
from pumploss.report import RunReport
from pumploss.settings import Settings
from pumploss.tables import gold_scores, gold_trader_day, silver_trade_pnl, silver_trades
from pumploss.warm import open_warm

DAY = date(2026, 1, 31)
SOL = 1_000_000_000
TABLES = (
    *("trades_timeseries", "daily_losses", "trader_features", "risk_scores"),
    *("leaderboards", "net_losers", "expected_losers"),
)
#: What an attacker may write where a name is expected.
INJECTION = "x'); DROP TABLE trades_timeseries; -- $$ \\. \"\u202e,\n"
FILLERS: dict[Type, Any] = {
    Type.STRING: "",
    Type.BIGINT: 0,
    Type.INT: 0,
    Type.DOUBLE: 0.0,
    Type.BOOLEAN: False,
    Type.TIMESTAMP: datetime(2026, 1, 1, tzinfo=UTC),
    Type.DATE: date(2026, 1, 1),
    Type.WIDE: Decimal(0),
    Type.BIGINTS: [0] * 24,
    Type.DOUBLES: [],
}


class Town:
    """A lake that is filled by hand: each trade is (trader, mint, pnl in lamports or None for a buy)."""

    def __init__(self, settings: Settings) -> None:
        self.settings = settings
        self.context = Context(settings)
        self.lifetime: dict[str, list[Any]] = {}

    def write(self, table: Table, day: date, rows: list[dict[str, Any]]) -> None:
        """Replace a day of a table and tell the ledger, as its step would."""
        filled = [{c.name: None if c.nullable else FILLERS[c.type] for c in table.columns} | row for row in rows]
        batch = pa.Table.from_pylist(filled, schema=table.arrow_schema)
        frame = self.context.lake.stage(table.name, self.context.spark.createDataFrame(batch))
        frame = frame if rows else self.context.spark.createDataFrame([], table.spark_schema)
        measured = checks.measure(table, frame)
        self.context.lake.replace(table, frame, [day], measured.rows)
        self.ledger_row(table, day, "ok", measured.digests.get(day, "0-0"))

    def ledger_row(self, table: Table, day: date, status: str, digest: str) -> None:
        step = WRITER[table.name]
        run_day = shift(day, -step.offset_days)
        before = self.context.ledger.latest().get((step.name, run_day))
        outputs = json.loads(before["outputs"]) if before else {}
        outputs[table.name] = {"digest": digest}
        row = {
            "run_id": "r",
            "step": step.name,
            "day": run_day,
            "status": status,
            "seconds": 0.0,
            "peak_memory_bytes": 0,
            "inputs": "[]",
            "outputs": json.dumps(outputs),
            "code_version": "test",
            "landing": self.settings.landing,
            "error": "changed",
        }
        self.context.ledger.append([row])

    def trade_day(self, day: date, trades: list[tuple[str, str, int | None]]) -> None:
        """Write a day of trades and of traders; levels at the close go on from the days before."""
        silver, pnl = [], []
        for number, (trader, mint, made) in enumerate(trades):
            trade: dict[str, Any] = {
                "trade_id": f"{day}-{number}",
                "traded_at": datetime(day.year, day.month, day.day, 12, tzinfo=UTC) + timedelta(seconds=number),
                "trader_address": trader,
                "token_mint": mint,
                "direction": "buy" if made is None else "sell",
                "token_units": 1_500_000 + number,
                "sol_lamports": 3 * SOL + 1,
                "trade_date": day,
                "trader_cohort": number % 16,
            }
            signature = None if number % 2 else ""
            silver.append({**trade, "signature": signature, "token_decimals": 6 + 3 * (number % 2)})
            pnl.append({**trade, "pnl_lamports": made})
        self.write(silver_trades.TABLE, day, silver)
        self.write(silver_trade_pnl.TABLE, day, pnl)
        traders = []
        for trader in sorted({trade[0] for trade in trades}):
            made = [pnl for who, _, pnl in trades if who == trader and pnl is not None]
            lost = [pnl for pnl in made if pnl < 0]
            life = self.lifetime.setdefault(trader, [0, 0, 0, None])
            at = [row["traded_at"] for row in pnl if row["trader_address"] == trader and (row["pnl_lamports"] or 0) < 0]
            life[:] = [life[0] + sum(lost), life[1] + len(lost), life[2] + sum(made), max(at, default=life[3])]
            traders.append(
                {
                    "trader_address": trader,
                    "day": day,
                    "loss_count": len(lost),
                    "realised_loss_lamports": sum(lost),
                    "realised_loss_close_lamports": life[0],
                    "loss_count_close": life[1],
                    "equity_change_lamports": sum(made),
                    "realised_pnl_close_lamports": life[2],
                    "last_lost_at_close": life[3],
                }
            )
        self.write(gold_trader_day.TABLE, day, traders)
        run_pass(self.context, RunReport("gold_lifetime_losers"), (day,))

    def score_day(self, day: date, scores: Mapping[str, float]) -> None:
        as_of = datetime(day.year, day.month, day.day, tzinfo=UTC)
        rows = [
            {
                "trader_address": trader,
                "as_of": as_of,
                "scored_at": as_of,
                "horizon_days": 7,
                "risk_score": score,
                "p_loss": 0.5,
                "p_trade": 0.8,
                "p_loss_if_exposed": 0.625,
                "expected_loss_sol": score / 10,
                "loss_p90_sol": score / 5,
                "p_severe": 0.25,
                "risk_band": "high",
                "reasons": '["bags", "fees"]',
                "score_day": day,
            }
            for trader, score in scores.items()
        ]
        self.write(gold_scores.TABLE, day, rows)
        names = [{"trader_address": name, "as_of": as_of, "feature_day": day} for name in scores]
        self.write(registry.TABLE, day, names)


def rows(connection: psycopg.Connection, table: str) -> list[tuple[Any, ...]]:
    return connection.execute(f"SELECT * FROM {table} ORDER BY 1, 2").fetchall()


def everything(settings: Settings) -> dict[str, list[tuple[Any, ...]]]:
    with open_warm(settings) as warm:
        return {table: rows(warm, table) for table in TABLES}

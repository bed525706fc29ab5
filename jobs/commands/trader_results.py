"""One wallet's rows of a table, and what it made and holds: what `trader` shows before features and scores."""

from datetime import date
from typing import Any

import polars as pl
import pyarrow as pa
from pyspark.sql import functions as F

from jobs.commands.terminal import show_facts, show_table
from jobs.running.context import Context
from jobs.running.lookups import latest_before, latest_rows
from pnl import valued
from pumploss.cohort import trader_cohort
from pumploss.columns import POSITION
from pumploss.contract import Table
from pumploss.money import LAMPORTS_PER_SOL
from pumploss.tables import gold_token_day, gold_trader_day, silver_open_lots, silver_round_trips

#: How many open positions are printed, those that would fetch most.
SHOWN_POSITIONS = 10


def scan(context: Context, table: Table, address: str) -> pl.LazyFrame:
    """The trader's rows of a table, none where it was never written."""
    if not context.lake.exists(table):
        return pl.DataFrame(pl.from_arrow(table.arrow_schema.empty_table())).lazy()
    rows = pl.scan_delta(context.lake.path(table)).filter(pl.col("trader_address") == address)
    return rows.filter(pl.col("trader_cohort") == trader_cohort(address)) if "trader_cohort" in table.names else rows


def results(context: Context, address: str, day: date) -> dict[str, Any]:
    """What the wallet made and holds as of 00:00 UTC of a day: `account`, `positions` and `round_trips`.

    Amounts are lamports over its life. Each is None for a wallet that did not trade before that.
    """
    days = scan(context, gold_trader_day.TABLE, address).filter(_before("day", day)).collect().sort("day")
    if days.is_empty():
        return {"account": None, "positions": None, "round_trips": None}
    held = open_positions(context, address, day).drop_columns(["trader_address"]).to_pylist()
    trips = scan(context, silver_round_trips.TABLE, address).filter(_before("close_day", day)).collect()
    return {
        "account": _account(days, held),
        "positions": sorted(held, key=lambda row: (-row["exit_value_lamports"], row["token_mint"])),
        "round_trips": _round_trips(trips),
    }


def open_positions(context: Context, address: str, as_of: date) -> pa.Table:
    """What `valued` says of one trader, from what the lake knew at 00:00 UTC of a day.

    Raises StaleError where a day that this rests on is stale.
    """
    earlier = context.read_before(silver_open_lots.TABLE, as_of)  # opens the session that columns need
    own = (F.col("trader_cohort") == F.lit(trader_cohort(address))) & (F.col("trader_address") == F.lit(address))
    lots = latest_rows(earlier.where(own), [*POSITION], "close_day")
    held = lots.where("open_units > 0 OR open_cost_lamports > 0").select(*silver_open_lots.TABLE.names).toArrow()
    if not held.num_rows:  # a lookup needs something to look up
        return valued(held, gold_token_day.TABLE.arrow_schema.empty_table(), as_of)
    mints = context.spark.createDataFrame(held.select(["token_mint"]))
    return valued(held, latest_before(context, gold_token_day.TABLE, mints, as_of).toArrow(), as_of)


def _before(column: str, day: date) -> pl.Expr:
    return pl.col(column) < day


def _account(days: pl.DataFrame, held: list[dict[str, Any]]) -> dict[str, int]:
    """The trader's days, and open positions, summed."""
    last = days.row(-1, named=True)
    equity, cost = last["equity_close_lamports"], last["open_cost_close_lamports"]
    stale = [row for row in held if row["is_mark_stale"]]
    return {
        "realised_pnl_lamports": last["realised_pnl_close_lamports"],
        "unrealised_pnl_lamports": equity - cost,
        "realised_loss_lamports": last["realised_loss_close_lamports"],
        "equity_change_lamports": int(days["equity_change_lamports"].sum()),
        "fees_lamports": int(days["fees_lamports"].sum()),
        "open_cost_lamports": cost,
        "exit_value_lamports": equity,
        "stale_exit_value_lamports": sum(row["exit_value_lamports"] for row in stale),
        "stale_position_count": len(stale),
    }


def _round_trips(rows: pl.DataFrame) -> dict[str, Any]:
    """Round trips by outcome, each as it stood last, and how long the closed ones took."""
    latest = rows.sort("close_day").unique(["token_mint", "episode_index"], keep="last", maintain_order=True)
    counts = {name: int((latest["outcome"] == name).sum()) for name in ("won", "lost", "even", "open")}
    return {**counts, "median_held_seconds": latest.select(pl.col("held_seconds").median()).item()}


def show_results(shown: dict[str, Any]) -> None:
    """Print `results`, amounts in SOL."""
    facts = [
        (name.removesuffix("_lamports") + "_sol", _sol(value)) if name.endswith("_lamports") else (name, value)
        for name, value in shown["account"].items()
    ]
    trips = [(f"round_trips_{name}", text(value)) for name, value in shown["round_trips"].items()]
    show_facts("Result over its life", [*facts, *trips])
    head = ("token", "cost SOL", "worth SOL", "unrealised SOL", "marked by", "days since a trade")
    rows = [
        (
            row["token_mint"],
            *(_sol(row[name]) for name in ("open_cost_lamports", "exit_value_lamports", "unrealised_pnl_lamports")),
            row["mark_method"],
            _age(row),
        )
        for row in shown["positions"][:SHOWN_POSITIONS]
    ]
    if rows:
        show_table("Open positions", head, rows, (*head[1:4], head[-1]))
    if (more := len(shown["positions"]) - SHOWN_POSITIONS) > 0:
        print(f"and {more} that would fetch less; `--json` has them all")


def _age(row: dict[str, Any]) -> str:
    if row["mark_age_seconds"] is None:
        return "never priced"
    return f"{row['mark_age_seconds'] / 86_400:.1f}{' (stale)' if row['is_mark_stale'] else ''}"


def _sol(lamports: int) -> str:
    return f"{lamports / LAMPORTS_PER_SOL:,.4f}"


def text(value: Any) -> Any:
    """A figure as people read it."""
    return f"{value:.6g}" if isinstance(value, float) else value

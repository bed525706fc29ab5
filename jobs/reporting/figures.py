"""Reads what a page of a night says: rows of that day alone, and the ledger."""

import json
from collections.abc import Mapping, Sequence
from datetime import date
from statistics import median
from typing import Any, Final

import polars as pl

from jobs.pipeline import STEPS, WRITER
from jobs.running.context import Context
from jobs.running.standing import table_of
from pumploss.days import shift
from pumploss.money import SOL_DECIMALS

#: Rows of each board.
SHOWN: Final = 10
#: Nights that a step's seconds are compared with.
NIGHTS: Final = 30
_SOL: Final = 10.0**SOL_DECIMALS


def rows(context: Context, name: str, day: date, *columns: str) -> pl.LazyFrame | None:
    """Open the day's rows of a table, these columns alone; None where it has none. The day is a dump day."""
    table = table_of(name)
    files = context.lake.require_sound(table, [shift(day, WRITER[name].offset_days)])
    return pl.scan_parquet([file.path for file in files], hive_partitioning=False).select(columns) if files else None


def market(context: Context, day: date) -> dict[str, Any]:
    """Read the sums of the day over all traders and mints; empty where nothing was traded."""
    names = (
        *("trade_count", "volume_lamports", "trader_count", "mint_count", "matched_sell_count", "loss_count"),
        *("realised_pnl_lamports", "realised_loss_lamports", "fees_lamports", "complete_tape_volume_lamports"),
    )
    found = rows(context, "gold_market_day", day, *names)
    read = found.collect().to_dicts() if found is not None else []
    return read[0] if read else {}


def traders(context: Context, day: date) -> dict[str, Any]:
    """Read which share of the day's traders lost, and who lost most, by losing sells and by net result."""
    found = rows(context, "gold_trader_day", day, *_OF_TRADER)
    if found is None:
        return {"active": 0, "losing": 0, "gross": [], "net": []}
    counted = found.select(
        pl.len().alias("active"), (pl.col("equity_change_lamports") < 0).sum().alias("losing")
    ).collect()
    boards = {
        name: found.filter(pl.col(column) < 0).sort(column, "trader_address").head(SHOWN).collect().to_dicts()
        for name, column in (("gross", "realised_loss_lamports"), ("net", "equity_change_lamports"))
    }
    return {**counted.row(0, named=True), **boards}


_OF_TRADER: Final = ("trader_address", "realised_loss_lamports", "equity_change_lamports", "loss_count", "trade_count")


def about_to_lose(context: Context, day: date) -> list[dict[str, Any]]:
    """Read who is expected to lose most after the day's close; empty where nobody was scored."""
    names = ("trader_address", "expected_loss_sol", "p_severe", "risk_score", "risk_band")
    found = rows(context, "gold_scores", day, *names)
    if found is None:
        return []
    order = found.sort("expected_loss_sol", "trader_address", descending=[True, False])
    return order.head(SHOWN).collect().to_dicts()


def loss_by_hour(context: Context, day: date) -> list[float]:
    """Sum what was lost by losing sells in each UTC hour of the day: 24 values in SOL."""
    found = rows(context, "silver_trade_pnl", day, "traded_at", "pnl_lamports")
    lost = [0.0] * 24
    if found is not None:
        hourly = found.filter(pl.col("pnl_lamports") < 0).group_by(pl.col("traded_at").dt.hour().alias("hour"))
        for hour, lamports in hourly.agg(pl.col("pnl_lamports").sum()).collect().iter_rows():
            lost[hour] = -lamports / _SOL
    return lost


def loss_by_token(context: Context, day: date) -> list[dict[str, Any]]:
    """Read the mints on which most was lost net, with their losing sells."""
    names = ("token_mint", "realised_pnl_lamports", "volume_lamports", "trader_count", "loss_count")
    found = rows(context, "gold_token_day", day, *names)
    if found is None:
        return []
    losing = found.filter(pl.col("realised_pnl_lamports") < 0).sort("realised_pnl_lamports", "token_mint")
    return losing.head(SHOWN).collect().to_dicts()


def refused(context: Context, day: date) -> dict[str, int]:
    """Count the day's refused lines by reason, the most frequent first."""
    found = rows(context, "quarantine_trades", day, "reason")
    if found is None:
        return {}
    counted = found.group_by("reason").agg(pl.len().alias("lines")).sort("lines", "reason", descending=[True, False])
    return dict(counted.collect().iter_rows())


def watched(context: Context, day: date) -> list[dict[str, Any]]:
    """Read what monitoring measured of the models that night."""
    names = ("model", "model_version", "measure", "subject", "value", "expected", "verdict")
    found = rows(context, "gold_monitoring", day, *names)
    return [] if found is None else found.sort("model", "measure", "subject").collect().to_dicts()


def steps(context: Context, day: date) -> list[dict[str, Any]]:
    """Say of each step how it ended for the day, and its seconds a day beside the median of the nights before.

    The seconds of a pass over many days are shared out among them.
    """
    latest = context.ledger.latest()
    sizes: dict[tuple[str, str], int] = {}
    for (name, _), row in latest.items():
        sizes[name, row["run_id"]] = sizes.get((name, row["run_id"]), 0) + 1

    def seconds(row: Mapping[str, Any]) -> float:
        return float(row["seconds"]) / sizes[row["step"], row["run_id"]]

    found = []
    for step in STEPS:
        ended = latest.get((step.name, day))
        earlier = [latest.get((step.name, shift(day, -back))) for back in range(1, NIGHTS + 1)]
        usual = [seconds(other) for other in earlier if other is not None and other["status"] == "ok"]
        if ended is not None:
            kept = {name: ended[name] for name in ("status", "rows_read", "rows_written", "error")}
            times = {"seconds": seconds(ended), "usual": median(usual) if usual else None}
            found.append({"step": step.name, **kept, **times})
    return found


def made_from(context: Context, day: date) -> str:
    """Name what a page of the day is made from: how every step of it stands, by the digests of its tables."""
    latest = context.ledger.latest()
    known = {
        step.name: [row["status"], _digests(row["outputs"]), *([row["error"]] if row["status"] == "failed" else [])]
        for step in STEPS
        if (row := latest.get((step.name, day))) is not None
    }
    return json.dumps(known, sort_keys=True)


def _digests(outputs: str | None) -> Sequence[str]:
    noted = json.loads(outputs or "{}").values()
    return sorted(str(one.get("digest") or one.get("rows")) for one in noted if isinstance(one, dict))

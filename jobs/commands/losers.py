"""`losers`: the consumers' query for the top losers."""

import argparse
import json
from datetime import datetime
from decimal import Decimal
from typing import Any

from jobs.commands.terminal import show_table
from pumploss.errors import StoreError
from pumploss.settings import Settings, from_environment
from pumploss.warm import leaderboard, open_warm, publishing

#: Column titles that a terminal has room for, after those of the period; amounts are in SOL.
TITLES = {
    "loss_amount_24h": "SOL 24h",
    "loss_amount_all_time": "SOL all time",
    "loss_trades_24h": "losing sells 24h",
    "avg_loss_size": "mean loss",
    "tokens_traded_24h": "tokens 24h",
    "last_loss_time": "last loss (UTC)",
    "risk_score": "baseline risk",
}


def run(arguments: argparse.Namespace) -> int:
    """Prints a leaderboard."""
    board, day = losers(from_environment(), arguments.period, arguments.limit)
    if arguments.json:
        print(json.dumps(board, default=plain))
        return 0
    show(board, arguments.period, f"Top losers {arguments.period}, as of the end of {day}")
    return 0


def losers(settings: Settings, period: str, limit: int) -> tuple[list[dict[str, Any]], str]:
    """Looks up the traders who lost most, with all that the board says, and the last published day.

    Raises StoreError where nothing was published.
    """
    nothing = StoreError("Nothing has been published yet: run `pumploss nightly`, or `publish_warm` for a built day.")
    if settings.warm_dsn is None and not settings.warm_dir.exists():
        raise nothing
    with open_warm(settings) as warm:
        shown = publishing.latest(warm)
        if shown is None:
            raise nothing
        return leaderboard(warm, period, limit), shown.day.isoformat()


def titles(period: str) -> dict[str, str]:
    """Column titles of a board: first what it ranks by, the loss of its own period; no figure stands twice."""
    whole = "SOL all time" if period == "all" else f"SOL {period}"
    others = {name: text for name, text in TITLES.items() if text not in (whole, f"losing sells {period}")}
    own = {"loss_amount": whole, "loss_trades": f"losing sells {'all time' if period == 'all' else period}"}
    return {"rank": "#", "trader": "trader", **own, **others}


def show(board: list[dict[str, Any]], period: str, title: str) -> None:
    """Prints them as a table."""
    shown = titles(period)
    rows = [[_cell(row[name]) for name in shown] for row in board]
    numbers = [text for name, text in shown.items() if name not in ("trader", "last_loss_time")]
    show_table(title, list(shown.values()), rows, numbers)
    if not board:
        print("Nobody sold at a loss in this period.")


def plain(value: Any) -> Any:
    """Gives amounts as numbers (SOL has nine decimals, so none changes), times and days as ISO text."""
    return float(value) if isinstance(value, Decimal) else value.isoformat()


def _cell(value: Any) -> Any:
    if isinstance(value, Decimal):
        return f"{value:,.3f}"
    return f"{value:%Y-%m-%d %H:%M:%S}" if isinstance(value, datetime) else value

"""`losers`: the consumers' queries for the top losers, and for those who are about to lose most."""

import argparse
import json
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from decimal import Decimal
from typing import Any

import psycopg

from jobs.commands.terminal import show_table
from pumploss.errors import StoreError
from pumploss.settings import Settings, from_environment
from pumploss.warm import expected_losers, leaderboard, open_warm, publishing

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


#: The same of the board of who is about to lose most.
EXPECTED_TITLES = {
    "rank": "#",
    "trader": "trader",
    "expected_loss_sol": "expected SOL",
    "loss_p50_sol": "median",
    "loss_p90_sol": "1 in 10 more than",
    "p_loss": "P(loss)",
    "p_severe": "P(severe)",
    "model_risk_score": "risk score",
}


def run(arguments: argparse.Namespace) -> int:
    """Prints a leaderboard."""
    if arguments.expected:
        return _run_expected(arguments)
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
    with _published(settings) as (warm, day):
        return leaderboard(warm, period, limit), day


@contextmanager
def _published(settings: Settings) -> Iterator[tuple[psycopg.Connection, str]]:
    """Opens the warm store and names the last published day. Raises StoreError where nothing was published."""
    nothing = StoreError("Nothing has been published yet: run `pumploss nightly`, or `publish_warm` for a built day.")
    if settings.warm_dsn is None and not settings.warm_dir.exists():
        raise nothing
    with open_warm(settings) as warm:
        shown = publishing.latest(warm)
        if shown is None:
            raise nothing
        yield warm, shown.day.isoformat()


def _run_expected(arguments: argparse.Namespace) -> int:
    with _published(from_environment()) as (warm, day):
        board = expected_losers(warm, arguments.limit)
    if arguments.json:
        print(json.dumps(board, default=plain))
        return 0
    days = board[0]["horizon_days"] if board else 0
    rows = [[_rounded(row[name]) for name in EXPECTED_TITLES] for row in board]
    numbers = [text for name, text in EXPECTED_TITLES.items() if name != "trader"]
    title = f"Who is about to lose most in {days} days, as of the end of {day}"
    show_table(title, list(EXPECTED_TITLES.values()), rows, numbers)
    if not board:
        print("No model has been promoted yet, so nobody was scored.")
    return 0


def _rounded(value: Any) -> Any:
    return f"{value:,.3f}" if isinstance(value, float) else value


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

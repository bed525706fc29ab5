"""`losers`: who lost most by losing sells or by net result, and who is about to lose most."""

import argparse
import json
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import replace
from decimal import Decimal
from typing import Any

import psycopg

from jobs.commands.terminal import show_table
from pumploss.errors import StoreError
from pumploss.settings import Settings, from_environment
from pumploss.warm import expected_losers, leaderboard, net_losers, open_warm, publishing

#: Column titles of each board, by what they show; so few that a whole address fits into 80 columns with them.
LOST = {
    "rank": "#",
    "trader": "trader",
    "loss_amount": "lost",
    "loss_trades": "sells",
    "net_amount": "net",
    "risk_score": "risk",
}
NET = {name: LOST[name] for name in ("rank", "trader", "net_amount", "loss_amount", "loss_trades", "risk_score")}
EXPECTED = {
    "rank": "#",
    "trader": "trader",
    "expected_loss_sol": "loss",
    "loss_p50_sol": "P50",
    "loss_p90_sol": "P90",
    "p_loss": "odds",
    "risk_score": "risk",
}
#: What the titles mean.
NOTE = (
    "SOL. lost: the period's losing sells alone, so many of them; net: gains set\n"
    "off, open positions at what they would fetch, fees included; risk: 0-100 by the\n"
    "model, 50 is average. `--json` has all columns."
)
EXPECTED_NOTE = (
    "SOL. loss: the average, gains counted as 0; half of such wallets lose no more\n"
    "than P50, nine in ten no more than P90; odds: probability of a loss; risk:\n"
    "0-100, 50 is average. `--json` has all columns."
)


def run(arguments: argparse.Namespace) -> int:
    """Prints a leaderboard."""
    settings = from_environment()
    # Whoever asks is a reader.
    with _published(replace(settings, warm_dsn=settings.warm_read_dsn or settings.warm_dsn)) as (warm, day):
        if arguments.expected:
            board = expected_losers(warm, arguments.limit)
        else:
            board = (net_losers if arguments.net else leaderboard)(warm, arguments.period, arguments.limit)
    if arguments.json:
        print(json.dumps(board, default=plain))
    elif arguments.expected:
        show_expected(board, day)
    else:
        by = "net result" if arguments.net else "losing sells"
        title = f"Who lost most by {by}, {arguments.period}, as of the end of {day}"
        show(board, title, NET if arguments.net else LOST)
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


def show(board: list[dict[str, Any]], title: str, titles: Mapping[str, str] = LOST) -> None:
    """Prints who lost most as a table."""
    _show(board, title, titles)
    print(NOTE if board else "Nobody lost anything in this period.")


def show_expected(board: list[dict[str, Any]], day: str) -> None:
    """Prints who is about to lose most as a table."""
    days = f"{board[0]['horizon_days']} days" if board else "the next days"
    _show(board, f"Who is about to lose most in {days}, as of the end of {day}", EXPECTED)
    print(EXPECTED_NOTE if board else "No model has been promoted yet, so nobody was scored.")


def _show(board: list[dict[str, Any]], title: str, titles: Mapping[str, str]) -> None:
    rows = [[_cell(name, row[name]) for name in titles] for row in board]
    numbers = [text for text in titles.values() if text != "trader"]
    show_table(title, list(titles.values()), rows, numbers)


def plain(value: Any) -> Any:
    """Gives amounts as numbers (SOL has nine decimals, so none changes), times and days as ISO text."""
    return float(value) if isinstance(value, Decimal) else value.isoformat()


def _cell(name: str, value: Any) -> Any:
    if name == "risk_score" and value is not None:
        return f"{value:.0f}"
    return f"{value:,.2f}" if isinstance(value, Decimal | float) else value

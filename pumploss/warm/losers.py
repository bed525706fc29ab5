"""Reads the leaderboards, of who lost most and of who is about to, as consumers do."""

from typing import Any

import psycopg
from psycopg.rows import dict_row

from pumploss.errors import SettingsError

#: Periods of the leaderboards, each ending at T, with their length in days; None is all time.
PERIODS: dict[str, int | None] = {"24h": 1, "7d": 7, "30d": 30, "all": None}
#: Ranks that are published per period.
BOARD_ROWS = 1000

#: What a consumer of the top losers gets, in order.
LOSER_COLUMNS = (
    "rank",
    "trader",
    "loss_amount_24h",
    "loss_amount_all_time",
    "loss_trades_24h",
    "avg_loss_size",
    "tokens_traded_24h",
    "last_loss_time",
    "risk_score",
)
#: Everything that a leaderboard says beside its period.
BOARD_COLUMNS = (
    *("rank", "trader", "loss_amount", "loss_trades"),
    *LOSER_COLUMNS[2:],
    *("model_risk_score", "as_of"),
)

#: What the board of those who are about to lose most says, in order; amounts are SOL in the horizon that starts at T.
EXPECTED_COLUMNS = (
    *("rank", "trader", "expected_loss_sol", "loss_p50_sol", "loss_p90_sol"),
    *("p_loss", "p_severe", "model_risk_score", "horizon_days", "as_of"),
)

_TOP = """
SELECT rank, trader, loss_amount_24h, loss_amount_all_time, loss_trades_24h, avg_loss_size,
       tokens_traded_24h, last_loss_time, risk_score
FROM public.leaderboards WHERE period = %s AND rank <= %s ORDER BY rank
"""

_BOARD = """
SELECT rank, trader, loss_amount, loss_trades, loss_amount_24h, loss_amount_all_time,
       loss_trades_24h, avg_loss_size, tokens_traded_24h, last_loss_time, risk_score,
       model_risk_score, as_of
FROM public.leaderboards WHERE period = %s AND rank <= %s ORDER BY rank
"""


_EXPECTED = """
SELECT rank, trader, expected_loss_sol, loss_p50_sol, loss_p90_sol, p_loss, p_severe, model_risk_score, horizon_days,
       as_of
FROM public.expected_losers WHERE rank <= %s ORDER BY rank
"""


def top_losers(connection: psycopg.Connection, period: str = "24h", limit: int = 100) -> list[dict[str, Any]]:
    """List the traders who lost most in the period, worst first, with the columns of `LOSER_COLUMNS`.

    Amounts are exact SOL (Decimal) and at most 0. Columns with `_24h` are of the last day before T on every board;
    `avg_loss_size` is of the board's period. Raises SettingsError for another period.
    """
    with connection.cursor(row_factory=dict_row) as cursor:
        return cursor.execute(_TOP, (known_period(period), limit)).fetchall()


def leaderboard(connection: psycopg.Connection, period: str = "24h", limit: int = BOARD_ROWS) -> list[dict[str, Any]]:
    """Read a leaderboard with all of `BOARD_COLUMNS`: also the period's own loss, the model's score and T.

    Raises SettingsError for another period.
    """
    with connection.cursor(row_factory=dict_row) as cursor:
        return cursor.execute(_BOARD, (known_period(period), limit)).fetchall()


def expected_losers(connection: psycopg.Connection, limit: int = 100) -> list[dict[str, Any]]:
    """List the traders who are about to lose most, by expected loss, with the columns of `EXPECTED_COLUMNS`.

    Empty where no model has been promoted yet.
    """
    with connection.cursor(row_factory=dict_row) as cursor:
        return cursor.execute(_EXPECTED, (limit,)).fetchall()


def known_period(period: str) -> str:
    """Return the period itself. Raises SettingsError for one that has no leaderboard."""
    if period not in PERIODS:
        raise SettingsError(f"There is no leaderboard of {period!r}. The periods are: {', '.join(PERIODS)}.")
    return period

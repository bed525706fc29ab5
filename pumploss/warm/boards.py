"""Reads the leaderboards, of who lost most and of who is about to, as consumers do. Amounts are exact SOL (Decimal)."""

from typing import Any

import psycopg
from psycopg.rows import dict_row

from pumploss.errors import SettingsError
from pumploss.warm.queries import named
from pumploss.warm.tables import BOARD_ROWS

#: Periods of the leaderboards, each ending at T, with their length in days; None is all time.
PERIODS: dict[str, int | None] = {"24h": 1, "7d": 7, "30d": 30, "all": None}


def leaderboard(connection: psycopg.Connection, period: str = "24h", limit: int = BOARD_ROWS) -> list[dict[str, Any]]:
    """List who lost most by losing sells in the period, worst first: that sum, and the net result beside it.

    Columns with `_24h` are of the last day before T on every board. `baseline_score` is the requester's formula,
    `risk_score` the model's. Raises SettingsError for another period.
    """
    return _rows(connection, "leaderboard", limit, period=known_period(period))


def net_losers(connection: psycopg.Connection, period: str = "24h", limit: int = BOARD_ROWS) -> list[dict[str, Any]]:
    """List who lost most by net result in the period: gains are set off, and open positions count at what they fetch.

    Raises SettingsError for another period.
    """
    return _rows(connection, "net_losers", limit, period=known_period(period))


def top_losers(connection: psycopg.Connection, period: str = "24h", limit: int = 100) -> list[dict[str, Any]]:
    """Read `leaderboard` with exactly the requester's columns, where `risk_score` is the formula."""
    return _rows(connection, "top_losers", limit, period=known_period(period))


def expected_losers(connection: psycopg.Connection, limit: int = 100) -> list[dict[str, Any]]:
    """List the traders who are about to lose most, by expected loss in SOL.

    Empty where no model has been promoted yet.
    """
    return _rows(connection, "expected_losers", limit)


def known_period(period: str) -> str:
    """Return the period itself. Raises SettingsError for one that has no leaderboard."""
    if period not in PERIODS:
        raise SettingsError(f"There is no leaderboard of {period!r}. The periods are: {', '.join(PERIODS)}.")
    return period


def _rows(connection: psycopg.Connection, query: str, limit: int, **values: str) -> list[dict[str, Any]]:
    with connection.cursor(row_factory=dict_row) as cursor:
        return cursor.execute(named(query), {**values, "limit": limit}).fetchall()

"""Keeps the warm store: PostgreSQL tables for consumers, published from the lake in one transaction.

with open_warm(settings) as connection:
    top_losers(connection, "24h", 10)
"""

from pumploss.warm.connection import READER, open_warm
from pumploss.warm.losers import (
    BOARD_COLUMNS,
    BOARD_ROWS,
    EXPECTED_COLUMNS,
    LOSER_COLUMNS,
    PERIODS,
    expected_losers,
    leaderboard,
    top_losers,
)

__all__ = [
    "BOARD_COLUMNS",
    "BOARD_ROWS",
    "EXPECTED_COLUMNS",
    "LOSER_COLUMNS",
    "PERIODS",
    "READER",
    "expected_losers",
    "leaderboard",
    "open_warm",
    "top_losers",
]

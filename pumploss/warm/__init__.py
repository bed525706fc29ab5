"""Keeps the warm store: PostgreSQL tables for consumers, published from the lake in one transaction.

with open_warm(settings) as connection:
    top_losers(connection, "24h", 10)
"""

from pumploss.warm.boards import PERIODS, expected_losers, leaderboard, net_losers, top_losers
from pumploss.warm.connection import READER, open_warm
from pumploss.warm.tables import BOARD_ROWS

__all__ = [
    "BOARD_ROWS",
    "PERIODS",
    "READER",
    "expected_losers",
    "leaderboard",
    "net_losers",
    "open_warm",
    "top_losers",
]

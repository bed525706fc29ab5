"""Keeps the warm store: PostgreSQL tables for consumers, published from the lake in one transaction.

Consumers read by `open_reader`; jobs open the store by `open_warm`, which brings its schema up to date.
"""

from pumploss.warm.boards import PERIODS, expected_losers, leaderboard, net_losers, top_losers
from pumploss.warm.connection import open_warm
from pumploss.warm.reader import Answer, Reader, open_reader
from pumploss.warm.tables import BOARD_ROWS
from pumploss.warm.warm_table import READER

__all__ = [
    "BOARD_ROWS",
    "PERIODS",
    "READER",
    "Answer",
    "Reader",
    "expected_losers",
    "leaderboard",
    "net_losers",
    "open_reader",
    "open_warm",
    "top_losers",
]

"""Leaderboards are asked for by a known period."""

import psycopg
import pytest

from pumploss.errors import SettingsError
from pumploss.warm import (
    BOARD_COLUMNS,
    LOSER_COLUMNS,
    top_losers,
)


def test_an_unknown_period_is_refused(warm: psycopg.Connection) -> None:
    with pytest.raises(SettingsError, match="24h, 7d, 30d, all"):
        top_losers(warm, "1y'; DROP TABLE leaderboards; --")
    assert set(LOSER_COLUMNS) < set(BOARD_COLUMNS)

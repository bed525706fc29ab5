"""Leaderboards are asked for by a known period, and answer the columns of their tables."""

import psycopg
import pytest

from pumploss.errors import SettingsError
from pumploss.warm import leaderboard, net_losers, top_losers
from pumploss.warm.queries import named


@pytest.mark.parametrize("board", [top_losers, leaderboard, net_losers])
def test_an_unknown_period_is_refused(warm: psycopg.Connection, board) -> None:
    with pytest.raises(SettingsError, match="24h, 7d, 30d, all"):
        board(warm, "1y'; DROP TABLE leaderboards; --")


@pytest.mark.parametrize("query", ["leaderboard", "net_losers", "expected_losers", "top_losers"])
def test_a_board_is_read_by_its_key(warm: psycopg.Connection, query: str) -> None:
    warm.execute("SET enable_seqscan TO off")
    try:
        plan = warm.execute(b"EXPLAIN " + named(query), {"period": "7d", "limit": 10}).fetchall()
    finally:
        warm.execute("RESET enable_seqscan")
    assert any("_pkey" in line for (line,) in plan)


def test_the_first_consumers_columns_are_as_promised(warm: psycopg.Connection) -> None:
    cursor = warm.execute(named("top_losers"), {"period": "24h", "limit": 1})
    assert [column.name for column in cursor.description or ()] == [
        *("rank", "trader", "loss_amount_24h", "loss_amount_all_time", "loss_trades_24h", "avg_loss_size"),
        *("tokens_traded_24h", "last_loss_time", "risk_score"),
    ]

"""Publishing a small real lake into the real embedded PostgreSQL and Redis."""

from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from typing import TYPE_CHECKING, cast

import pytest
from psycopg.rows import dict_row

from jobs.running.runner import run_pass
from pumploss import hot
from pumploss.days import shift
from pumploss.errors import StoreError
from pumploss.report import RunReport
from pumploss.warm import expected_losers, leaderboard, net_losers, open_warm, publishing, top_losers
from tests.building.town import DAY, INJECTION, Town, everything, rows

if TYPE_CHECKING:
    import redis as redis_client


def parts(town: Town) -> dict[date, int]:
    """Partitions or chunks of trades: the identity in the catalogue of the table that holds each day."""
    query = "SELECT (time AT TIME ZONE 'UTC')::date, min(tableoid::bigint) FROM trades_timeseries GROUP BY 1"
    with open_warm(town.settings) as warm:
        return dict(warm.execute(query).fetchall())


def keys(client: "redis_client.Redis") -> list[str]:
    return cast("list[str]", client.keys("pumploss:*"))


def test_golden_leaderboards(town: Town) -> None:
    with open_warm(town.settings) as warm:
        day = top_losers(warm, "24h", 3)
        week = [(row["rank"], row["trader"], row["loss_amount"]) for row in leaderboard(warm, "7d")]
        month = [(row["trader"], row["loss_amount"]) for row in leaderboard(warm, "30d")]
        life = leaderboard(warm, "all")
    noon = datetime(2026, 1, 31, 12, tzinfo=UTC)
    worst = {
        "rank": 1,
        "trader": "A",
        "loss_amount_24h": Decimal(-3),
        "loss_amount_all_time": Decimal("-7.000000001"),
        "loss_trades_24h": 2,
        "avg_loss_size": Decimal("-1.5"),
        "tokens_traded_24h": 2,
        "last_loss_time": noon + timedelta(seconds=2),
        "risk_score": Decimal(34),
    }
    assert day[0] == worst
    assert [(row["rank"], row["trader"]) for row in day] == [(1, "A"), (2, "B"), (3, "C")]
    assert week == [
        (1, "A", Decimal("-3.000000001")),
        (2, "B", Decimal("-2.5")),
        (3, "C", Decimal("-0.5")),
        (4, INJECTION, Decimal("-0.000000007")),
    ]
    assert month[0] == ("A", Decimal("-7.000000001"))
    assert [row["trader"] for row in life] == ["D", "A", "B", "C", INJECTION]
    assert life[0]["last_loss_time"] == datetime(2025, 10, 1, 12, tzinfo=UTC)
    assert (life[0]["loss_trades_24h"], life[0]["tokens_traded_24h"]) == (0, 0)
    assert [row["risk_score"] for row in life[:3]] == [None, 81.5, 12.0]
    assert {row["as_of"] for row in life} == {datetime(2026, 2, 1, tzinfo=UTC)}


#: The requester's own query of the top losers, with the published T in the place of the present.
FROM_TRADES = """
SELECT row_number() OVER (ORDER BY sum(pnl_sol) FILTER (WHERE pnl_sol < 0), trader_address) AS rank,
       trader_address AS trader,
       coalesce(sum(pnl_sol) FILTER (WHERE pnl_sol < 0 AND time >= %(t)s - INTERVAL '24 hours'), 0) AS loss_amount_24h,
       count(*) FILTER (WHERE pnl_sol < 0 AND time >= %(t)s - INTERVAL '24 hours') AS loss_trades_24h,
       round(avg(pnl_sol) FILTER (WHERE pnl_sol < 0), 9) AS avg_loss_size,
       count(DISTINCT token_mint) FILTER (WHERE time >= %(t)s - INTERVAL '24 hours') AS tokens_traded_24h,
       max(time) FILTER (WHERE pnl_sol < 0) AS last_loss_time,
       LEAST(100, ABS(coalesce(sum(pnl_sol) FILTER (WHERE pnl_sol < 0 AND time >= %(t)s - INTERVAL '24 hours'), 0)) * 10
             + count(*) FILTER (WHERE pnl_sol < 0 AND time >= %(t)s - INTERVAL '24 hours') * 2) AS risk_score
FROM trades_timeseries
WHERE time >= %(t)s - %(period)s AND time < %(t)s
GROUP BY trader_address
HAVING count(*) FILTER (WHERE pnl_sol < 0) > 0
ORDER BY rank
"""


@pytest.mark.parametrize(("period", "days"), [("24h", 1), ("7d", 7), ("30d", 30)])
def test_a_board_is_what_the_requesters_query_says_of_the_trades(town: Town, period: str, days: int) -> None:
    as_of = datetime(2026, 2, 1, tzinfo=UTC)
    with open_warm(town.settings) as warm, warm.cursor(row_factory=dict_row) as cursor:
        found = cursor.execute(FROM_TRADES, {"t": as_of, "period": timedelta(days=days)}).fetchall()
        board = top_losers(warm, period)
    assert found == [{name: value for name, value in row.items() if name in found[0]} for row in board]
    assert {*board[0]} - {*found[0]} == {"loss_amount_all_time"}


def test_golden_boards_of_net_results(town: Town) -> None:
    def board(period: str) -> list[tuple[str, Decimal, Decimal, int]]:
        with open_warm(town.settings) as warm:
            rows = net_losers(warm, period)
        assert [row["rank"] for row in rows] == list(range(1, len(rows) + 1))
        return [(row["trader"], row["net_amount"], row["loss_amount"], row["loss_trades"]) for row in rows]

    assert board("24h")[:2] == [("A", -3, -3, 2), ("B", Decimal("-0.5"), Decimal("-0.5"), 1)]
    month = {trader: row for trader, *row in board("30d")}
    assert month["A"] == [Decimal("-7.000000001"), Decimal("-7.000000001"), 4]
    assert "D" not in month  # won 2 SOL in these 30 days
    life = board("all")
    assert [trader for trader, *_ in life] == ["A", "D", "B", "C", INJECTION]
    assert life[1] == ("D", -7, -9, 1)  # sold for 9 less and for 2 more
    with open_warm(town.settings) as warm:
        gross = {row["trader"]: row["net_amount"] for row in leaderboard(warm, "all")}
    assert gross == {trader: net for trader, net, *_ in life}


def test_who_is_about_to_lose_most_leads_the_board_of_expected_losses(town: Town) -> None:
    with open_warm(town.settings) as warm:
        board = expected_losers(warm)
        all_scores = dict(warm.execute("SELECT trader_address, expected_loss_sol FROM loss_predictions").fetchall())
    assert [row["rank"] for row in board] == list(range(1, len(all_scores) + 1))
    assert [(row["trader"], row["expected_loss_sol"]) for row in board] == sorted(
        all_scores.items(), key=lambda pair: (-pair[1], pair[0])
    )
    first = board[0]
    assert first["expected_loss_sol"] == first["risk_score"] / 10
    assert first["loss_p50_sol"] <= first["loss_p90_sol"] == first["risk_score"] / 5
    assert (first["p_loss"], first["p_severe"], first["horizon_days"]) == (0.5, 0.25, 7)


def test_trades_are_exact_and_hostile_text_is_data(town: Town) -> None:
    with open_warm(town.settings) as warm:
        found = warm.execute(
            "SELECT trader_address, token_mint, token_amount, sol_amount, pnl_sol, signature "
            "FROM trades_timeseries WHERE time >= '2026-01-31' ORDER BY time"
        ).fetchall()
        oldest = warm.execute("SELECT min(time) FROM trades_timeseries").fetchone()
        losses = warm.execute("SELECT * FROM daily_losses ORDER BY day, trader_address LIMIT 2")
        assert losses.fetchall()[0] == (date(2026, 1, 5), "A", Decimal(-4), 1)
    assert oldest == (datetime(2026, 1, 5, 12, tzinfo=UTC),)  # October is beyond 90 days
    assert found[0] == ("A", "m1", Decimal("1.5"), Decimal("3.000000001"), None, "")
    assert found[1] == (
        "A",
        "m2",
        Decimal("0.001500001"),
        Decimal("3.000000001"),
        Decimal(-1),
        None,
    )
    assert found[6][:2] == (INJECTION, INJECTION)
    assert found[6][4] == Decimal("-0.000000007")


def test_publishing_again_changes_nothing(town: Town) -> None:
    before = everything(town.settings)
    report = run_pass(town.context, RunReport("publish_warm"), (DAY,))
    assert everything(town.settings) == before
    assert report.day(DAY).outputs["trades_timeseries"]["rows"] == 12
    with open_warm(town.settings) as warm:
        shown = publishing.latest(warm)
        left = warm.execute("SELECT count(*) FROM pg_tables WHERE schemaname = 'pumploss_staging'")
        assert left.fetchone() == (0,)
    assert shown is not None
    assert shown.row_counts == {name: out["rows"] for name, out in report.day(DAY).outputs.items()}


def test_only_changed_days_are_replaced_and_old_ones_go(town: Town) -> None:
    before = parts(town)
    life = {name: list(levels) for name, levels in town.lifetime.items()}
    town.trade_day(date(2026, 4, 6), [("A", "m9", -1)])
    try:
        run_pass(town.context, RunReport("publish_warm"), (date(2026, 4, 6),))
        after = parts(town)
        with open_warm(town.settings) as warm:
            assert top_losers(warm, "24h")[0]["loss_amount_all_time"] == Decimal("-7.000000002")
            assert rows(warm, "risk_scores") == []
        assert sorted(after) == [date(2026, 1, 26), DAY, date(2026, 4, 6)]
        assert after[DAY] == before[DAY]
        skipped = run_pass(town.context, RunReport("publish_warm"), (DAY,))
        assert "2026-04-06 already" in (skipped.skipped or "")
    finally:
        run_pass(town.context, RunReport("publish_warm"), (DAY,), allow_older=True)
        town.lifetime = life
    assert parts(town).keys() == before.keys()


def test_hot_equals_warm(town: Town) -> None:
    with hot.open_hot(town.settings) as redis, open_warm(town.settings) as warm:
        redis.set("another:key", "kept")
        for _ in range(2):
            report = run_pass(town.context, RunReport("publish_hot"), (DAY,))
            for period in ("24h", "7d", "30d", "all"):
                assert hot.leaderboard(redis, period) == leaderboard(warm, period)
                assert hot.net_losers(redis, period) == net_losers(warm, period) != []
                assert hot.hot_losers(redis, period, 2) == top_losers(warm, period, 2)
            assert hot.expected_losers(redis, 1000) == expected_losers(warm, 1000) != []
            assert hot.expected_losers(redis, 1) == expected_losers(warm, 1)
            # Two of each of nine boards, and what is published.
            assert len(keys(redis)) == 19
            assert all(cast("int", redis.ttl(key)) > 6 * 86400 for key in keys(redis))
            run_pass(town.context, RunReport("publish_warm"), (DAY,))
        assert redis.get("another:key") == "kept"
        assert report.day(DAY).rows_written == 2 * (4 + 4 + 4 + 5) + len(expected_losers(warm, 1000))
        with pytest.raises(StoreError, match="not 2026-02-01 yet"):
            run_pass(town.context, RunReport("publish_hot"), (shift(DAY, 1),))

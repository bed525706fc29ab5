"""What is kept of busy tokens, and added up of others, is what the trades of all shown days come to."""

import uuid
from collections.abc import Collection
from datetime import date
from random import Random
from typing import Any

import psycopg
import pytest

from pumploss.days import shift
from pumploss.warm import busy_tokens, publishing, swapping
from pumploss.warm.busy_tokens import stage_busy_tokens
from pumploss.warm.queries import named
from pumploss.warm.summing import sum_up
from pumploss.warm.tables import TRADES
from tests.building.loss_rows import DAY
from tests.building.trades_of_a_day import drawn_trades

DAYS = [shift(DAY, number) for number in range(4)]
TOKENS = "abcdefgh"

#: The queries, out of raw trades.
SUMMARY = """
SELECT count(*), count(*) FILTER (WHERE realised_sol < 0), count(realised_sol), coalesce(sum(trades), 0)::bigint,
       coalesce(sum(volume_sol), 0), coalesce(sum(realised_sol), 0), count(*) FILTER (WHERE held > 0), min(first_trade),
       max(last_trade)
FROM (
    SELECT sum(pnl_sol) AS realised_sol, count(*) AS trades, sum(sol_amount) AS volume_sol, min(time) AS first_trade,
           max(time) AS last_trade, sum(CASE direction WHEN 'buy' THEN token_amount ELSE -token_amount END) AS held
    FROM trades_timeseries WHERE token_mint = %(token)s GROUP BY trader_address
) AS of_trader
"""
TRADERS = """
SELECT trader_address, sum(pnl_sol), count(*), sum(sol_amount),
       sum(CASE direction WHEN 'buy' THEN token_amount ELSE -token_amount END)
FROM trades_timeseries WHERE token_mint = %(token)s GROUP BY trader_address
ORDER BY sum(pnl_sol) ASC NULLS LAST, trader_address LIMIT %(limit)s
"""


@pytest.fixture(autouse=True)
def _busy_at_thirty(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(busy_tokens, "BUSY_ROWS", 30)
    monkeypatch.setattr(busy_tokens, "KEPT_LOSERS", 7)


def publish(warm: psycopg.Connection, new: dict[date, int], days: Collection[date], tokens: str = TOKENS) -> None:
    """Publishes days of these sizes; all that are not among the days go."""
    with publishing.exclusive(warm) as staging:
        live = swapping.live_days(warm, TRADES, publishing.latest(warm))
        for day, size in new.items():
            drawn = drawn_trades(Random(size), day, size, tokens)
            sum_up(staging, staging.load(TRADES, [drawn], size, day))
        stage_busy_tokens(warm, staging, live, days)
        entry = publishing.Published(uuid.uuid4().hex, "run", max(days), "landing", "lake")
        keep = {TRADES.name: days, "daily_losses": [], "score_days": []}
        swapping.swap(warm, staging.loaded, keep, entry)
    left = warm.execute("SELECT tablename FROM pg_tables WHERE schemaname = 'pumploss_staging'").fetchall()
    assert left == []


def busy(warm: psycopg.Connection) -> set[str]:
    return {token for (token,) in warm.execute("SELECT token_mint FROM busy_tokens").fetchall()}


def require_equal(warm: psycopg.Connection) -> None:
    """Every token's summary and first places are those of the trades, busy or not."""
    for token in (*TOKENS, "unknown"):
        asked: dict[str, Any] = {"token": token, "limit": 5}
        for query, raw in (("token_summary", SUMMARY), ("token_traders", TRADERS)):
            found = warm.execute(named(query), asked).fetchall()
            assert found == warm.execute(raw.encode(), asked).fetchall(), (query, token)


def test_busy_tokens_are_what_their_trades_come_to_night_after_night(warm: psycopg.Connection) -> None:
    publish(warm, {DAYS[0]: 150, DAYS[1]: 160, DAYS[2]: 170}, DAYS[:3])
    first = busy(warm)
    assert "a" in first
    assert first < set(TOKENS)
    require_equal(warm)
    publish(warm, {DAYS[3]: 180}, DAYS[1:], "ab")
    require_equal(warm)
    assert busy(warm) <= first
    publish(warm, {DAYS[2]: 0}, DAYS[1:])
    require_equal(warm)
    publish(warm, {DAYS[3]: 190}, DAYS[3:])
    require_equal(warm)


def test_a_token_whose_days_stay_is_not_summed_up_again(warm: psycopg.Connection) -> None:
    publish(warm, dict.fromkeys(DAYS[:3], 400), DAYS[:3])
    assert {"a", "b"} <= busy(warm)
    warm.execute("UPDATE busy_tokens SET holders = 0")
    publish(warm, {DAYS[3]: 60}, DAYS, "a")
    untouched = warm.execute("SELECT DISTINCT holders FROM busy_tokens WHERE token_mint <> 'a'").fetchall()
    assert untouched == [(0,)]
    of_a = warm.execute("SELECT holders > 0 FROM busy_tokens WHERE token_mint = 'a'").fetchone()
    assert of_a == (True,)


def test_no_more_places_are_kept_than_a_board_has(warm: psycopg.Connection) -> None:
    publish(warm, {DAYS[0]: 400}, DAYS[:1])
    assert busy(warm) == set()
    publish(warm, dict.fromkeys(DAYS[:3], 400), DAYS[:3])
    most = warm.execute("SELECT max(rank), min(rank) FROM busy_token_losers").fetchone()
    assert most == (7, 1)

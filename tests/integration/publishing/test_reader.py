"""What consumers ask of a published lake, by the queries that have names."""

import re
import traceback
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import UTC, date, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

import psycopg
import pytest

from pumploss.errors import StoreError
from pumploss.hot import open_hot
from pumploss.hot_keys import ANSWERS
from pumploss.settings import from_environment
from pumploss.warm import Reader, expected_losers, leaderboard, net_losers, open_reader, open_warm
from pumploss.warm import queries as folder
from pumploss.warm.queries import named
from pumploss.warm.tables import TABLES
from tests.building.town import INJECTION, Town

#: What each query is asked with; a query without an entry fails the test of plans.
ASKED: dict[str, dict[str, Any]] = {
    "daily_losses": {"first": date(2026, 1, 1), "last": date(2026, 1, 31)},
    "expected_losers": {"limit": 10},
    "find_tokens": {"prefix": "m", "limit": 10},
    "find_traders": {"prefix": "A", "limit": 10},
    "leaderboard": {"period": "7d", "limit": 10},
    "market_days": {"first": date(2026, 1, 1), "last": date(2026, 1, 31)},
    "net_losers": {"period": "7d", "limit": 10},
    "token_hours": {"token": "m1", "since": datetime(2026, 1, 1, tzinfo=UTC)},
    "token_summary": {"token": "m1"},
    "token_traders": {"token": "m1", "limit": 10},
    "top_losers": {"period": "7d", "limit": 10},
    "trader_days": {"trader": "A"},
    "trader_features": {"trader": "A"},
    "trader_losses": {"trader": "A"},
    "trader_score_days": {"trader": "A"},
    "trader_scores": {"trader": "A"},
    "trader_trades": {"trader": "A", "limit": 10},
}


@pytest.fixture(scope="module")
def reader(town: Town) -> Iterator[Reader]:
    with open_reader(town.settings) as opened:
        yield opened


def test_every_query_is_asked_here_and_reads_by_an_index(town: Town) -> None:
    names = {path.stem for path in Path(folder.__file__).parent.glob("*.sql")}
    assert names == ASKED.keys()
    with open_warm(town.settings) as warm, warm.transaction(force_rollback=True):
        warm.execute("SET LOCAL enable_seqscan TO off")
        for name, values in ASKED.items():
            plan = "\n".join(line for (line,) in warm.execute(b"EXPLAIN " + named(name), values).fetchall())
            assert "Seq Scan" not in plan, f"{name}:\n{plan}"


def test_queries_lock_tables_in_the_order_of_a_swap() -> None:
    order = [table.name for table in TABLES]
    for name in ASKED:
        named_tables = re.findall(r"public\.(\w+)", named(name).decode())
        places = [order.index(table) for table in named_tables]
        assert places == sorted(places), f"{name}: {named_tables}"


def test_boards_are_those_that_jobs_read(town: Town, reader: Reader) -> None:
    with open_warm(town.settings) as warm:
        for period in ("24h", "7d", "30d", "all"):
            for mine, theirs in ((reader.leaderboard, leaderboard), (reader.net_losers, net_losers)):
                assert [row._asdict() for row in mine(period).rows] == theirs(warm, period)
        assert [row._asdict() for row in reader.expected_losers().rows] == expected_losers(warm, 1000)


def test_a_trader_is_seen_from_all_sides(reader: Reader) -> None:
    (scored,) = reader.trader_scores("A").rows
    assert (scored.risk_score, scored.p_loss, scored.reasons) == (81.5, 0.5, ["bags", "fees"])
    (of_now,) = reader.trader_score_days("A").rows
    assert (of_now.day, of_now.horizon_days, of_now.risk_score, of_now.p_loss) == (date(2026, 2, 1), 7, 81.5, 0.5)
    (features,) = reader.trader_features("A").rows
    assert features.trader_address == "A"
    days = reader.trader_days("A")
    assert [(row.day, row.trades, row.realised_sol, row.loss_sol) for row in days.rows] == [
        (date(2026, 1, 5), 1, -4, -4),
        (date(2026, 1, 26), 1, Decimal("-0.000000001"), Decimal("-0.000000001")),
        (date(2026, 1, 31), 3, -3, -3),
    ]
    assert [(row.day, row.loss_sol) for row in reader.trader_losses("A").rows] == [
        (row.day, row.loss_sol) for row in days.rows
    ]
    newest = reader.trader_trades("A", 2).rows
    assert [(row.token_mint, row.pnl_sol) for row in newest] == [("m1", -2), ("m2", -1)]
    assert reader.trader_scores("nobody").rows == reader.trader_days("nobody").rows == []


def test_a_token_says_who_lost_with_it(reader: Reader) -> None:
    (token,) = reader.token_summary("m1").rows
    # D and E sold at a gain, and one only bought; what D lost in October is beyond 90 days.
    assert (token.traders, token.sellers, token.losers, token.trades) == (6, 5, 3, 9)
    assert {type(token.trades), type(token.traders)} == {int}
    worst = reader.token_traders("m1", 2).rows
    assert [(row.trader, row.realised_sol) for row in worst] == [("A", Decimal("-6.000000001")), ("B", -2)]
    hours = reader.token_hours("m1", datetime(2026, 1, 26, tzinfo=UTC)).rows
    assert [(row.hour, row.trades) for row in hours] == [
        (datetime(2026, 1, 26, 12, tzinfo=UTC), 2),
        (datetime(2026, 1, 31, 12, tzinfo=UTC), 5),
    ]


def test_losses_of_all_traders_by_day(reader: Reader) -> None:
    found = reader.daily_losses(date(2026, 1, 5), date(2026, 1, 26)).rows
    assert [(row.day, row.losers, row.losing_sells, row.loss_sol) for row in found] == [
        (date(2026, 1, 5), 1, 1, -4),
        (date(2026, 1, 26), 2, 2, Decimal("-2.000000001")),
    ]


def test_addresses_are_found_by_how_they_begin(reader: Reader) -> None:
    assert [row.token for row in reader.find_tokens("m").rows] == ["m1", "m2", "m3"]
    assert [row.token for row in reader.find_tokens("m", 2).rows] == ["m1", "m2"]
    assert [row.token for row in reader.find_tokens(INJECTION[:5]).rows] == [INJECTION]
    assert [(row.trader, row.risk_score) for row in reader.find_traders("A").rows] == [("A", 81.5)]
    assert reader.find_traders("a").rows == []


def test_answers_are_frames_where_they_are_asked_for(reader: Reader) -> None:
    days = reader.trader_days("A")
    assert days.arrow()["realised_sol"].to_pylist() == [row.realised_sol for row in days.rows]
    frame = days.pandas()
    assert frame["realised_sol"].sum() == pytest.approx(-7)
    assert list(frame.columns) == list(days.names)
    assert list(reader.trader_days("nobody").pandas().columns) == list(days.names)


def test_threads_share_a_pool(reader: Reader) -> None:
    with ThreadPoolExecutor(16) as threads:
        found = list(threads.map(lambda _: len(reader.trader_trades("A").rows), range(64)))
    assert set(found) == {5}


def test_a_reader_changes_nothing_and_a_store_that_is_away_is_named(
    town: Town, reader: Reader, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    with reader._pool.connection() as connection, pytest.raises(psycopg.errors.ReadOnlySqlTransaction):
        connection.execute("DELETE FROM leaderboards")
    monkeypatch.setattr("pumploss.warm.reader._WAIT_SECONDS", 1)
    away = replace(town.settings, warm_dsn="host=127.0.0.1 port=9 dbname=x password=hunter2")
    with pytest.raises(StoreError, match=r"127\.0\.0\.1/x cannot be reached") as said, open_reader(away):
        pass
    assert "hunter2" not in str(said.value)
    with (
        pytest.raises(StoreError, match="Nothing has been published yet"),
        open_reader(from_environment({"PUMPLOSS_HOME": str(tmp_path)})),
    ):
        pass


def test_kept_answers_are_those_of_the_store(town: Town) -> None:
    with open_reader(town.settings) as plain, open_reader(town.settings, cached=True) as kept:
        for name, values in ASKED.items():
            answers = [plain.ask(name, **values), kept.ask(name, **values), kept.ask(name, **values)]
            assert [list(map(tuple, answer.rows)) for answer in answers] == [list(map(tuple, answers[0].rows))] * 3, (
                name
            )
            assert {answer.names for answer in answers} == {answers[0].names}
    with open_hot(town.settings) as hot:
        assert len(list(hot.scan_iter(f"{ANSWERS}*"))) == len(ASKED)


@pytest.mark.parametrize("dsn", ["postgre://me:S3cret@host/d", "pasword=S3cret host=h", "host=h dbname='S3cret"])
@pytest.mark.parametrize("variable", ["PUMPLOSS_WARM_DSN", "PUMPLOSS_WARM_READ_DSN"])
def test_what_is_no_address_is_refused_without_being_shown(tmp_path: Path, variable: str, dsn: str) -> None:
    settings = from_environment({"PUMPLOSS_HOME": str(tmp_path), variable: dsn})
    refusal = pytest.raises(StoreError, match=f"^{variable} is no address of a PostgreSQL")
    with refusal as refused, open_reader(settings):
        pass
    assert "S3cret" not in "".join(traceback.format_exception(refused.value))

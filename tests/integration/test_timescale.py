"""The warm store's chunks on TimescaleDB, where `PUMPLOSS_TEST_TIMESCALE_DSN` names one.

Tests of any warm store run there too, by `tests/building/warm_servers.py`.
"""

from datetime import date

import psycopg
import pytest

from pumploss.days import shift
from pumploss.settings import from_environment
from pumploss.warm import leaderboard, open_warm, publishing, swapping
from pumploss.warm import tables as warm_tables
from pumploss.warm.migrate import migrations
from tests.building.trades_of_a_day import trades_of
from tests.building.warm_servers import TIMESCALE, timescale_database

pytestmark = pytest.mark.skipif(TIMESCALE is None, reason="PUMPLOSS_TEST_TIMESCALE_DSN names no TimescaleDB")

DAY = date(2026, 1, 31)
CHUNKS = "SELECT range_start, range_end, chunk_schema FROM timescaledb_information.chunks ORDER BY 1"
EXTENSION = "SELECT extnamespace::regnamespace::text FROM pg_extension WHERE extname = 'timescaledb'"


@pytest.fixture
def settings(tmp_path):
    with timescale_database() as dsn:
        yield from_environment({"PUMPLOSS_HOME": str(tmp_path), "PUMPLOSS_WARM_DSN": dsn})


@pytest.fixture
def warm(settings):
    with open_warm(settings) as connection:
        yield connection


def publish(warm, number, states, staged):
    """Publishes sizes by day, of which some are loaded; the table then holds what is said of it."""
    days = {day: ("digest", size) for day, size in states.items()}
    entry = publishing.Published(f"p{number}", "r", max(states), "l", "l", days={"trades_timeseries": days})
    with publishing.exclusive(warm) as staging:
        for day in staged:
            staging.load(warm_tables.TRADES, [trades_of(day, states[day])], states[day], day)
        swapping.swap(
            warm, staging.loaded, {"trades_timeseries": list(states), "daily_losses": [], "score_days": []}, entry
        )
    found = warm.execute("SELECT time::date, count(*) FROM trades_timeseries GROUP BY 1").fetchall()
    assert dict(found) == {day: rows for day, rows in states.items() if rows}
    assert swapping.live_days(warm, warm_tables.TRADES, publishing.latest(warm)) == days


def days_of_chunks(warm):
    return [first.date() for first, _, _ in warm.execute(CHUNKS).fetchall()]


def test_days_become_chunks_and_leave_with_them(warm):
    days = [shift(DAY, number) for number in range(4)]
    publish(warm, 1, {days[0]: 3, days[1]: 2}, days[:2])
    assert days_of_chunks(warm) == days[:2]
    publish(warm, 2, {days[0]: 3, days[1]: 5, days[2]: 1}, days[1:3])
    publish(warm, 3, {days[1]: 5, days[2]: 1, days[3]: 4}, days[3:])
    assert days_of_chunks(warm) == days[1:], "the chunk of a day that expired is gone"
    assert {schema == "pumploss_parts" for _, _, schema in warm.execute(CHUNKS)} == {is_community(warm)}
    left = warm.execute("SELECT tablename FROM pg_tables WHERE schemaname = 'pumploss_staging'").fetchall()
    assert left == []
    (plan,) = zip(
        *warm.execute("EXPLAIN SELECT * FROM trades_timeseries WHERE trader_address = 'x' AND time >= '2026-02-03'"),
        strict=True,
    )
    assert len([line for line in plan if " Scan " in line]) == 1, plan


def is_community(warm):
    """Tell whether it is the edition under the Timescale licence, which has columns for old chunks."""
    return warm.execute("SELECT current_setting('timescaledb.license')").fetchone() == ("timescale",)


def test_a_chunk_that_a_retention_policy_dropped_is_loaded_again(warm):
    other = shift(DAY, 1)
    publish(warm, 1, {DAY: 3, other: 2}, [DAY, other])
    (extension,) = warm.execute(EXTENSION).fetchone()
    warm.execute(f"SELECT {extension}.drop_chunks('trades_timeseries', older_than => '2026-02-01 00:00Z'::timestamptz)")
    live = swapping.live_days(warm, warm_tables.TRADES, publishing.latest(warm))
    assert live == {other: ("digest", 2)}
    publish(warm, 2, {DAY: 3, other: 2}, [DAY])
    assert days_of_chunks(warm) == [DAY, other]


def test_a_day_that_nobody_traded_on_is_there_though_it_has_no_rows(warm):
    publish(warm, 1, {DAY: 0, shift(DAY, 1): 2}, [DAY, shift(DAY, 1)])


def test_days_that_were_turned_into_columns_are_replaced_and_leave(warm):
    if not is_community(warm):
        pytest.skip("the edition under the Apache licence has no columns")
    days = [shift(DAY, number) for number in range(3)]
    publish(warm, 1, dict.fromkeys(days, 9), days)
    warm.execute(
        "ALTER TABLE trades_timeseries SET (timescaledb.compress, timescaledb.compress_segmentby = 'token_mint')"
    )
    (extension,) = warm.execute(EXTENSION).fetchone()
    warm.execute(f"SELECT {extension}.compress_chunk(c) FROM {extension}.show_chunks('trades_timeseries') AS c")
    publish(warm, 2, {days[1]: 4, days[2]: 9}, [days[1]])
    assert days_of_chunks(warm) == days[1:]
    left = "SELECT count(*) FROM timescaledb_information.chunks WHERE is_compressed"
    assert warm.execute(left).fetchone() == (1,)


def test_a_store_of_before_is_brought_up_to_date_with_its_chunks(settings):
    with psycopg.connect(settings.warm_dsn, autocommit=True) as before:
        before.execute("CREATE TABLE schema_migrations (version int PRIMARY KEY, name text, applied_at timestamptz)")
        for number in (1, 2, 3):
            name, script = migrations()[number]
            before.execute(script.encode())
            before.execute("INSERT INTO schema_migrations VALUES (%s, %s, now())", (number, name))
        before.execute(
            "INSERT INTO trades_timeseries VALUES ('2026-01-31 12:00Z', 't', 'a', 'm', 'buy', 1, 1, NULL, NULL), "
            "('2026-02-01 12:00Z', 't', 'a', 'm', 'buy', 1, 1, NULL, NULL)"
        )
    with open_warm(settings) as warm:
        assert leaderboard(warm, "24h") == []
        assert days_of_chunks(warm) == [DAY, shift(DAY, 1)]
        assert warm.execute("SELECT count(*) FROM trades_timeseries").fetchone() == (2,)
        publish(warm, 1, {DAY: 3, shift(DAY, 1): 2}, [DAY, shift(DAY, 1)])


def test_the_next_publish_does_not_take_chunks_for_what_a_dead_one_left(warm):
    publish(warm, 1, {DAY: 3}, [DAY])
    with publishing.exclusive(warm) as staging:
        staging.load(warm_tables.TRADES, [trades_of(DAY, 9)], 9, DAY)
    publish(warm, 2, {DAY: 4}, [DAY])


def test_a_swap_that_fails_leaves_the_chunks(warm, monkeypatch):
    publish(warm, 1, {DAY: 3}, [DAY])
    monkeypatch.setattr(swapping, "record", lambda *_: 1 / 0)
    with pytest.raises(ZeroDivisionError):
        publish(warm, 2, {DAY: 7}, [DAY])
    assert warm.execute("SELECT count(*) FROM trades_timeseries").fetchone() == (3,)


def test_where_chunks_are_no_days_rows_are_changed(warm):
    publish(warm, 1, {DAY: 3}, [DAY])
    warm.execute("DROP TABLE trades_timeseries")
    (extension,) = warm.execute(EXTENSION).fetchone()
    plain = trades_shape(warm)
    warm.execute(f"SELECT {extension}.create_hypertable('{plain}', 'time', chunk_time_interval => INTERVAL '7 days')")
    publish(warm, 2, {DAY: 4, shift(DAY, 1): 2}, [DAY, shift(DAY, 1)])
    publish(warm, 3, {shift(DAY, 1): 2}, [])
    assert len(days_of_chunks(warm)) <= 2


def trades_shape(warm):
    """Makes the table of trades anew, without a hypertable's chunks."""
    with publishing.exclusive(warm):
        columns = ", ".join(
            f"{column.name} {column.kind}{'' if column.nullable else ' NOT NULL'}"
            for column in warm_tables.TRADES.columns
        )
        warm.execute(f"CREATE TABLE trades_timeseries ({columns}, PRIMARY KEY (time, trade_id))")
    return "trades_timeseries"

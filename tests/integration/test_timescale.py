"""The warm store on TimescaleDB, where `PUMPLOSS_TEST_TIMESCALE_DSN` names an empty database with the extension."""

import os
from datetime import date

import psycopg
import pytest

from pumploss.days import shift
from pumploss.settings import from_environment
from pumploss.warm import open_warm, publishing, swapping
from pumploss.warm import tables as warm_tables
from tests.building.trades_of_a_day import trades_of

DSN = os.environ.get("PUMPLOSS_TEST_TIMESCALE_DSN")
pytestmark = pytest.mark.skipif(DSN is None, reason="PUMPLOSS_TEST_TIMESCALE_DSN names no TimescaleDB")

DAY = date(2026, 1, 31)
CHUNKS = "SELECT range_start, range_end, chunk_schema FROM timescaledb_information.chunks ORDER BY 1"


@pytest.fixture
def warm(tmp_path):
    with psycopg.connect(DSN, autocommit=True) as client:
        for schema in ("public", "pumploss_staging", "pumploss_parts"):
            query = "SELECT format('%%I.%%I', schemaname, tablename) FROM pg_tables WHERE schemaname = %s"
            for (table,) in client.execute(query, (schema,)).fetchall():
                client.execute(f"DROP TABLE IF EXISTS {table} CASCADE")
            if schema != "public":
                client.execute(f"DROP SCHEMA IF EXISTS {schema} CASCADE")
    with open_warm(from_environment({"PUMPLOSS_HOME": str(tmp_path), "PUMPLOSS_WARM_DSN": DSN})) as connection:
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
    assert dict(found) == states
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
    can_attach = warm.execute("SELECT current_setting('timescaledb.license')").fetchone() == ("timescale",)
    assert {schema == "pumploss_parts" for _, _, schema in warm.execute(CHUNKS)} == {can_attach}
    left = warm.execute("SELECT tablename FROM pg_tables WHERE schemaname = 'pumploss_staging'").fetchall()
    assert left == []
    (plan,) = zip(
        *warm.execute("EXPLAIN SELECT * FROM trades_timeseries WHERE trader_address = 'x' AND time >= '2026-02-03'"),
        strict=True,
    )
    assert len([line for line in plan if " Scan " in line]) == 1, plan


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
    (extension,) = warm.execute(
        "SELECT extnamespace::regnamespace::text FROM pg_extension WHERE extname = 'timescaledb'"
    ).fetchone()
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

"""New tables take the place of those that people read."""

import threading
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import date
from typing import LiteralString
from uuid import uuid4

import psycopg
import pyarrow as pa
import pytest
from psycopg import sql

from pumploss.days import shift
from pumploss.errors import StoreError
from pumploss.settings import Settings
from pumploss.warm import (
    open_warm,
    publishing,
    swapping,
    top_losers,
)
from pumploss.warm import tables as warm_tables
from pumploss.warm.loading import Slice
from pumploss.warm.summing import sum_up
from pumploss.warm.tables import DAILY_LOSSES
from tests.building.loss_rows import DAY, losses
from tests.building.trades_of_a_day import trades_of


def test_a_long_reader_makes_a_swap_wait_or_give_up(
    warm: psycopg.Connection, settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(swapping, "_TRIES", 2)
    monkeypatch.setattr(swapping, "_LOCK_TIMEOUT", "50ms")
    entry = publishing.Published("waits", "run", DAY, "landing", "lake")
    keep: dict[str, list[date]] = {"trades_timeseries": [], "daily_losses": [], "score_days": []}
    board = Slice(pa.table({name: pa.array([], pa.string()) for name in warm_tables.LEADERBOARDS.names}))
    with open_warm(settings) as reader, publishing.exclusive(warm) as staging:
        staging.load(warm_tables.LEADERBOARDS, [board], 0)
        with reader.transaction():
            top_losers(reader)
            with pytest.raises(StoreError, match=f"process {reader.info.backend_pid} \\(pumploss\\)"):
                swapping.swap(warm, staging.loaded, keep, entry)
            assert not publishing.is_published(warm, "waits")
            monkeypatch.setattr(swapping, "_TRIES", 500)
            swap = threading.Thread(target=swapping.swap, args=(warm, staging.loaded, keep, entry))
            swap.start()
        swap.join()
        assert publishing.is_published(reader, "waits")


def test_an_old_snapshot_does_not_find_an_empty_table(warm: psycopg.Connection, settings: Settings) -> None:
    entry = publishing.Published("frozen", "run", DAY, "landing", "lake")
    with open_warm(settings) as reader, publishing.exclusive(warm) as staging, reader.transaction():
        reader.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ")
        reader.execute("SELECT count(*) FROM schema_migrations")
        staging.load(DAILY_LOSSES, [losses(("a", "-1", 1))], 1, DAY)
        swapping.swap(warm, staging.loaded, {"trades_timeseries": [], "daily_losses": [DAY], "score_days": []}, entry)
        indexes = "SELECT count(*) FROM pg_indexes WHERE tablename = 'daily_losses_20260131'"
        assert warm.execute(indexes).fetchone() == (2,)  # its own became the table's
        assert reader.execute("SELECT count(*) FROM daily_losses").fetchone() == (1,)
    with publishing.exclusive(warm) as staging:
        gone = publishing.Published("gone", "run", DAY, "landing", "lake")
        swapping.swap(warm, [], {"trades_timeseries": [], "daily_losses": [], "score_days": []}, gone)
    assert warm.execute("SELECT count(*) FROM daily_losses").fetchone() == (0,)


COUNTED: tuple[LiteralString, LiteralString] = (
    "SELECT count(*) FROM trades_timeseries",
    "SELECT count(*) FROM trader_days",
)


def add_a_day(warm: psycopg.Connection, days: list[date]) -> None:
    """Publishes one trade of the last of the days, and its sums; the others stay, and no other goes with them."""
    keep: dict[str, list[date]] = {"trades_timeseries": days, "daily_losses": [], "score_days": []}
    with publishing.exclusive(warm) as staging:
        sum_up(staging, staging.load(warm_tables.TRADES, [trades_of(days[-1], 1)], 1, days[-1]))
        swapping.swap(warm, staging.loaded, keep, publishing.Published(uuid4().hex, "run", days[-1], "landing", "lake"))


def waits(watcher: psycopg.Connection, other: psycopg.Connection) -> bool:
    query = "SELECT FROM pg_stat_activity WHERE pid = %s AND wait_event_type = 'Lock'"
    return watcher.execute(query, [other.info.backend_pid]).fetchone() is not None


def until(is_so: Callable[[], bool]) -> None:
    deadline = time.monotonic() + 20
    while not is_so():
        assert time.monotonic() < deadline
        time.sleep(0.001)


def test_an_added_day_does_not_come_between_two_tables_of_a_statement(
    warm: psycopg.Connection, settings: Settings
) -> None:
    """A statement plans for one table after the other: here it is held up between the first and the second."""
    days = [DAY, shift(DAY, 1)]
    add_a_day(warm, days[:1])
    with (
        open_warm(settings) as reader,
        open_warm(settings) as holder,
        open_warm(settings) as watcher,
        ThreadPoolExecutor() as threads,
    ):
        with holder.transaction():
            part = sql.Identifier(warm_tables.PARTS, warm_tables.TRADES.part(DAY))
            holder.execute(sql.SQL("LOCK TABLE {} IN ACCESS EXCLUSIVE MODE").format(part))
            both = sql.SQL("SELECT ({}), ({})").format(*map(sql.SQL, COUNTED))
            seen = threads.submit(lambda: reader.execute(both).fetchone())
            until(lambda: waits(watcher, reader))
            swap = threads.submit(add_a_day, warm, days)
            until(lambda: swap.done() or waits(watcher, warm))
        assert seen.result() == (1, 1)
        swap.result()
        assert [watcher.execute(query).fetchone() for query in COUNTED] == [(2,), (2,)]


def test_a_transaction_sees_one_publish_from_the_first_table_that_it_reads(
    warm: psycopg.Connection, settings: Settings
) -> None:
    days = [DAY, shift(DAY, 1)]
    add_a_day(warm, days[:1])
    with open_warm(settings) as reader, open_warm(settings) as watcher, ThreadPoolExecutor() as threads:
        with reader.transaction():
            assert reader.execute(COUNTED[0]).fetchone() == (1,)
            swap = threads.submit(add_a_day, warm, days)
            until(lambda: swap.done() or waits(watcher, warm))
            assert reader.execute(COUNTED[1]).fetchone() == (1,)
        swap.result()
        assert [watcher.execute(query).fetchone() for query in COUNTED] == [(2,), (2,)]


def test_a_publisher_that_falls_silent_within_a_swap_does_not_keep_readers_out(
    warm: psycopg.Connection, settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    entry = publishing.Published("silent", "run", DAY, "landing", "lake")
    keep: dict[str, list[date]] = {"trades_timeseries": [], "daily_losses": [], "score_days": []}

    def falls_silent(*_: object) -> None:
        with warm.transaction():
            warm.execute("SET LOCAL statement_timeout = '20s'")
            assert warm.execute(COUNTED[0]).fetchone()

    monkeypatch.setattr(swapping, "_SILENT_TIMEOUT", "50ms")
    monkeypatch.setattr(swapping, "record", falls_silent)
    with (
        pytest.raises(StoreError, match=r"gave up: .*idle-in-transaction"),
        open_warm(settings) as publisher,
        publishing.exclusive(publisher) as staging,
    ):
        swapping.swap(publisher, staging.loaded, keep, entry)
    assert not publishing.is_published(warm, "silent")

"""The warm store by itself: migrations, rights, loading, locks."""

import threading
from collections.abc import Iterator
from datetime import date
from decimal import Decimal
from pathlib import Path

import psycopg
import pyarrow as pa
import pytest

from pumploss.contract import Column, Type
from pumploss.errors import CheckError, SettingsError, StoreError
from pumploss.settings import Settings, from_environment
from pumploss.warm import (
    BOARD_COLUMNS,
    LOSER_COLUMNS,
    READER,
    open_warm,
    publishing,
    swapping,
    top_losers,
)
from pumploss.warm import tables as warm_tables
from pumploss.warm.connection import _address
from pumploss.warm.loading import Slice, amounts, csv_chunks, lamport_amounts, lamport_sum
from pumploss.warm.migrate import migrate, migrations
from pumploss.warm.tables import DAILY_LOSSES, FEATURES

LOSSES = ("day", "trader_address", "daily_loss", "loss_count")
DAY = date(2026, 1, 31)


@pytest.fixture(scope="module")
def settings(tmp_path_factory: pytest.TempPathFactory) -> Settings:
    return from_environment({"PUMPLOSS_HOME": str(tmp_path_factory.mktemp("warm"))})


@pytest.fixture(scope="module")
def warm(settings: Settings) -> Iterator[psycopg.Connection]:
    with open_warm(settings) as connection:
        yield connection


def losses(*found: tuple[str | None, str, int | None]) -> Slice:
    traders, amounts, counts = zip(*found, strict=True)
    days = [DAY] * len(found)
    rows = pa.table([days, pa.array(traders, pa.string()), amounts, counts], names=list(LOSSES))
    return Slice(rows, {"daily_loss": sum(map(Decimal, amounts), start=Decimal(0))})


def test_amounts_are_exact(warm: psycopg.Connection) -> None:
    units = pa.chunked_array([[9_223_372_036_854_775_807, -1, 0, None]])
    decimals = pa.chunked_array([pa.array([18, 0, 6, 9], pa.int32())])
    texts = amounts(units, decimals).to_pylist()
    assert texts[3] is None
    found = [warm.execute("SELECT %s::numeric", (text,)).fetchone() for text in texts[:3]]
    assert found == [(Decimal("9.223372036854775807"),), (Decimal(-1),), (Decimal(0),)]
    assert lamport_amounts(units).to_pylist()[1] == "-1e-9"
    assert lamport_sum(pa.chunked_array([[2**63 - 1, 2**63 - 1]])) == Decimal("18446744073.709551614")
    assert lamport_sum(pa.chunked_array([pa.array([None], pa.int64())])) == 0


def test_missing_values_are_not_empty_text() -> None:
    rows = pa.table({"text": ["", None, 'a"b,\n'], "many": [[1, 2], None, []]})
    assert b"".join(csv_chunks(rows)) == b'"","{1,2}"\n,\n"a""b,\n","{}"\n'


def test_migrations_are_applied_once(warm: psycopg.Connection) -> None:
    assert migrate(warm) == []
    found = warm.execute("SELECT version, name FROM schema_migrations ORDER BY version").fetchall()
    assert found == [(number, name) for number, (name, _) in sorted(migrations().items())]
    assert list(migrations()) == list(range(1, len(migrations()) + 1))


def test_a_newer_schema_is_refused(warm: psycopg.Connection, settings: Settings) -> None:
    warm.execute("INSERT INTO schema_migrations (version, name) VALUES (999, 'from the future')")
    try:
        with pytest.raises(StoreError, match="schema version 999"), open_warm(settings):
            pass
    finally:
        warm.execute("DELETE FROM schema_migrations WHERE version = 999")


def test_every_table_is_there_and_has_its_key_and_indexes(warm: psycopg.Connection) -> None:
    for table in warm_tables.TABLES:
        found = warm.execute(
            "SELECT indexdef FROM pg_indexes WHERE schemaname = 'public' AND tablename = %s",
            (table.name,),
        ).fetchall()
        columns = {definition.partition(" USING btree ")[2].replace('"', "") for (definition,) in found}
        assert columns == {f"({', '.join(names)})" for names in (table.key, *table.indexes)}


def test_a_reader_may_read_what_is_published_and_nothing_else(warm: psycopg.Connection) -> None:
    with publishing.exclusive(warm) as staging:
        contract = [
            Column("trader_address", Type.STRING, "who"),
            Column("x", Type.DOUBLE, "x", True),
        ]
        rows = pa.table({"trader_address": ["b", "B"], "x": [1.5, None]})
        names = ["trader_address", "x"]
        staging.load(FEATURES, [Slice(rows)], names, 2, contract=contract)
        entry = publishing.Published("rights", "run", DAY, "landing", "lake")
        keep: dict[str, list[date]] = {"trades_timeseries": [], "daily_losses": []}
        swapping.swap(warm, staging.loaded, keep, entry)
    forbidden = (
        "DELETE FROM trader_features",
        "CREATE TABLE mine (x int)",
        "SELECT * FROM pumploss_staging.leaderboards",
        "DROP TABLE trader_features",
        "INSERT INTO publish_log DEFAULT VALUES",
    )
    with warm.transaction():
        warm.execute(f"SET LOCAL ROLE {READER}")
        found = warm.execute("SELECT * FROM trader_features ORDER BY trader_address").fetchall()
        assert found == [("B", None), ("b", 1.5)]
        assert top_losers(warm) == []
        for query in forbidden:
            with pytest.raises(psycopg.errors.InsufficientPrivilege), warm.transaction():
                warm.execute(query)


@pytest.mark.parametrize(
    ("found", "expected", "said"),
    [
        (losses(("a", "-1", 1), ("b", "-2", 1)), 3, "rows is 2, not 3"),
        (
            Slice(losses(("a", "-1", 1)).rows, {"daily_loss": Decimal(-2)}),
            1,
            "daily_loss is -1, not -2",
        ),
        (losses(("a", "-1", 1), ("a", "-2", 1)), 2, "duplicate|unique"),
        (losses(("a", "1", 1)), 1, "daily_loss"),
        (losses((None, "-1", 1)), 1, "null value"),
        (losses(("a\0b", "-1", 1)), 1, "0x00"),
        (losses(("a", "-1", None)), 1, "null value"),
    ],
)
def test_wrong_rows_are_not_shown(warm: psycopg.Connection, found: Slice, expected: int, said: str) -> None:
    with (
        publishing.exclusive(warm) as staging,
        pytest.raises(CheckError, match=f"(?s)daily_losses of 2026-01-31 was not published.*({said})"),
    ):
        staging.load(DAILY_LOSSES, [found], LOSSES, expected, DAY)
    assert warm.execute("SELECT count(*) FROM daily_losses").fetchone() == (0,)


def test_a_second_publisher_waits_or_is_told(warm: psycopg.Connection, settings: Settings) -> None:
    with open_warm(settings) as other:
        with publishing.exclusive(warm):
            told = pytest.raises(StoreError, match=f"server process {warm.info.backend_pid}\\)")
            with told, publishing.exclusive(other, wait_seconds=0.2):
                pass
        with publishing.exclusive(other, wait_seconds=0.2):
            pass


def test_a_long_reader_makes_a_swap_wait_or_give_up(
    warm: psycopg.Connection, settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(swapping, "_TRIES", 2)
    monkeypatch.setattr(swapping, "_LOCK_TIMEOUT", "50ms")
    entry = publishing.Published("waits", "run", DAY, "landing", "lake")
    keep: dict[str, list[date]] = {"trades_timeseries": [], "daily_losses": []}
    board = Slice(pa.table({name: pa.array([], pa.string()) for name in BOARD_COLUMNS}))
    with open_warm(settings) as reader, publishing.exclusive(warm) as staging:
        staging.load(warm_tables.LEADERBOARDS, [board], BOARD_COLUMNS, 0)
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
        staging.load(DAILY_LOSSES, [losses(("a", "-1", 1))], LOSSES, 1, DAY)
        swapping.swap(warm, staging.loaded, {"trades_timeseries": [], "daily_losses": [DAY]}, entry)
        indexes = "SELECT count(*) FROM pg_indexes WHERE tablename = 'daily_losses_20260131'"
        assert warm.execute(indexes).fetchone() == (2,)  # its own became the table's
        assert reader.execute("SELECT count(*) FROM daily_losses").fetchone() == (1,)
    with publishing.exclusive(warm) as staging:
        gone = publishing.Published("gone", "run", DAY, "landing", "lake")
        swapping.swap(warm, [], {"trades_timeseries": [], "daily_losses": []}, gone)
    assert warm.execute("SELECT count(*) FROM daily_losses").fetchone() == (0,)


def test_a_lost_server_is_a_store_error(settings: Settings) -> None:
    with pytest.raises(StoreError, match="gave up"), open_warm(settings) as connection:
        connection.execute("SELECT pg_terminate_backend(pg_backend_pid())")


def test_an_absent_server_is_named_without_its_password(tmp_path: Path) -> None:
    dsn = f"host={tmp_path} dbname=x user=u password=hunter2"
    absent = from_environment({"PUMPLOSS_HOME": str(tmp_path), "PUMPLOSS_WARM_DSN": dsn})
    with pytest.raises(StoreError, match="cannot be reached") as raised, open_warm(absent):
        pass
    assert "hunter2" not in str(raised.value)
    assert _address("no dsn 'hunter2'") == "of PUMPLOSS_WARM_DSN"


def test_an_unknown_period_is_refused(warm: psycopg.Connection) -> None:
    with pytest.raises(SettingsError, match="24h, 7d, 30d, all"):
        top_losers(warm, "1y'; DROP TABLE leaderboards; --")
    assert set(LOSER_COLUMNS) < set(BOARD_COLUMNS)

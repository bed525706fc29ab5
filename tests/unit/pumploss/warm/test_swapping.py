"""New tables take the place of those that people read."""

import threading
from datetime import date

import psycopg
import pyarrow as pa
import pytest

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
from pumploss.warm.tables import DAILY_LOSSES
from tests.building.loss_rows import DAY, losses


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

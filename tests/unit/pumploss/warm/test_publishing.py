"""Who may publish, and who may read what is published."""

from datetime import date

import psycopg
import pyarrow as pa
import pytest

from pumploss.contract import Column, Type
from pumploss.errors import StoreError
from pumploss.settings import Settings
from pumploss.warm import (
    READER,
    open_warm,
    publishing,
    swapping,
    top_losers,
)
from pumploss.warm.loading import Slice
from pumploss.warm.tables import FEATURES
from tests.building.loss_rows import DAY


def test_a_reader_may_read_what_is_published_and_nothing_else(warm: psycopg.Connection) -> None:
    with publishing.exclusive(warm) as staging:
        contract = [
            Column("trader_address", Type.STRING, "who"),
            Column("x", Type.DOUBLE, "x", True),
        ]
        rows = pa.table({"trader_address": ["b", "B"], "x": [1.5, None]})
        staging.load(FEATURES, [Slice(rows)], 2, contract=contract)
        entry = publishing.Published("rights", "run", DAY, "landing", "lake")
        keep: dict[str, list[date]] = {"trades_timeseries": [], "daily_losses": [], "score_days": []}
        swapping.swap(warm, staging.loaded, keep, entry)
    forbidden = (
        "DELETE FROM trader_features",
        "CREATE TABLE mine (x int)",
        "SELECT * FROM pumploss_staging.leaderboards",
        "DROP TABLE trader_features",
        "INSERT INTO publish_log DEFAULT VALUES",
    )
    said = "SELECT col_description(to_regclass('trader_features'), 2), obj_description(to_regclass('trader_features'))"
    assert warm.execute(said).fetchone() == ("x", FEATURES.description)
    with warm.transaction():
        warm.execute(f"SET LOCAL ROLE {READER}")
        found = warm.execute("SELECT * FROM trader_features ORDER BY trader_address").fetchall()
        assert found == [("B", None), ("b", 1.5)]
        assert top_losers(warm) == []
        for query in forbidden:
            with pytest.raises(psycopg.errors.InsufficientPrivilege), warm.transaction():
                warm.execute(query)


def test_a_second_publisher_waits_or_is_told(warm: psycopg.Connection, settings: Settings) -> None:
    with open_warm(settings) as other:
        with publishing.exclusive(warm):
            told = pytest.raises(StoreError, match=f"server process {warm.info.backend_pid}\\)")
            with told, publishing.exclusive(other, wait_seconds=0.2):
                pass
        with publishing.exclusive(other, wait_seconds=0.2):
            pass

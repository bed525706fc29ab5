"""Days are gathered into the files that their rows are worth, and nobody sees another row for it."""

from datetime import timedelta

import polars as pl
import pytest

from jobs.maintaining import gathering
from jobs.maintaining.gathering import all_scattered, gather, scattered
from jobs.pipeline import WRITER
from jobs.running.standing import mark_tables, table_of
from jobs.verifying.lake import by_content, by_files, by_logs, of_segments
from pumploss.errors import LakeError
from tests.building import lakes
from tests.building.scattered_days import TABLE, scatter
from tests.building.three_days import D1, D2, D3, DAYS

TRADER_DAY = table_of(TABLE)


@pytest.fixture
def spread(built, monkeypatch):
    monkeypatch.setattr(gathering, "SETTLED_DAYS", 1)
    scatter(built)
    assert min(len(built.lake.files(TRADER_DAY, [day])) for day in DAYS) > 1
    return built


def test_a_step_leaves_nothing_to_gather(built, monkeypatch):
    monkeypatch.setattr(gathering, "SETTLED_DAYS", 0)
    assert list(all_scattered(built)) == []


def test_settled_days_are_gathered_in_order_and_everything_still_agrees(spread, golden):
    (found,) = all_scattered(spread)
    assert (found.table, found.days, found.splits) == (TRADER_DAY, (D1, D2), 1)
    before = {day: len(spread.lake.files(TRADER_DAY, [day])) for day in DAYS}
    assert (found.files, found.wanted) == (before[D1] + before[D2], 2)
    gather(spread, found)
    files = {day: spread.lake.files(TRADER_DAY, [day]) for day in DAYS}
    assert [len(of_day) for of_day in files.values()] == [1, 1, before[D3]]
    for (file,) in (files[D1], files[D2]):
        order = pl.read_parquet(file.path, columns=list(TRADER_DAY.order_by))
        assert order.equals(order.sort(TRADER_DAY.order_by)), "the order inside files"
    assert lakes.contents(spread) == golden
    for look in (by_logs, by_files, by_content, of_segments):
        assert list(look(spread)) == []
    assert mark_tables(spread, WRITER) == {}, "no night builds anything again because of it"
    assert scattered(spread, TRADER_DAY) == []


def test_young_days_and_days_that_failed_are_left_alone(spread, monkeypatch):
    monkeypatch.setattr(gathering, "SETTLED_DAYS", 7)
    assert list(all_scattered(spread)) == []
    monkeypatch.setattr(gathering, "SETTLED_DAYS", 1)
    row = spread.ledger.latest()[TABLE, D1]
    kept = {name: value for name, value in row.items() if name not in ("written_at", "run_day")}
    spread.ledger.append([{**kept, "status": "failed", "error": "disk full"}])
    assert [found.days for found in scattered(spread, TRADER_DAY)] == [(D2,)]


def test_a_day_that_is_not_what_the_ledger_says_is_left_to_verify(spread):
    (found,) = all_scattered(spread)
    version = spread.lake.version(TRADER_DAY)
    row = spread.ledger.latest()[TABLE, D1]
    kept = {name: value for name, value in row.items() if name not in ("written_at", "run_day")}
    digest = spread.recorded_digest(TRADER_DAY, D1)
    spread.ledger.append([{**kept, "outputs": row["outputs"].replace(digest, "1-1")}])
    with pytest.raises(
        LakeError, match=f"gold_trader_day of {D1} does not hold what the ledger names.*verify --repair"
    ):
        gather(spread, found)
    assert spread.lake.version(TRADER_DAY) == version


def test_newest_day_counts_as_the_last(spread):
    assert max(day for found in all_scattered(spread) for day in found.days) == D3 - timedelta(days=1)

"""What the log of a table says without the engine."""

from dataclasses import replace
from pathlib import Path

import pytest
from deltalake import DeltaTable

from pumploss.errors import ContractError
from pumploss.lake import Lake
from tests.building.things import D1, D2, D3, D5, TABLE, parquet_files


def test_the_log_says_which_days_hold_a_value(lake, put):
    put({D1: ["a"], D2: ["b"]}, noted_day=D3)
    put({D5: ["e"]}, noted_day=D5)
    assert lake.days_holding(TABLE, "noted_day", D3, D3) == [D1, D2]
    assert lake.days_holding(TABLE, "noted_day", D3, D5) == [D1, D2, D5]
    assert lake.days_holding(TABLE, "noted_day", D1, D2) == []


def test_what_another_commits_is_seen_at_the_next_look(lake, put):
    other = Lake(lake.root, lambda: pytest.fail("no engine is needed here"))
    first = put({D1: ["a"]})
    assert other.rows_by_day(TABLE) == {D1: 1}
    other.rows_by_day(TABLE).clear()  # what is asked for is the asker's own
    assert other.rows_by_day(TABLE) == {D1: 1}
    last = put({D1: ["a", "bb"], D2: ["c"]})
    assert (other.version(TABLE), other.rows_by_day(TABLE)) == (last, {D1: 2, D2: 1})
    assert {file.partition["day"] for file in other.files(TABLE)} == {str(D1), str(D2)}
    assert [file.rows for file in other.files(TABLE, version=first)] == [1]


def test_a_log_without_a_commit_is_no_table(lake, put):
    log = Path(lake.path(TABLE), "_delta_log")
    log.mkdir(parents=True)
    (log / "_commit_1.json.tmp").touch()
    assert not lake.exists(TABLE)
    put({D1: ["a"]})
    DeltaTable(lake.path(TABLE)).create_checkpoint()
    (log / f"{0:020}.json").unlink()
    assert lake.exists(TABLE), "a checkpoint says it as well"


def test_other_readers_see_the_same_rows(lake, put, spark):
    import duckdb
    import polars as pl

    put({D1: ["a", "bb"], D2: ["c"]}, size_units=5, shares=[0.1])
    put({D2: ["d", "ee"]})
    expected = sorted((row["thing"], row["day"], row["group"]) for row in lake.read(TABLE).collect())
    assert [thing for thing, _, _ in expected] == ["a", "bb", "d", "ee"]
    by_polars = pl.read_delta(lake.path(TABLE)).select("thing", "day", "group").sort("thing").rows()
    listed = [f"'{uri.removeprefix('file://')}'" for uri in DeltaTable(lake.path(TABLE)).file_uris()]
    query = f'SELECT thing, day, "group" FROM read_parquet([{", ".join(listed)}], hive_partitioning = true) ORDER BY 1'
    by_duckdb = duckdb.sql(query).fetchall()
    assert by_polars == by_duckdb == expected
    found = lake.files(TABLE, [D2])
    assert sorted(file.rows for file in found) == [1, 1]
    assert {file.path for file in found} < {path.as_posix() for path in parquet_files(lake)}


def test_a_table_that_lies_otherwise_is_refused_by_name(lake, put):
    put({D1: ["a"]})
    other = replace(TABLE, partition_by=("day",))
    with pytest.raises(ContractError, match=r"things is partitioned by day, group, not by day: .* move .*lake away"):
        Lake(lake.root, lambda: lake.spark).read(other, [D1])

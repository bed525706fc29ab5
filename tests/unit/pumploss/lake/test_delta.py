"""Days of a table are read, staged and replaced whole, and nothing that does not fit is written."""

import json
import threading
from collections import Counter
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from random import Random

import pytest
from deltalake import DeltaTable

from pumploss.contract import Column, Table, Type
from pumploss.errors import ContractError, LakeError, LockedError, SettingsError
from pumploss.lake import Lake, files
from pumploss.lake.locks import table_lock

D1, D2, D3, D5 = (date(2026, 1, n) for n in (1, 2, 3, 5))
TABLE = Table(
    name="things",
    description="Things of a day.",
    columns=(
        Column("thing", Type.STRING, "Its name"),
        Column("size_units", Type.BIGINT, "Its size", nullable=True),
        Column("parts", Type.BIGINTS, "Its parts"),
        Column("shares", Type.DOUBLES, "Its shares"),
        Column("group", Type.INT, "Its group"),
        Column("noted_day", Type.DATE, "When it was noted"),
        Column("day", Type.DATE, "Day"),
    ),
    key=("thing", "day"),
    partition_by=("day", "group"),
    order_by=("thing",),
)


@pytest.fixture
def lake(tmp_path, spark):
    opened = Lake(str(tmp_path / "lake"), spark)
    yield opened
    opened.unstage()


@pytest.fixture
def put(lake, frame):
    """Replaces days by rows given as `day: [thing, ...]`."""

    def put(days, staged=True, **given):
        rows = [
            {"thing": thing, "day": day, "group": len(thing) % 3, "parts": [1, len(thing)], "noted_day": day, **given}
            for day, things in days.items()
            for thing in things
        ]
        made = frame(TABLE, *rows)
        made = lake.stage("things", made) if staged else made
        return lake.replace(TABLE, made, list(days), {day: len(things) for day, things in days.items()})

    return put


def things(lake, days=None, version=None):
    rows = lake.read(TABLE, days, version).select("day", "thing").toArrow().to_pylist()
    found = {}
    for row in sorted(rows, key=lambda row: (row["day"], row["thing"])):
        found.setdefault(row["day"], []).append(row["thing"])
    return found


def test_a_table_never_written_is_empty(lake):
    assert not lake.exists(TABLE)
    assert lake.read(TABLE).count() == 0
    assert lake.read(TABLE).columns == TABLE.names
    assert lake.rows_by_day(TABLE) == {}
    assert lake.version(TABLE) is None
    assert lake.days_holding(TABLE, "noted_day", D1, D5) == []


def test_days_are_replaced_and_others_left_alone(lake, put):
    put({D1: ["a", "bb"], D2: ["c"], D5: ["e"]})
    put({D2: ["d", "dd"], D5: []})
    assert things(lake) == {D1: ["a", "bb"], D2: ["d", "dd"]}
    assert lake.rows_by_day(TABLE) == {D1: 2, D2: 2}


def test_every_replacement_is_one_more_version_that_stays_readable(lake, put):
    first, second = put({D1: ["a"]}), put({D1: ["b"]})
    assert lake.version(TABLE) == second == first + 1
    assert things(lake, version=first) == {D1: ["a"]}


def test_only_the_asked_days_are_read(lake, put):
    put({D1: ["a"], D2: ["b"], D3: ["c"], D5: ["e"]})
    assert things(lake, [D2, D3]) == {D2: ["b"], D3: ["c"]}
    assert things(lake, [D1, D5]) == {D1: ["a"], D5: ["e"]}
    assert things(lake, []) == {}
    assert things(lake, [D5 + timedelta(9)]) == {}


def test_columns_come_in_contract_order_with_contract_types(lake, put):
    put({D1: ["a"]})
    found = lake.read(TABLE)
    assert [(name, kind) for name, kind in found.dtypes] == [(c.name, c.type.spark) for c in TABLE.columns]


def test_a_first_write_of_nothing_makes_the_table(lake, put):
    put({D1: []})
    assert lake.exists(TABLE)
    put({D1: ["a"]})
    put({D1: []})
    assert things(lake) == {}


def test_values_may_be_missing_later_where_the_first_rows_had_them(lake, put, frame):
    put({D1: ["a"]}, size_units=5)
    put({D2: ["b"]}, size_units=None)
    assert sorted(lake.read(TABLE).toPandas()["size_units"].isna()) == [False, True]


def test_arrays_are_replaced_whatever_made_them(lake, frame, spark):
    from pyspark.sql import functions as F

    made = frame(TABLE, {"thing": "a", "day": D1, "parts": [1, 2], "shares": [0.5]}, {"thing": "b", "day": D2})
    counted = made.withColumn("parts", F.array(F.lit(3).cast("bigint"), F.lit(4).cast("bigint")))
    walked = made.groupBy("day").applyInArrow(lambda table: table, TABLE.ddl)
    for source in (made, counted, walked, made, walked, counted):
        lake.replace(TABLE, lake.stage("things", source), [D1, D2], {D1: 1, D2: 1})
        lake.replace(TABLE, lake.stage("things", source).where("day = '2026-01-02'"), [D2], {D2: 1})
    assert sorted(map(tuple, lake.read(TABLE).toPandas()["parts"])) == [(3, 4), (3, 4)]


def test_doubles_are_read_as_they_were_written(lake, frame):
    rng = Random(2)
    table = replace(
        TABLE, name="odd", columns=(*TABLE.columns[:2], Column("size_sol", Type.DOUBLE, ""), *TABLE.columns[2:])
    )
    rows = [
        {"thing": str(n), "size_sol": rng.uniform(0, 10) * 10.0 ** rng.randrange(-12, 6), "day": D1 + timedelta(n)}
        for n in range(40)
    ]
    expected = {row["day"]: 1 for row in rows}
    # One value per file, from a stage with arrays, written, read and written again: nothing may lose a bit on the way.
    lake.replace(table, lake.stage("odd", frame(table, *rows)), list(expected), expected)
    lake.replace(table, lake.stage("odd", lake.read(table)), list(expected), expected)
    assert {row["thing"]: row["size_sol"] for row in lake.read(table).collect()} == {
        row["thing"]: row["size_sol"] for row in rows
    }


def test_stray_rows_are_refused_before_anything_is_written(lake, put, frame):
    put({D1: ["a"]})
    with pytest.raises(LakeError, match=r"things: rows of 2026-01-02 came for days 2026-01-01"):
        lake.replace(TABLE, frame(TABLE, {"thing": "b", "day": D2}), [D1], {D2: 1})
    assert things(lake) == {D1: ["a"]}


def test_all_differences_from_the_contract_are_listed_at_once(lake, put, frame):
    put({D1: ["a"]})
    wrong = frame(TABLE, {"thing": "b", "day": D1}).selectExpr(
        "thing AS name", "cast(size_units AS int) AS size_units", "day"
    )
    with pytest.raises(ContractError) as caught:
        lake.replace(TABLE, wrong, [D1], {D1: 1})
    assert [line.strip() for line in str(caught.value).splitlines()][1:-1] == [
        "missing thing string",
        "missing parts array<bigint>",
        "missing shares array<double>",
        "missing group int",
        "missing noted_day date",
        "unexpected name string",
        "size_units is int, not bigint",
    ]
    assert things(lake) == {D1: ["a"]}


def test_a_table_that_no_longer_fits_its_contract_is_not_read(lake, put):
    put({D1: ["a"]})
    grown = TABLE.with_columns(Column("colour", Type.STRING, "Its colour"))
    with pytest.raises(ContractError, match="things from the lake does not fit its contract:\n  missing colour string"):
        lake.read(grown)


def test_rows_that_the_engine_lost_are_noticed_before_anything_is_written(lake, put, frame):
    put({D1: ["a"]})
    with pytest.raises(LakeError, match=r"things: the stage holds 1 rows of 2026-01-01 instead of 2; nothing was"):
        lake.replace(TABLE, frame(TABLE, {"thing": "b", "day": D1}), [D1], {D1: 2})
    with pytest.raises(LakeError, match=r"things: the stage holds 1 rows of 2026-01-02 instead of 0; nothing was"):
        lake.replace(TABLE, frame(TABLE, {"thing": "b", "day": D2}), [D1], {})
    assert things(lake) == {D1: ["a"]}


def test_the_log_says_which_days_hold_a_value(lake, put):
    put({D1: ["a"], D2: ["b"]}, noted_day=D3)
    put({D5: ["e"]}, noted_day=D5)
    assert lake.days_holding(TABLE, "noted_day", D3, D3) == [D1, D2]
    assert lake.days_holding(TABLE, "noted_day", D3, D5) == [D1, D2, D5]
    assert lake.days_holding(TABLE, "noted_day", D1, D2) == []


@pytest.mark.parametrize("name", ["my lake", "läke", "lake#1", "100%", "a=b", "lake[1]", "~lake"])
def test_a_place_that_an_engine_would_escape_is_refused(spark, name):
    with pytest.raises(SettingsError, match=r"The lake cannot lie at .*PUMPLOSS_HOME"):
        Lake(f"/data/{name}/lake", spark)


def test_stages_are_unseen_and_deleted(lake, frame, tmp_path):
    staged = lake.stage("things", frame(TABLE, {"thing": "a", "day": D1}).drop("parts", "shares"))
    assert staged.count() == 1
    assert not lake.exists(TABLE)
    lake.unstage()
    assert list((tmp_path / "lake").rglob("*.parquet")) == []
    lake.unstage()


@pytest.mark.parametrize("columns", [("thing", "day"), ("thing", "parts", "day")])
def test_a_stage_of_nothing_keeps_its_columns(lake, frame, columns):
    staged = lake.stage("nothing", frame(TABLE).select(*columns))
    assert [kind for _, kind in staged.dtypes] == [TABLE[name].type.spark for name in columns]
    assert staged.count() == 0


def test_a_lake_belongs_to_one_landing(lake):
    assert lake.owner() is None
    lake.claim("/dumps/simulated")
    lake.claim("/dumps/simulated")
    with pytest.raises(LakeError, match=r"built from /dumps/simulated, not from /dumps/real.*PUMPLOSS_LAKE"):
        lake.claim("/dumps/real")
    assert lake.owner() == "/dumps/simulated"


def test_one_writer_at_a_time(lake):
    busy = pytest.raises(LockedError, match=r"things of .* is being written by another run")
    with table_lock(lake.root, "things"), busy, table_lock(lake.root, "things", wait_seconds=0):
        pass
    with table_lock(lake.root, "things"), table_lock(lake.root, "others", wait_seconds=0):
        pass
    with table_lock(lake.root, "things", wait_seconds=0):
        pass


def test_the_second_writer_waits_for_the_first(lake):
    entered, done, order = threading.Event(), threading.Event(), []

    def hold():
        with table_lock(lake.root, "things"):
            entered.set()
            done.wait(10)
            order.append("first")

    first = threading.Thread(target=hold)
    first.start()
    assert entered.wait(10)
    done.set()
    with table_lock(lake.root, "things", wait_seconds=10):
        order.append("second")
    first.join()
    assert order == ["first", "second"]


def test_a_held_lock_stops_a_replacement_and_leaves_the_table(lake, put, frame, monkeypatch):
    put({D1: ["a"]})
    monkeypatch.setattr("pumploss.lake.delta.table_lock", lambda root, name: table_lock(root, name, wait_seconds=0))
    with table_lock(lake.root, "things"), pytest.raises(LockedError):
        put({D1: ["b"]})
    assert things(lake) == {D1: ["a"]}


@pytest.fixture
def laid(lake, frame):
    """Stages rows of TABLE as its files will lie; answers the staged frame and the rows per day."""

    def laid(*rows):
        staged = lake.stage(TABLE, frame(TABLE, *rows))
        return staged, Counter(row["day"] for row in rows)

    return laid


def parquet_files(lake):
    return sorted(path for path in Path(lake.path(TABLE)).rglob("*.parquet"))


def test_what_was_staged_for_a_table_is_not_written_again(lake, laid):
    staged, counts = laid({"thing": "a", "day": D1}, {"thing": "b", "day": D2, "group": 7})
    before = {path.stat().st_ino for path in Path(lake.root, "_stage").rglob("*.parquet")}
    lake.replace(TABLE, staged, [D1, D2], counts)
    assert {path.stat().st_ino for path in parquet_files(lake)} == before
    lake.unstage()
    assert things(lake) == {D1: ["a"], D2: ["b"]}


def test_a_part_of_what_was_staged_is_all_that_is_written(lake, laid):
    staged, _ = laid({"thing": "a", "day": D1}, {"thing": "b", "day": D2})
    lake.replace(TABLE, staged.where("thing = 'b'"), [D1, D2], {D2: 1})
    assert things(lake) == {D2: ["b"]}


def test_rows_lie_in_the_order_of_the_contract(lake, laid):
    import pyarrow.parquet as pq

    names = [f"{n:03d}" for n in range(300)]
    shuffled = Random(3).sample(names, len(names))
    staged, counts = laid(*({"thing": name, "day": D1, "group": int(name) % 2} for name in shuffled))
    lake.replace(TABLE, staged, [D1], counts)
    found = [pq.ParquetFile(path).read(["thing"])["thing"].to_pylist() for path in parquet_files(lake)]
    assert sorted(found) == [names[::2], names[1::2]]


def test_a_commit_that_never_came_leaves_nothing_but_files_that_nobody_sees(lake, put, laid, monkeypatch):
    put({D1: ["a"]})
    staged, counts = laid({"thing": "b", "day": D1})
    version, place = lake.version(TABLE), files.put_in_place

    def killed(*given):
        place(*given)
        raise KeyboardInterrupt

    monkeypatch.setattr("pumploss.lake.commit.put_in_place", killed)
    with pytest.raises(KeyboardInterrupt):
        lake.replace(TABLE, staged, [D1], counts)
    assert (lake.version(TABLE), things(lake), len(parquet_files(lake))) == (version, {D1: ["a"]}, 2)
    removed = DeltaTable(lake.path(TABLE)).vacuum(0, enforce_retention_duration=False, dry_run=False, full=True)
    assert (len(removed), things(lake)) == (1, {D1: ["a"]})


def test_the_log_keeps_bounds_that_hold_and_none_that_a_reader_could_misread(lake, laid):
    import polars as pl

    long = "z" * 100
    rows = [
        {"thing": "b", "size_units": 2**62 + 1, "noted_day": D3},
        {"thing": long, "size_units": None, "noted_day": D1},
    ]
    staged, counts = laid(*({**row, "day": D1, "group": 1} for row in rows))
    lake.replace(TABLE, staged, [D1], counts)
    (action,) = pl.DataFrame(DeltaTable(lake.path(TABLE)).get_add_actions()).to_dicts()
    assert action["num_records"] == 2
    assert {name: bound for name, bound in action["min"].items() if bound is not None} == {
        "size_units": 2**62 + 1, "noted_day": D1,
    }  # fmt: skip
    assert {name: bound for name, bound in action["max"].items() if bound is not None} == {
        "size_units": 2**62 + 1, "noted_day": D3,
    }  # fmt: skip
    assert action["null_count"]["size_units"] == 1


def test_times_are_bounded_by_whole_milliseconds_around_them(tmp_path):
    import pyarrow as pa

    at = datetime(2026, 1, 1, 1, 2, 3, 4567, tzinfo=UTC)
    table = replace(TABLE, columns=(Column("noted_at", Type.TIMESTAMP, ""), *TABLE.columns))
    rows = pa.table({"noted_at": pa.array([at, at], pa.timestamp("us", "UTC"))})
    files.write_partition(str(tmp_path / "laid"), {"day": D1, "group": 3}, rows)
    (found,) = files.laid_files(Lake(str(tmp_path), lambda: None).storage, str(tmp_path / "laid"), table)
    assert (found.partition, found.folder, found.rows) == (
        {"day": "2026-01-01", "group": "3"},
        "day=2026-01-01/group=3",
        2,
    )
    stated = json.loads(found.statistics)
    assert stated["minValues"] == {"noted_at": "2026-01-01T01:02:03.004Z"}
    assert stated["maxValues"] == {"noted_at": "2026-01-01T01:02:03.005Z"}
    assert stated["nullCount"] == {"noted_at": 0}


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

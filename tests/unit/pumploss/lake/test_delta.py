"""Replacing and reading days of a table."""

from dataclasses import replace
from datetime import timedelta
from random import Random

import pytest

from pumploss.contract import Column, Type
from pumploss.errors import ContractError, LockedError, SettingsError
from pumploss.lake import Lake
from pumploss.lake.locks import table_lock
from tests.building.things import D1, D2, D3, D5, TABLE, things


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


def test_a_table_of_before_gets_its_new_columns_without_values_and_old_ones_are_left(lake, put, frame):
    put({D1: ["a"]})
    assert lake.lacking(TABLE) == []
    grown = TABLE.with_columns(Column("colour", Type.STRING, "Its colour", nullable=True))
    assert lake.lacking(grown) == ["colour"]
    lake.widen(grown)
    lake.widen(grown)
    assert lake.lacking(grown) == []
    assert [(row["thing"], row["colour"]) for row in lake.read(grown).collect()] == [("a", None)]
    lake.replace(grown, frame(grown, {"thing": "b", "colour": "red", "day": D2}), [D2], {D2: 1})
    assert {row["thing"]: row["colour"] for row in lake.read(grown).collect()} == {"a": None, "b": "red"}
    assert things(lake) == {D1: ["a"], D2: ["b"]}, "the narrower contract still reads what it knows"


@pytest.mark.parametrize("name", ["my lake", "läke", "lake#1", "100%", "a=b", "lake[1]", "~lake"])
def test_a_place_that_an_engine_would_escape_is_refused(spark, name):
    with pytest.raises(SettingsError, match=r"The lake cannot lie at .*PUMPLOSS_HOME"):
        Lake(f"/data/{name}/lake", spark)


def test_a_held_lock_stops_a_replacement_and_leaves_the_table(lake, put, frame, monkeypatch):
    put({D1: ["a"]})
    monkeypatch.setattr("pumploss.lake.delta.table_lock", lambda root, name: table_lock(root, name, wait_seconds=0))
    with table_lock(lake.root, "things"), pytest.raises(LockedError):
        put({D1: ["b"]})
    assert things(lake) == {D1: ["a"]}

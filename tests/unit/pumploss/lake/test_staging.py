"""What is staged for a table: unseen, in order, and written once."""

from dataclasses import replace
from pathlib import Path
from random import Random

import pyarrow.parquet as pq
import pytest

from tests.building.things import D1, D2, TABLE, parquet_files, things


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


def _packed(paths):
    return {pq.read_metadata(path).row_group(0).column(0).compression for path in paths}


def test_what_is_read_once_is_not_packed_and_what_is_read_for_a_month_is_packed_for_reading(lake, frame, tmp_path):
    rows = frame(TABLE, {"thing": "a", "day": D1})
    lake.stage("things", rows)
    assert _packed((tmp_path / "lake").rglob("*.parquet")) == {"UNCOMPRESSED"}
    lake.unstage()
    for table, codec in ((TABLE, "ZSTD"), (replace(TABLE, is_reread=True), "LZ4")):
        lake.replace(table, lake.stage(table, rows), [D1], {D1: 1})
        assert _packed([max(parquet_files(lake), key=lambda path: path.stat().st_mtime_ns)]) == {codec}
        lake.unstage()


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

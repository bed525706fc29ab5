"""Files of a table, and the bounds that the log keeps of them."""

import json
from dataclasses import replace
from datetime import UTC, datetime

from deltalake import DeltaTable

from pumploss.contract import Column, Type
from pumploss.lake import Lake, files
from tests.building.things import D1, D3, TABLE


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
    files.write_partition(table, str(tmp_path / "laid"), {"day": D1, "group": 3}, rows)
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

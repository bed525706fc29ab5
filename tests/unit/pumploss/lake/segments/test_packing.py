"""What a segment keeps of the rows of its days."""

from datetime import timedelta

import fsspec

from pumploss.lake.segments.blocks import fetch, unpack
from tests.building.segments import D1, THINGS, segment_of


def test_of_a_key_the_rows_of_its_latest_day_are_kept(tmp_path):
    things = [("a", 1, D1), ("a", 2, D1 + timedelta(days=1)), ("b", 3, D1), ("c", None, D1)]
    (place, names), index = segment_of(tmp_path / "s", things)
    rows = unpack(THINGS, fetch(fsspec.filesystem("file"), f"{place}/{names[0]}", index.offset, index.size))
    assert sorted(zip(rows["thing"].to_pylist(), rows["size_units"].to_pylist(), strict=True)) == [
        ("a", 2), ("b", 3), ("c", None),
    ]  # fmt: skip
    (place, names), index = segment_of(tmp_path / "first", things, is_first=True)
    rows = unpack(THINGS, fetch(fsspec.filesystem("file"), f"{place}/{names[0]}", index.offset, index.size))
    assert sorted(rows["thing"].to_pylist()) == ["a", "b"], "spent rows are left out where nothing lies before"

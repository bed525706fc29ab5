"""Reading one version of a table of the lake."""

import pytest

from pumploss.errors import LakeError


def test_one_version_of_a_table_is_read_and_only_the_files_of_its_days(tmp_path):
    from datetime import date

    import pyarrow as pa
    from deltalake import write_deltalake

    from feature_repo.offline import read_delta
    from feature_repo.store import quiet

    def day_of(number, value):
        return pa.table({"day": [date(2026, 1, number)], "value": [value]})

    path = str(tmp_path / "table")
    write_deltalake(path, pa.concat_tables([day_of(1, 1), day_of(2, 2), day_of(3, 3)]), partition_by=["day"])
    write_deltalake(path, day_of(2, 20), mode="overwrite", predicate="day = '2026-01-02'")

    def values(version=None, first=None, last=None):
        with quiet():
            return sorted(read_delta(path, version, "day", first, last).to_pyarrow()["value"].to_pylist())

    assert values() == [1, 3, 20]
    assert values(version=0) == [1, 2, 3]
    assert values(first=date(2026, 1, 2)) == [3, 20]
    assert values(first=date(2026, 1, 2), last=date(2026, 1, 2)) == [20]
    assert values(first=date(2027, 1, 1)) == []
    with pytest.raises(LakeError, match="at version 9 cannot be opened"):
        values(version=9)
    with pytest.raises(LakeError, match="cannot be opened"):
        read_delta(str(tmp_path / "nothing"), None, "day", None, None)

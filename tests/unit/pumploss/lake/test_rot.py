"""Data files are held against their names before anything opens them."""

from pathlib import Path

import pytest

from pumploss.errors import DamagedError
from tests.building.things import D1, D2, D3, TABLE, things


def spoil(lake, day, change):
    path = Path(lake.files(TABLE, [day])[0].path)
    content = path.read_bytes()
    path.unlink()
    if change is not None:
        path.write_bytes(change(content))
    return path


@pytest.mark.parametrize(
    ("change", "said"),
    [
        (lambda content: content[:-1], "does not hold what was written"),
        (lambda content: content.replace(b"PAR1", b"PAR2"), "does not hold what was written"),
        (None, "is gone"),
    ],
)
def test_a_damaged_file_is_named_with_its_day_and_the_repair(lake, put, change, said):
    put({D1: ["a"], D2: ["b"]})
    path = spoil(lake, D2, change)
    for days in (None, [D1, D2], [D2]):
        with pytest.raises(DamagedError) as refused:
            lake.read(TABLE, days)
        assert f"things of 2026-01-02 is damaged on disk, nothing was read:\n  {path} {said}" in str(refused.value)
        assert "Replace 2026-01-02 to 2026-01-02 of things again." in str(refused.value)
    assert things(lake, [D1]) == {D1: ["a"]}, "other days are read as ever"


def test_a_damaged_day_that_is_dropped_can_be_put_again(lake, put):
    put({D1: ["a"], D2: ["b"]})
    spoil(lake, D2, lambda content: content[:9])
    assert lake.damaged_days(TABLE, [D1, D2, D3]) == [D2]
    lake.drop(TABLE, [D2])
    assert things(lake) == {D1: ["a"]}
    put({D2: ["b"]})
    assert things(lake) == {D1: ["a"], D2: ["b"]}
    assert lake.damaged_days(TABLE, [D1, D2]) == []

"""Which segments may be used, and which days they cover."""

from datetime import timedelta

import pytest

from pumploss.lake.segments.manifest import INDEX, LAYOUT, DayFiles, Segment, cover, outside
from pumploss.lake.segments.tiers import Stretch
from tests.building.segments import D1, STATE, THINGS, as_segment, days_from

BUILT = {day: DayFiles(f"digest {day}", 5, 50) for day in days_from(D1, 4)}


def sound_segment(**given):
    days = tuple((day.isoformat(), files.digest) for day, files in list(BUILT.items())[1:3])
    plain = {"name": "s", "level": 0, "days": days, "is_first": False, "rows": 5, "files": (("f", 9),)}
    return Segment(**{**plain, "index_bytes": 3, "looked_up": "thing", "ddl": THINGS.ddl, **given})


SIZES = {"f": 9, INDEX: 3, "manifest.json": 1}
D2, D3 = list(BUILT)[1:3]


def test_a_segment_of_days_as_they_are_is_sound():
    assert sound_segment().is_sound(STATE, BUILT, SIZES)
    assert sound_segment(is_first=True).is_sound(STATE, {d: f for d, f in BUILT.items() if d >= D2}, SIZES)


@pytest.mark.parametrize(
    ("given", "built", "sizes"),
    [
        ({}, {**BUILT, D3: DayFiles("another", 5, 50)}, SIZES),
        ({}, {day: files for day, files in BUILT.items() if day != D3}, SIZES),
        ({"days": (("2026-01-02", "digest 2026-01-02"), ("2026-01-04", "digest 2026-01-04"))}, BUILT, SIZES),
        ({"is_first": True}, BUILT, SIZES),
        ({"ddl": "thing string"}, BUILT, SIZES),
        ({"looked_up": "size_units"}, BUILT, SIZES),
        ({"layout": LAYOUT + 1}, BUILT, SIZES),
        ({}, BUILT, {**SIZES, "f": 8}),
        ({}, BUILT, {name: size for name, size in SIZES.items() if name != INDEX}),
    ],
    ids=["rebuilt", "gone", "skips a day", "not the first", "contract", "column", "layout", "cut", "no index"],
)
def test_a_segment_of_anything_else_is_not(given, built, sizes):
    assert not sound_segment(**given).is_sound(STATE, built, sizes)


def test_a_manifest_comes_back_and_half_of_one_is_none():
    text = sound_segment().to_json()
    assert Segment.from_json(text) == sound_segment()
    assert all(Segment.from_json(text[:n]) is None for n in range(len(text)))
    assert Segment.from_json(b'{"name": "of other code"}') is None


def test_the_longest_segments_are_taken_and_the_rest_is_outside():
    def of(first, count):
        return as_segment(Stretch(tuple(days_from(first, count)), 0))

    long, inside, beside = of(D1, 4), of(D1 + timedelta(days=1), 2), of(D1 + timedelta(days=4), 1)
    assert cover([inside, beside, long]) == [long, beside]
    assert outside(days_from(D1, 6), [inside, beside]) == [D1, D1 + timedelta(days=3), D1 + timedelta(days=5)]

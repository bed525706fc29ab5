"""Blocks and indexes give back what was packed, tiers stay few, and only what is sound is used."""

import uuid
from collections import defaultdict
from datetime import date, timedelta
from random import Random

import fsspec
import numpy as np
import pyarrow as pa
import pytest
import xxhash
from hypothesis import given, settings
from hypothesis import strategies as st

from pumploss.contract import Column, Table, Type
from pumploss.errors import LakeError
from pumploss.lake.segments import blocks as segment_blocks
from pumploss.lake.segments.block_reads import read_chunk
from pumploss.lake.segments.blocks import Index, fetch, pack, unpack
from pumploss.lake.segments.manifest import INDEX, LAYOUT, DayFiles, Segment, State, cover, outside
from pumploss.lake.segments.packing import pack_slice
from pumploss.lake.segments.tiers import SETTLED_DAYS, TIER, Stretch, plan

D1 = date(2026, 1, 1)
THINGS = Table(
    name="things",
    description="What is known of things.",
    columns=(
        Column("thing", Type.STRING, "Its name"),
        Column("size_units", Type.BIGINT, "Its size", nullable=True),
        Column("parts", Type.BIGINTS, "Its parts"),
        Column("mass", Type.WIDE, "Its mass"),
        Column("day", Type.DATE, "Day"),
    ),
    key=("thing", "day"),
    partition_by=("day",),
)
STATE = State(THINGS, ("thing",), "thing")


def hash_of(text):
    number = xxhash.xxh64_intdigest(text.encode(), 42)
    return number - 2**64 if number >= 2**63 else number


def table_of(things):
    """Rows of THINGS from (name, size, day) in any order."""
    rows = [{"thing": t, "size_units": n, "parts": [n or 0], "mass": n or 0, "day": day} for t, n, day in things]
    return pa.Table.from_pylist(rows, schema=THINGS.arrow_schema)


def days_from(first, count):
    return [first + timedelta(days=n) for n in range(count)]


# --- blocks


@given(st.lists(st.tuples(st.integers(0, 40), st.integers(1, 90)), max_size=20, unique_by=lambda item: item[0]))
@settings(max_examples=60, deadline=None)
def test_every_row_comes_back_from_the_blocks_that_the_index_names(groups):
    things = [(f"thing-{who}", n, D1) for who, count in groups for n in range(count)]
    if not things:
        return
    things.sort(key=lambda row: hash_of(row[0]))
    rows, hashes = table_of(things), np.array([hash_of(row[0]) for row in things])
    content, blocks = pack(THINGS, rows, hashes)
    index = Index.from_bytes(Index.of([blocks]).to_bytes())
    assert sum(blocks.size) == len(content)
    storage = fsspec.filesystem("memory")
    storage.pipe_file("/blocks", content)
    whole = unpack(THINGS, fetch(storage, "/blocks", index.offset, index.size))
    assert whole.equals(rows)
    for who, count in groups:
        asked, block = index.find(np.array([hash_of(f"thing-{who}")]))
        assert set(asked.tolist()) == {0}
        opened = unpack(THINGS, fetch(storage, "/blocks", index.offset[block], index.size[block]))
        assert sum(name == f"thing-{who}" for name in opened["thing"].to_pylist()) == count
        assert index.rows[block].sum() == opened.num_rows
    asked, block = index.find(np.array([hash_of(f"never-{n}") for n in range(50)]))
    assert not len(asked)
    assert not len(block)


def test_a_value_lies_in_one_block_and_blocks_are_small():
    things = sorted(
        [(f"thing-{who}", n, D1) for who in range(300) for n in range(1 if who else 500)], key=lambda r: hash_of(r[0])
    )
    _, blocks = pack(THINGS, table_of(things), np.array([hash_of(row[0]) for row in things]))
    assert max(blocks.rows) >= 500
    assert sorted(blocks.rows)[-2] <= 2 * segment_blocks.BLOCK_ROWS


def test_an_index_costs_a_few_bytes_per_value():
    hashes = np.sort(np.random.default_rng(1).integers(-(2**63), 2**63, 100_000))
    places = np.arange(0, 100_000, 50)
    blocks = segment_blocks.Blocks(hashes, places, places * 100, np.full(2000, 5000), np.full(2000, 50))
    assert len(Index.of([blocks]).to_bytes()) < 600_000


def test_an_empty_segment_has_an_index_that_finds_nothing():
    index = Index.from_bytes(Index.of([]).to_bytes())
    assert not len(index.find(np.array([1, 2]))[0])


def test_a_file_that_was_cut_is_refused():
    content, blocks = pack(THINGS, table_of([("a", 1, D1)]), np.array([1]))
    storage = fsspec.filesystem("memory")
    storage.pipe_file("/cut", content[:-1])
    with pytest.raises(LakeError, match=r"/cut is shorter than its index says"):
        fetch(storage, "/cut", blocks.offset, blocks.size)


# --- slices and lookups, without an engine


def segment_of(place, things, *, is_first=False):
    """Write a segment's files as the engine would, one slice; answers what a lookup needs of it."""
    rows = table_of(things).append_column("segment_hash", [[hash_of(row[0]) for row in things]])
    rows = rows.append_column("segment_slice", pa.array([0] * len(things), pa.int32()))
    rows = rows.append_column("segment_spent", [[row[1] is None for row in things]])
    place.mkdir()
    (said,) = pack_slice(rows, STATE, str(place), is_first=is_first).to_pylist() or [None]
    names = ("hashes", "first_key", "offset", "size", "block_rows")
    blocks = [segment_blocks.Blocks(*(np.array(said[name], np.int64) for name in names))] if said else []
    (place / INDEX).write_bytes(Index.of(blocks).to_bytes())
    return (str(place), [said["file"]] if said else []), Index.of(blocks)


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


@pytest.mark.parametrize("bits", [16, 62])
def test_the_newest_segment_that_holds_a_value_gives_its_rows(tmp_path, monkeypatch, bits):
    """With 62 bits left out nearly every value seems to be in every segment, so each is looked for further down."""
    monkeypatch.setattr(segment_blocks, "LEFT_OUT_BITS", bits)
    from pumploss.lake.segments.block_reads import candidates, reads_table

    rng = Random(7)
    history = [[(f"thing-{rng.randrange(60)}", rng.randrange(99), day) for _ in range(25)] for day in days_from(D1, 5)]
    history = [list({row[0]: row for row in rows}.values()) for rows in history]
    made = [segment_of(tmp_path / str(n), rows) for n, rows in enumerate(history)][::-1]
    wanted = [f"thing-{n}" for n in range(80)]
    hashes = np.array([hash_of(name) for name in wanted])
    indexes = [index for _, index in made]
    opened = []
    reads = candidates(
        hashes, np.full(80, -1), len(made), True, lambda n: indexes[n], lambda *seen: opened.append(len(seen[2]))
    )
    found = read_chunk(
        reads_table(reads, pa.array(wanted), hashes, np.zeros(reads.shape[1], np.int64)), STATE, [p for p, _ in made]
    )
    latest = {row[0]: row for rows in history for row in rows}
    assert sorted(zip(*(found[name].to_pylist() for name in ("thing", "size_units", "day")), strict=True)) == sorted(
        latest.values()
    )
    if bits == 16:
        assert sum(opened) == len(latest), "each value is read once, from its newest segment"


# --- tiers


def as_segment(part):
    days = tuple((day.isoformat(), "digest") for day in part.days)
    return Segment(uuid.uuid4().hex, part.level, days, False, 1, (), 1, "thing", THINGS.ddl)


def after(segments, parts):
    """What covers the days once these parts are built."""
    built = [as_segment(part) for part in parts]
    kept = [s for s in segments if all(s.first not in part.days for part in parts)]
    return sorted([*kept, *built], key=lambda s: s.first)


def covers(segments, days):
    """Whether the segments hold every day once, in order."""
    held = [date.fromisoformat(day) for segment in segments for day, _ in segment.days]
    return held == sorted(days)


def test_night_after_night_segments_stay_few_and_days_are_gathered_rarely():
    segments, writes = [], defaultdict(int)
    days = days_from(D1, 700)
    for n in range(len(days)):
        parts = plan(days[: n + 1], segments)
        segments = after(segments, parts)
        assert covers(segments, days[: n + 1])
        for part in parts:
            for day in part.days:
                writes[day] += 1
        assert len(segments) <= SETTLED_DAYS + 1 + 4 * TIER
        levels = [segment.level for segment in segments]
        assert levels == sorted(levels, reverse=True)
        assert not plan(days[: n + 1], segments), "what is complete is left alone"
    assert max(writes.values()) <= 4
    assert max(len(segment.days) for segment in segments) == TIER**3


def test_a_backfill_is_gathered_by_the_largest_tiers_at_once():
    days = days_from(D1, 90)
    parts = plan(days, [])
    assert [len(part.days) for part in parts] == [64, 8, 8, 1, 1, *[1] * 8]
    assert covers(after([], parts), days)


@given(st.randoms(use_true_random=False), st.integers(1, 150))
@settings(max_examples=40, deadline=None)
def test_any_segments_are_completed_without_gap_or_overlap(rng, count):
    days = [day for day in days_from(D1, count) if day == D1 or rng.random() < 0.9]
    whole = after([], plan(days, []))
    kept = [segment for segment in whole if rng.random() < 0.7]
    completed = after(kept, plan(days, kept))
    assert covers(completed, days)
    levels = [segment.level for segment in completed]
    assert levels == sorted(levels, reverse=True)


# --- what may be used


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

"""Segments of a table of things, made without an engine."""

import uuid
from datetime import date, timedelta

import numpy as np
import pyarrow as pa
import xxhash

from pumploss.contract import Column, Table, Type
from pumploss.lake.segments import blocks as segment_blocks
from pumploss.lake.segments.blocks import Index
from pumploss.lake.segments.manifest import INDEX, Segment, State
from pumploss.lake.segments.packing import pack_slice

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


def as_segment(part):
    days = tuple((day.isoformat(), "digest") for day in part.days)
    return Segment(uuid.uuid4().hex, part.level, days, False, 1, (), 1, "thing", THINGS.ddl)

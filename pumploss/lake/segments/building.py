"""Builds segments: gathers what a run of days comes to, and writes the manifest last.

A builder that is killed leaves a folder without a manifest, which nobody reads and the next one removes.
"""

import uuid
from collections.abc import Sequence
from datetime import date

import numpy as np

from pumploss.errors import LockedError
from pumploss.lake.delta import Lake
from pumploss.lake.locks import table_lock
from pumploss.lake.segments.blocks import Blocks, Index
from pumploss.lake.segments.manifest import (
    INDEX,
    MANIFEST,
    DayFiles,
    Segment,
    State,
    built_days,
    cover,
    folder,
    outside,
    shelf,
)
from pumploss.lake.segments.packing import packed_files, unpacked
from pumploss.lake.segments.tiers import Stretch, plan
from pumploss.whole_files import make_folder, write_whole


def keep(lake: Lake, state: State, before: date) -> list[Segment]:
    """Bring the table's segments up to its days before one; answers those that were built.

    A day within a segment that reaches further is left in it: who restates the past reads those days themselves.
    Another builder at work on the same table is left to it: nothing depends on segments being there.
    """
    try:
        with table_lock(lake.root, f"{state.table.name}.segments", wait_seconds=0.0):
            return _keep(lake, state, before)
    except LockedError:
        return []


def _keep(lake: Lake, state: State, before: date) -> list[Segment]:
    version = lake.version(state.table)
    built = built_days(lake, state.table, version)
    if version is None or not built:
        return []
    stored = shelf(lake, state, built)
    chosen = cover(stored.sound)
    beyond = [segment for segment in chosen if segment.last >= before]
    usable = [segment for segment in chosen if segment.last < before]
    rows = {day: files.rows for day, files in built.items()}
    stretches = plan(outside([day for day in built if day < before], beyond), usable, rows)
    if stretches:
        # What a gathering replaces stays until the next one: a reader of today may have it open.
        replaced = {segment.name for segment in stored.sound} - {segment.name for segment in chosen}
        for name in sorted({*stored.unsound, *replaced}):
            remove(lake, state, name)
    return [
        _build(lake, state, stretch, [segment for segment in usable if segment.first in stretch.days], built, version)
        for stretch in stretches
    ]


def remove(lake: Lake, state: State, name: str) -> None:
    """Delete a segment, its manifest first."""
    path = f"{folder(lake, state.table)}/{name}"
    if lake.storage.isfile(f"{path}/{MANIFEST}"):
        lake.storage.rm_file(f"{path}/{MANIFEST}")
    lake.storage.rm(path, recursive=True)


def _build(
    lake: Lake, state: State, stretch: Stretch, sources: Sequence[Segment], built: dict[date, DayFiles], version: int
) -> Segment:
    """Gather the days of a stretch, from segments where they have one; the manifest is written last."""
    table = state.table
    bare = outside(stretch.days, sources)
    frames = [unpacked(lake, state, sources)] if sources else []
    frames += [lake.read(table, bare, version)] if bare else []
    rows = frames[0] if len(frames) == 1 else frames[0].unionByName(frames[1])
    count = sum(segment.rows for segment in sources) + sum(built[day].rows for day in bare)
    name = f"{stretch.days[0]}_{stretch.days[-1]}_{uuid.uuid4().hex[:12]}"
    path = f"{folder(lake, table)}/{name}"
    make_folder(path, lake.storage)
    is_first = stretch.days[0] == min(built)
    packed = packed_files(state, rows, count, path, is_first=is_first)
    index = Index.of([Blocks(*(np.asarray(values, np.int64) for values in row[4:])) for row in packed]).to_bytes()
    lake.storage.pipe_file(f"{path}/{INDEX}", index)
    segment = Segment(
        name=name,
        level=stretch.level,
        days=tuple((day.isoformat(), built[day].digest) for day in stretch.days),
        is_first=is_first,
        rows=sum(row[2] for row in packed),
        files=tuple((row[1], row[3]) for row in packed),
        index_bytes=len(index),
        looked_up=state.looked_up,
        ddl=table.ddl,
    )
    write_whole(f"{path}/{MANIFEST}", segment.to_json(), lake.storage)
    return segment

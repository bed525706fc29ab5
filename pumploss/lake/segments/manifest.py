"""Describes segments: what a run of days of a state table comes to, laid out so that a few keys cost a few blocks.

A segment gathers built days that follow on one another: of each key only the rows of its latest day among them. It is
derived from the table's days and never the only copy: without any segment every result is the same. It lies at
`<lake>/_segments/<table>/<name>/`: files of blocks, an index, and a manifest that is written last. The manifest names
the table's own files that the segment was gathered from; as soon as one of its days has other files, nobody uses it.
"""

import hashlib
import json
from collections.abc import Collection, Iterable
from dataclasses import asdict, dataclass
from datetime import date
from typing import Any, Final

import polars as pl

from pumploss.contract import Table
from pumploss.errors import DamagedFileError
from pumploss.lake.delta import Lake
from pumploss.small_files import decoded

#: Raise it when the layout on disk changes: segments of another layout are built again.
LAYOUT: Final = 2
MANIFEST: Final = "manifest.json"
INDEX: Final = "index.sealed"
_SEGMENTS: Final = "_segments"


@dataclass(frozen=True)
class State:
    """Names a table whose latest rows by `key` are state, looked up by the values of one of its columns.

    `spent` is a SQL condition of rows that say the same as no row at all where nothing lies before them; empty where
    there are none. Rows of one key have one value of `looked_up`.
    """

    table: Table
    key: tuple[str, ...]
    looked_up: str
    spent: str = ""

    @property
    def is_keyed(self) -> bool:
        """Tell whether the looked-up column is the whole key, so that newer rows of a value replace all older ones."""
        return self.key == (self.looked_up,)


@dataclass(frozen=True)
class DayFiles:
    """Says what the table's log has of a day: a digest of the names of its files, their rows and bytes."""

    digest: str
    rows: int
    bytes: int


@dataclass(frozen=True)
class Segment:
    """Holds one manifest. `days` are dates and the digests of the files they were gathered from, oldest first.

    `files` are names and sizes of the files of blocks; `layout` and `ddl` say how they are read. A segment that
    `is_first` has nothing before it, and so holds no spent rows.
    """

    name: str
    level: int
    days: tuple[tuple[str, str], ...]
    is_first: bool
    rows: int
    files: tuple[tuple[str, int], ...]
    index_bytes: int
    looked_up: str
    ddl: str
    layout: int = LAYOUT

    @property
    def first(self) -> date:
        """Return its earliest day."""
        return date.fromisoformat(self.days[0][0])

    @property
    def last(self) -> date:
        """Return its latest day."""
        return date.fromisoformat(self.days[-1][0])

    def is_sound(self, state: State, built: dict[date, DayFiles], sizes: dict[str, int]) -> bool:
        """Tell whether it holds what these days hold now, is whole, and is laid out as this code reads it."""
        inside = [(day.isoformat(), files.digest) for day, files in built.items() if self.first <= day <= self.last]
        is_same = inside == list(self.days) and not (self.is_first and min(built) < self.first)
        is_readable = (self.layout, self.looked_up, self.ddl) == (LAYOUT, state.looked_up, state.table.ddl)
        is_whole = all(sizes.get(name) == size for name, size in (*self.files, (INDEX, self.index_bytes)))
        return is_same and is_readable and is_whole

    def to_json(self) -> bytes:
        """Write the manifest."""
        return json.dumps(asdict(self)).encode()

    @classmethod
    def from_json(cls, text: bytes) -> "Segment | None":
        """Read a manifest; answers None where it was written by other code or not to its end."""
        try:
            read = decoded(text, MANIFEST, cls, "")
            return read if [date.fromisoformat(day) for day, _ in read.days] else None
        except (DamagedFileError, ValueError):
            return None

    @classmethod
    def kept(cls, lake: Lake, table: Table, name: str) -> "Segment | None":
        """Read the manifest of a segment by its name; None where it has none that can be read."""
        path = f"{folder(lake, table)}/{name}/{MANIFEST}"
        return cls.from_json(lake.storage.cat_file(path)) if lake.storage.isfile(path) else None


def folder(lake: Lake, table: Table) -> str:
    """Return the folder of a table's segments."""
    return f"{lake.root}/{_SEGMENTS}/{table.name}"


def built_days(lake: Lake, table: Table, version: int | None = None) -> dict[date, DayFiles]:
    """List the table's days, oldest first, with what its log says of their files."""
    if not lake.exists(table):
        return {}

    actions = lake.actions(table, version)
    if actions.is_empty():
        return {}
    days = actions.group_by(pl.col(f"partition.{table.day}").cast(pl.String).alias("day")).agg(
        pl.col("path").sort(), pl.col("num_records", "size_bytes").sum()
    )
    return {
        date.fromisoformat(day): DayFiles(hashlib.blake2b("\n".join(paths).encode(), digest_size=16).hexdigest(), *more)
        for day, paths, *more in days.sort("day").iter_rows()
    }


@dataclass(frozen=True)
class Shelf:
    """Lists what lies in a table's folder: every segment that is sound, and the names of what is not."""

    sound: tuple[Segment, ...]
    unsound: tuple[str, ...]


def shelf(lake: Lake, state: State, built: dict[date, DayFiles]) -> Shelf:
    """Read the table's segments and hold each against the days as they are now."""
    root = folder(lake, state.table)
    sizes: dict[str, dict[str, int]] = {}
    for text, info in _files(lake, root).items():
        name, *below = text.rpartition(f"{_SEGMENTS}/{state.table.name}/")[2].split("/")
        sizes.setdefault(name, {})["/".join(below)] = int(info["size"])
    whole = [name for name, files in sizes.items() if MANIFEST in files]
    paths = [f"{root}/{name}/{MANIFEST}" for name in whole]
    texts = lake.storage.cat(paths, on_error="omit") if paths else {}
    read = [Segment.from_json(text) for text in texts.values()]
    sound = [s for s in read if s is not None and built and s.is_sound(state, built, sizes.get(s.name, {}))]
    return Shelf(tuple(sound), tuple(sorted(sizes.keys() - {segment.name for segment in sound})))


def _files(lake: Lake, root: str) -> dict[str, Any]:
    lake.storage.invalidate_cache()
    files: dict[str, Any] = lake.storage.find(root, detail=True) if lake.storage.exists(root) else {}
    return files


def cover(segments: Iterable[Segment]) -> list[Segment]:
    """Choose segments that do not overlap, taking the longest first; answers them oldest first."""
    chosen: list[Segment] = []
    for segment in sorted(segments, key=lambda s: (-len(s.days), s.first, s.name)):
        if all(segment.last < other.first or other.last < segment.first for other in chosen):
            chosen.append(segment)
    return sorted(chosen, key=lambda s: s.first)


def outside(days: Collection[date], segments: Iterable[Segment]) -> list[date]:
    """List those of the days that no segment covers, in order."""
    spans = [(segment.first, segment.last) for segment in segments]
    return sorted(day for day in days if not any(first <= day <= last for first, last in spans))

"""Writes Parquet files by partition, measures them by their footers, and puts them below a table unseen."""

import json
import os
import shutil
import uuid
from collections.abc import Iterable, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import unquote

import fsspec

from pumploss.contract import Table, Type
from pumploss.lake.digests import digest_of
from pumploss.whole_files import is_local, make_folder

if TYPE_CHECKING:
    import pyarrow as pa
    import pyarrow.parquet as pq

#: Types whose lowest and highest value of a file the log keeps. Where a file holds one value of a column, the embedded
#: engine takes it from the log instead of the file. So none that JSON does not give back to the last bit: it misreads
#: about a fifth of the doubles, and a wide number that is read as a double is not itself.
KEPT_TYPES = frozenset({Type.STRING, Type.BIGINT, Type.INT, Type.TIMESTAMP, Type.DATE})
#: Writers may cut longer text in a footer: such a bound need not be a value of the file.
WHOLE_TEXT_BYTES = 63
#: How files of a table whose days are read for a month are packed: half the time to read of zstd, two fifths larger.
REREAD_CODEC = "lz4_raw"
#: How a writer of Arrow names it.
_REREAD: "dict[str, Any]" = {"compression": "lz4"}
_PACKED: "dict[str, Any]" = {"compression": "zstd", "compression_level": 1}
_THREADS = 16
_MICROSECOND = timedelta(microseconds=1)


@dataclass(frozen=True)
class StoredFile:
    """Describes a file of a table as the log names it: whole path, values of its partition as text, rows.

    `cohorts` are the lowest and the highest value of the column that its table is split by, where the log has them.
    """

    path: str
    partition: Mapping[str, str]
    rows: int
    cohorts: tuple[int, int] | None = None


@dataclass(frozen=True)
class LaidFile:
    """Describes a staged Parquet file: path, partition, rows, size in bytes, and bounds as JSON in the log's form.

    `digest` is of its content, and ends the name that it gets; it is empty on S3, which keeps checksums of its own.
    """

    path: str
    partition: Mapping[str, str]
    rows: int
    size: int
    statistics: str
    digest: str = ""

    @property
    def folder(self) -> str:
        """Name the folder below the table that it belongs into: `<column>=<value>/...`."""
        return "/".join(f"{name}={value}" for name, value in self.partition.items())


def columns_with_statistics(table: Table) -> list[str]:
    """List the columns whose lowest and highest value of each file the log keeps."""
    return [c.name for c in table.columns if c.type in KEPT_TYPES and c.name not in table.partition_by]


def packing(table: Table) -> "dict[str, Any]":
    """Say how a writer of Arrow is to pack files of the table."""
    return _REREAD if table.is_reread else _PACKED


def write_partition(table: Table, folder: str, partition: Mapping[str, object], rows: "pa.Table") -> None:
    """Write rows, without their partition columns and in their order, as the one file of a partition below a folder.

    A second attempt writes the same file again. Text is best given as dictionaries: they are written as they are.
    """
    import pyarrow as pa
    import pyarrow.parquet as pq

    below = "/".join(f"{name}={value}" for name, value in partition.items())
    storage, bare = fsspec.core.url_to_fs(f"{folder}/{below}")
    make_folder(bare, storage)
    repeating = [field.name for field in rows.schema if pa.types.is_dictionary(field.type)]
    with storage.open(f"{bare}/rows.parquet", "wb") as file:
        pq.write_table(
            rows, file, use_dictionary=repeating, store_schema=False, write_page_index=True, **packing(table)
        )  # fmt: skip


def laid_files(storage: Any, folder: str, table: Table) -> list[LaidFile]:
    """List every Parquet file below a folder, measured by its footer."""
    if not storage.exists(folder):
        return []
    storage.invalidate_cache(folder)
    infos = storage.find(folder, detail=True)
    paths = sorted((path, int(info["size"])) for path, info in infos.items() if path.endswith(".parquet"))
    with ThreadPoolExecutor(_THREADS) as pool:
        return list(pool.map(lambda item: _measured(storage, item[0], item[1], table), paths))


def _measured(storage: Any, path: str, size: int, table: Table) -> LaidFile:
    import pyarrow.parquet as pq

    with storage.open(path, "rb") as file:
        footer = pq.read_metadata(file)
    values = dict(part.partition("=")[::2] for part in path.split("/") if "=" in part)
    partition = {name: unquote(values[name]) for name in table.partition_by}
    digest = digest_of(path) if is_local(storage) else ""
    return LaidFile(path, partition, footer.num_rows, size, json.dumps(_statistics(footer, table)), digest)


def _statistics(footer: "pq.FileMetaData", table: Table) -> dict[str, Any]:
    """Say what the log has of a file: rows, and by column lowest and highest value and number of missing values."""
    kept = set(columns_with_statistics(table))
    lowest: dict[str, Any] = {}
    highest: dict[str, Any] = {}
    missing: dict[str, int] = {}
    for number in range(footer.num_columns):
        name = footer.schema.column(number).path
        chunks = [footer.row_group(group).column(number).statistics for group in range(footer.num_row_groups)]
        if name not in kept or any(chunk is None or not chunk.has_null_count for chunk in chunks):
            continue
        missing[name] = sum(chunk.null_count for chunk in chunks)
        bounded = [chunk for chunk in chunks if chunk.has_min_max]
        if len(bounded) + sum(chunk.num_values == 0 for chunk in chunks if not chunk.has_min_max) < len(chunks):
            continue
        if bounded and _is_whole(bounded):
            lowest[name] = _stated(min(chunk.min for chunk in bounded), is_upper=False)
            highest[name] = _stated(max(chunk.max for chunk in bounded), is_upper=True)
    return {"numRecords": footer.num_rows, "minValues": lowest, "maxValues": highest, "nullCount": missing}


def _is_whole(chunks: Iterable[Any]) -> bool:
    bounds = [bound for chunk in chunks for bound in (chunk.min, chunk.max)]
    return all(not isinstance(b, bytes) and len(str(b).encode()) <= WHOLE_TEXT_BYTES for b in bounds)


def _stated(bound: Any, is_upper: bool) -> Any:
    """Write a bound as the log's JSON holds it: times in whole milliseconds, rounded outwards."""
    if isinstance(bound, datetime):
        micros = (bound - datetime(1970, 1, 1, tzinfo=UTC)) // _MICROSECOND
        millis = -(-micros // 1000) if is_upper else micros // 1000
        whole = datetime.fromtimestamp(millis // 1000, UTC)
        return f"{whole:%Y-%m-%dT%H:%M:%S}.{millis % 1000:03d}Z"
    return bound.isoformat() if isinstance(bound, date) else bound


def new_paths(files: list[LaidFile]) -> list[str]:
    """Name files anew, below their table: each name ends in the digest against which `rot` holds the content."""
    names = ("-".join(filter(None, ("part", str(uuid.uuid4()), file.digest))) for file in files)
    return [f"{file.folder}/{name}.parquet" for file, name in zip(files, names, strict=True)]


def put_in_place(storage: Any, files: list[LaidFile], root: str, paths: list[str]) -> None:
    """Put staged files below a table under these paths. No reader sees them before a commit."""
    put = _linked if is_local(storage) else storage.cp_file
    with ThreadPoolExecutor(_THREADS) as pool:
        list(pool.map(lambda file, path: put(file.path, f"{root}/{path}"), files, paths))


def _linked(source: str, target: str) -> None:
    """Give a local file one more name; copies it where the file system has no links."""
    Path(target).parent.mkdir(parents=True, exist_ok=True)
    try:
        os.link(source, target)
    except OSError:
        shutil.copyfile(source, target)

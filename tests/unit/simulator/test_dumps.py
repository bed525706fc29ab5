"""Dumps hold the market, appear whole, and are left alone when they are right already."""

import gzip
import hashlib
import io
import json
from datetime import date
from pathlib import Path

import pyarrow as pa
import pyarrow.csv
import pyarrow.parquet as pq
import pytest
import zstandard

from simulator import DumpFormat, Market, WrittenDump, simulate, write_dumps
from simulator.columns import SCHEMA

MARKET = Market(days=3, trades_per_day=300, seed=4)


def rows_of(dump: WrittenDump) -> list[dict[str, object]]:
    """A dump's rows as the text formats write them."""
    data = dump.path.read_bytes()
    if dump.path.suffix == ".gz":
        types = {name: pa.string() if name == "traded_at" else SCHEMA.field(name).type for name in SCHEMA.names}
        convert = pyarrow.csv.ConvertOptions(column_types=types)
        lines = io.BytesIO(gzip.decompress(data))
        rows: list[dict[str, object]] = pyarrow.csv.read_csv(lines, convert_options=convert).to_pylist()
        return rows
    if dump.path.suffix == ".zst":
        text = zstandard.ZstdDecompressor().decompressobj().decompress(data)
        return [json.loads(line) for line in text.splitlines()]
    return as_text(pq.read_table(dump.path))


def as_text(table: pa.Table) -> list[dict[str, object]]:
    """Rows with times as ISO text."""
    return [{**row, "traded_at": f"{row['traded_at']:%Y-%m-%dT%H:%M:%SZ}"} for row in table.to_pylist()]


@pytest.mark.parametrize("form", ["csv.gz", "jsonl.zst", "parquet"])
def test_dumps_hold_the_market(tmp_path: Path, form: DumpFormat) -> None:
    dumps = write_dumps(MARKET, tmp_path, form)
    assert [dump.path for dump in dumps] == [
        tmp_path / "canonical" / f"2026-01-0{day}" / f"trades.{form}" for day in (1, 2, 3)
    ]
    assert [row for dump in dumps for row in rows_of(dump)] == as_text(simulate(MARKET))
    assert sum(dump.rows for dump in dumps) == len(simulate(MARKET))
    for dump in dumps:
        assert dump.sha256 == hashlib.sha256(dump.path.read_bytes()).hexdigest()


def test_gzip_carries_no_time(tmp_path: Path) -> None:
    for dump in write_dumps(MARKET, tmp_path):
        assert dump.path.read_bytes()[4:8] == b"\0\0\0\0"


def test_right_files_are_left_alone(tmp_path: Path) -> None:
    first = write_dumps(MARKET, tmp_path)
    before = [dump.path.stat().st_ino for dump in first]
    first[1].path.write_bytes(b"torn")
    again = write_dumps(MARKET, str(tmp_path))
    assert [dump.is_new for dump in again] == [False, True, False]
    assert [dump.sha256 for dump in again] == [dump.sha256 for dump in first]
    assert [dump.path.stat().st_ino for dump in again][::2] == before[::2]


def test_a_new_night_can_be_appended(tmp_path: Path) -> None:
    whole = write_dumps(MARKET, tmp_path / "whole")
    last = write_dumps(MARKET, tmp_path / "last", days=slice(2, 3))
    assert [dump.day for dump in last] == [date(2026, 1, 3)]
    assert last[0].sha256 == whole[2].sha256
    shorter = write_dumps(Market(days=2, trades_per_day=300, seed=4), tmp_path / "shorter")
    assert [dump.sha256 for dump in shorter] == [dump.sha256 for dump in whole[:2]]


def test_progress_is_told_each_day_in_order(tmp_path: Path) -> None:
    told: list[tuple[date, int]] = []
    dumps = write_dumps(MARKET, tmp_path, progress=lambda day, rows: told.append((day, rows)))
    assert told == [(dump.day, dump.rows) for dump in dumps]


def test_nothing_is_left_behind_when_a_file_cannot_be_placed(tmp_path: Path) -> None:
    blocked = tmp_path / "canonical" / "2026-01-01" / "trades.csv.gz"
    (blocked / "in the way").mkdir(parents=True)
    with pytest.raises(IsADirectoryError):
        write_dumps(MARKET, tmp_path)
    assert list(blocked.parent.iterdir()) == [blocked]


def test_no_days_is_nothing(tmp_path: Path) -> None:
    assert write_dumps(MARKET, tmp_path, days=slice(3, 3)) == []
    assert list(tmp_path.iterdir()) == []

"""Twenty thousand broken lines of every source: nothing fails, nothing is lost, and nothing wrong gets through."""

import hashlib
from datetime import UTC, datetime, time, timedelta

import fsspec
import pyarrow as pa
import pyarrow.compute as pc
import pytest

from benchmarks.source_lines import DAY, WRITERS
from pumploss.fees import FEES
from pumploss.reasons import FileReason, Reason
from sources import SOURCES
from sources.declaration import Format
from sources.interpreting.addresses import decoded_length
from sources.parsing.files import PARSED, FileRef, parse_file
from sources.reading import csv_lines, json_text
from sources.reading.json_lines import JsonReader
from sources.reading.physical_lines import blocks
from tests.building.mutated_files import LINES_PER_SOURCE, mutated_files

pytestmark = pytest.mark.usefixtures("many_strays")
NAMES = sorted(SOURCES)
SEED = 20260102
ADDRESSES = ("trader_address", "token_mint")
MIDNIGHT = datetime.combine(DAY, time(), UTC)


def parse(file):
    storage = fsspec.filesystem("memory")
    storage.pipe_file(f"/fuzz/{file.name}", file.content)
    batches = list(parse_file(SOURCES[file.source], FileRef(f"/fuzz/{file.name}", file.name, DAY), storage))
    storage.rm_file(f"/fuzz/{file.name}")
    return pa.Table.from_batches(batches, PARSED)


def test_every_source_has_somebody_who_writes_it():
    missing = sorted(SOURCES.keys() - WRITERS.keys())
    assert missing == [], f"add a function for {missing} to WRITERS in benchmarks/feed_records.py: it is fuzzed then"


def check_closing(file, rows):
    """The closing row; True where the file was refused whole, which only a broken file may be."""
    kinds = rows["kind"].to_pylist()
    assert kinds.count("file") == 1
    closing = rows.slice(len(rows) - 1).to_pylist()[0]
    assert closing["kind"] == "file"
    assert closing["sha256"] == hashlib.sha256(file.content).hexdigest()
    if closing["reason"] is None:
        assert closing["records"] == len(rows) - 1, "read = trades + events + refused"
        return False
    assert not file.is_first_whole, closing["detail"]
    assert closing["reason"] in set(FileReason)
    assert closing["records"] is None
    return True


def check_no_line_is_lost(file, rows):
    """One row per line that is a record, and of a refused one its bytes, their number and their digest."""
    numbers = rows["line_number"].to_pylist()
    if file.form is Format.PARQUET:
        assert sorted(numbers) == list(range(1, len(rows) + 1))
        return
    lines = file.record_lines
    assert sorted(numbers) == sorted(lines)
    refused = rows.filter(pc.equal(rows["kind"], "refused"))
    for number, size, digest in zip(
        *(refused[name].to_pylist() for name in ("line_number", "raw_bytes", "raw_sha256")), strict=True
    ):
        assert (size, digest) == (len(lines[number]), hashlib.sha256(lines[number]).hexdigest())


def check_refused(refused):
    assert set(refused["reason"].to_pylist()) <= set(Reason)
    for name in ("raw", "raw_bytes", "raw_sha256", "detail", "line_number"):
        assert refused[name].null_count == 0, name


def check_accepted(source, rows):
    """What bronze's contract asks of trades and token events."""
    trades = rows.filter(pc.equal(rows["kind"], "trade"))
    at = pc.coalesce(rows["traded_at"], rows["occurred_at"])
    assert at.null_count == 0
    earliest = MIDNIGHT - timedelta(days=7) if source.is_daily else datetime(2020, 3, 16, tzinfo=UTC)
    assert not len(rows) or (pc.min(at).as_py() >= earliest and pc.max(at).as_py() < MIDNIGHT + timedelta(days=1))
    for name in ("trader_address", "direction", "token_units", "sol_lamports", "fee_lamports", "venue", "traded_at"):
        assert trades[name].null_count == 0, name
    for name in ("token_units", "sol_lamports", "fee_lamports", "slot", "virtual_sol_lamports", "virtual_token_units"):
        assert (pc.min(trades[name]).as_py() or 0) >= 0, name
    assert set(trades["direction"].to_pylist()) <= {"buy", "sell"}
    assert set(trades["venue"].to_pylist()) <= set(FEES)
    assert 0 <= (pc.min(trades["token_decimals"]).as_py() or 0) <= (pc.max(trades["token_decimals"]).as_py() or 0) <= 18
    for name in ADDRESSES:
        assert {decoded_length(text) for text in rows[name].drop_null().unique().to_pylist()} <= {32}, name
    assert {decoded_length(text) for text in rows["signature"].drop_null().unique().to_pylist()} <= {64}
    assert rows["line_digest"].null_count == rows["occurrence"].null_count == 0


@pytest.mark.parametrize("name", NAMES)
def test_no_broken_line_fails_or_gets_lost_or_through(name):
    kinds = dict.fromkeys(("trade", "event", "refused"), 0)
    whole = 0
    for file in mutated_files(name, SEED):
        found = parse(file)
        if check_closing(file, found):
            whole += 1
            continue
        rows = found.slice(0, len(found) - 1)
        check_no_line_is_lost(file, rows)
        check_refused(rows.filter(pc.equal(rows["kind"], "refused")))
        check_accepted(SOURCES[name], rows.filter(pc.not_equal(rows["kind"], "refused")))
        for kind in kinds:
            kinds[kind] += rows["kind"].to_pylist().count(kind)
    assert sum(kinds.values()) > LINES_PER_SOURCE * 0.6, "files that are refused whole show little"
    assert min(kinds["trade"], kinds["refused"]) > LINES_PER_SOURCE // 20, "mutations that all do the same show nothing"


@pytest.mark.parametrize("name", NAMES)
def test_reading_at_once_agrees_with_reading_line_by_line(name):
    """Sound lines are read at once; the reader of single lines, which says what is wrong, is its measure."""
    source = SOURCES[name]
    for file in [file for file in mutated_files(name, SEED + 1) if file.lines][:2]:
        is_csv = file.form is Format.CSV
        names = list(source.all_fields)
        text = b"".join(line + b"\n" for line in file.record_lines.values())
        for block in blocks([text]):
            records, refused = csv_lines.read(block, names) if is_csv else JsonReader(source).read(block)
            columns = [records.columns[field].to_pylist() for field in names]
            at_once = dict(zip(records.numbers.tolist(), map(list, zip(*columns, strict=True)), strict=True))
            one_by_one, reasons = {}, {}
            for row in range(len(block)):
                read = (
                    csv_lines.read_line(block.line(row), len(names))
                    if is_csv
                    else json_text.read_line(block.line(row), source)
                )
                number = int(block.numbers[row])
                if isinstance(read, list):
                    one_by_one[number] = read
                else:
                    reasons[number] = read
            assert at_once == one_by_one
            at_once_reasons = {line.line_number: (line.reason, line.detail) for line in refused}
            assert at_once_reasons.keys() == reasons.keys()
            for number, (reason, detail) in reasons.items():
                # How deep is too deep depends on how deep the caller stands itself.
                is_deep = any("recursion" in text for text in (detail, at_once_reasons[number][1]))
                assert at_once_reasons[number] == (reason, at_once_reasons[number][1] if is_deep else detail)

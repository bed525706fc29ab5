"""Broken files of every source through the real bronze step: what the ledger says is what the pure parser says."""

from collections import Counter, defaultdict
from pathlib import Path

import fsspec
import polars as pl
import pyarrow as pa
import pyarrow.compute as pc
import pytest

from benchmarks.source_lines import DAY
from jobs.running.runner import run_step
from pumploss.errors import LandingError
from pumploss.reasons import Reason
from pumploss.tables import bronze_token_events, bronze_trades, quarantine_trades
from sources import SOURCES
from sources.parsing import drift
from sources.parsing.files import PARSED, FileRef, parse_file
from tests.building.mutated_files import mutated_files

SEED = 20260102
#: Which of a source's files: two of each of its formats, the last among them, which may be refused whole. All of them
#: go through the pure parser in `tests/properties/test_source_fuzz.py`.
CHOSEN = (0, 3, 4, 7)
#: What is refused with other lines or days in view, where the parser sees one line.
SEEN_BY_BRONZE = {Reason.UNIT_MISTAKE, Reason.OVER_SUPPLY, Reason.UNKNOWN_POOL}


def chosen(files):
    return (file for number, file in enumerate(files) if number in CHOSEN)


@pytest.fixture(autouse=True, scope="module")
def many_strays():
    """Lets nearly all records of a file be of other fields: here each line is judged by itself."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(drift, "RECORDS_PER_STRAY", 1)
        yield


@pytest.fixture(scope="module")
def parsed(many_strays):
    """Chosen files with what the pure parser makes of it: kinds, the reason of every refused line, and of the file."""
    storage = fsspec.filesystem("memory")
    found = []
    for name in SOURCES:
        for file in chosen(mutated_files(name, SEED)):
            storage.pipe_file(f"/engine/{file.name}", file.content)
            batches = parse_file(SOURCES[name], FileRef(f"/engine/{file.name}", file.name, DAY), storage)
            rows = pa.Table.from_batches(list(batches), PARSED)
            storage.rm_file(f"/engine/{file.name}")
            lines = rows.filter(pc.equal(rows["kind"], "refused"))
            reasons = dict(zip(lines["line_number"].to_pylist(), lines["reason"].to_pylist(), strict=True))
            whole = rows["reason"][-1].as_py() if rows["kind"][-1].as_py() == "file" else "no closing row"
            found.append((file, Counter(rows["kind"].to_pylist()), reasons, whole))
    return found


def land(context, files):
    for file in files:
        path = Path(context.settings.landing) / file.name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(file.content)


def test_files_that_are_refused_whole_are_named_and_nothing_is_written(context, parsed):
    refused = [(file, reason) for file, _, _, reason in parsed if reason is not None]
    assert len(refused) >= 3
    land(context, [file for file, _ in refused])
    with pytest.raises(LandingError) as raised:
        run_step(context, "bronze_trades", [DAY])
    for file, reason in sorted(refused, key=lambda one: one[0].name)[:10]:
        assert f"{reason}: {file.name}" in str(raised.value)
    assert not any(context.lake.exists(one.TABLE) for one in (bronze_trades, quarantine_trades, bronze_token_events))


def test_the_ledger_agrees_with_the_pure_parser(context, parsed):
    kept = [(file, kinds, reasons) for file, kinds, reasons, whole in parsed if whole is None]
    land(context, [file for file, _, _ in kept])
    report = run_step(context, "bronze_trades", [DAY])
    done = report.day(DAY)
    routed = sum(sum(one.get("routed", {}).values()) for one in done.inputs)
    assert done.rows_read == done.rows_written + done.rows_quarantined + done.rows_duplicate + routed
    assert done.rows_read == sum(kinds.total() - 1 for _, kinds, _ in kept)

    inputs = {one["path"]: one for one in done.inputs}
    assert inputs.keys() == {file.name for file, _, _ in kept}
    quarantined = pl.read_delta(context.lake.path(quarantine_trades.TABLE))
    kept_columns = quarantined.select("raw", "raw_bytes", "raw_sha256", "reason", "line_number")
    assert kept_columns.null_count().sum_horizontal().item() == 0
    lines = defaultdict(dict)
    for name, number, reason in quarantined.select("file", "line_number", "reason").iter_rows():
        lines[name][number] = reason
    for file, kinds, reasons in kept:
        sums, found = inputs[file.name], lines[file.name]
        assert {number: found.get(number) for number in reasons} == reasons, file.name
        later = {number: reason for number, reason in found.items() if number not in reasons}
        assert set(later.values()) <= SEEN_BY_BRONZE, file.name
        assert sums["records"] == kinds["trade"] + kinds["event"] + kinds["refused"], file.name
        assert sums["quarantined"] == len(found) == kinds["refused"] + len(later), file.name
        assert sums["written"] + sums["duplicate"] == kinds["trade"] - len(later), file.name
        assert sum(sums.get("routed", {}).values()) == kinds["event"], file.name

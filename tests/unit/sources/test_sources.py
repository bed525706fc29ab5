"""The register of sources and reasons, and the function that engines call."""

import io
import pickle
from datetime import date

import pyarrow as pa
import pytest

from pumploss.errors import SourceError
from pumploss.reasons import FileReason, Reason
from pumploss.tables import bronze_trades
from sources import SOURCES, source
from sources.declaration import Arrival
from sources.parsing.files import PARSED, FileRef, parse_file, parse_files


def test_how_each_source_arrives():
    assert {name: declared.arrival for name, declared in SOURCES.items()} == {
        "anchor_events": Arrival.DAILY,
        "bitquery_trades": Arrival.SAMPLE,
        "canonical": Arrival.DAILY,
        "curve_deltas": Arrival.SAMPLE,
        "dune_bot_trades": Arrival.SAMPLE,
        "dune_trades": Arrival.SAMPLE,
        "flipside_swaps": Arrival.SAMPLE,
        "helius_enhanced": Arrival.DAILY,
        "pumpfun_api": Arrival.DAILY,
        "pumpportal": Arrival.DAILY,
        "pumpswap_capture": Arrival.SAMPLE,
    }


@pytest.mark.parametrize("name", sorted(SOURCES))
def test_a_source_is_consistent(name):
    found = source(name)
    assert found.name == name
    assert len(set(found.all_fields)) == len(found.all_fields)
    assert set(found.optional) <= set(found.fields)
    assert set(found.volatile) <= set(found.all_fields)
    assert found.time_field in found.fields
    assert all((found.units, found.identity, found.order))


def test_unknown_source_lists_the_known_ones():
    with pytest.raises(SourceError, match=f"no source is called 'nope'; known: {', '.join(sorted(SOURCES))}"):
        source("nope")


def test_reasons_explain_themselves_and_are_told_apart():
    assert all(reason.meaning for reason in (*Reason, *FileReason))
    assert not {*map(str, Reason)} & {*map(str, FileReason)}
    assert Reason.ZERO_AMOUNT == "zero_amount"


def test_the_schema_holds_what_bronze_needs():
    later = {"trade_id", "trade_date", "is_ambiguous_duplicate", "is_hop"}
    assert {column.name for column in bronze_trades.TABLE.columns} - later <= set(PARSED.names)
    for column in bronze_trades.TABLE.columns:
        if column.name not in later:
            assert PARSED.field(column.name).type == column.type.arrow


def test_parse_files_is_what_parse_file_gives_file_by_file(tmp_path, line, as_csv, as_json):
    (tmp_path / "a.csv").write_bytes(as_csv([line("canonical")]))
    (tmp_path / "b.jsonl").write_bytes(as_json([line("pumpfun_api")] * 2) + b"odd\n")
    day = date(2026, 1, 2)
    files = [
        {
            "path": str(tmp_path / "a.csv"),
            "name": "canonical/a.csv",
            "source": "canonical",
            "dump_day": day,
        },
        {
            "path": str(tmp_path / "b.jsonl"),
            "name": "pumpfun_api/b.jsonl",
            "source": "pumpfun_api",
            "dump_day": day,
        },
    ]
    function = pickle.loads(pickle.dumps(parse_files))
    batches = list(function(iter([pa.RecordBatch.from_pylist(files[:1]), pa.RecordBatch.from_pylist(files[1:])])))
    assert all(batch.schema == PARSED for batch in batches)
    table = pa.Table.from_batches(batches)
    assert table["kind"].to_pylist() == ["trade", "file", "trade", "trade", "refused", "file"]
    assert table["records"].drop_null().to_pylist() == [1, 3]


class Changing:
    """A storage whose file is another one each time that it is opened."""

    def __init__(self, *contents):
        self._contents = list(contents)

    def open(self, *_):

        return io.BytesIO(self._contents.pop(0))


def test_a_file_that_changes_between_the_passes_is_an_error(line, as_csv, monkeypatch):
    from pumploss.errors import LandingError
    from sources.reading import passes

    monkeypatch.setattr(passes, "HELD_BYTES", 0)
    storage = Changing(as_csv([line("canonical")]), as_csv([line("canonical", slot="5")]))
    with pytest.raises(LandingError, match=r"canonical/a\.csv changed while it was read"):
        list(parse_file(source("canonical"), FileRef("a", "canonical/a.csv", date(2026, 1, 2)), storage))


class Failing:
    """A storage that breaks off, as a network does."""

    def open(self, *_):
        raise ConnectionResetError("reset by peer")


def test_a_storage_that_fails_is_no_fault_of_the_file():
    with pytest.raises(SourceError, match="cannot be opened"):
        list(parse_file(source("canonical"), FileRef("a", "canonical/a.csv", date(2026, 1, 2)), Failing()))

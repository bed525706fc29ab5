"""What is left of a data file without a trader."""

import json

import fsspec
import pyarrow as pa
import pyarrow.parquet as pq

from jobs.erasing.files import holding, rewrite, without
from jobs.erasing.forms import ERASED, Trader
from pumploss.tables import bronze_trades
from tests.building.addresses import address

ANN, BOB = Trader(address("ann")), Trader(address("bob"))
STORAGE = fsspec.filesystem("file")


def test_a_dump_that_was_named_after_him_loses_its_name_in_rows_of_others(tmp_path):
    files = [f"canonical/2026-01-05/{ANN.address}.csv", "canonical/2026-01-05/a.csv", f"x/{BOB.address}.csv"]
    rows = pa.table({"trader_address": [BOB.address] * 3, "file": files})
    source, target = str(tmp_path / "rows.parquet"), str(tmp_path / "left.parquet")
    pq.write_table(rows, source)
    pq.write_table(rows[1:], str(tmp_path / "others.parquet"))
    pq.write_table(rows[1:2], str(tmp_path / "one.parquet"))
    assert holding(STORAGE, STORAGE.find(str(tmp_path)), ANN) == [source]
    assert rewrite(STORAGE, bronze_trades.TABLE, source, target, ANN) == 3
    left = pq.read_table(target)["file"].to_pylist()
    assert left == [f"canonical/2026-01-05/{ERASED}.csv", *files[1:]]


def test_a_refused_line_goes_in_whatever_case_its_hex_is():
    lines = [f"x{ANN.names[1].hex().upper()}", f"x{BOB.names[1].hex().upper()}", None]
    assert without(pa.table({"raw": lines}), ANN)["raw"].to_pylist() == lines[1:]


def test_of_the_ledgers_json_values_change_and_keys_stay():
    said = {ANN.address: {"path": f"a/{ANN.address}", "rows": 3, "more": [None, True, ANN.address]}}
    taken = {ANN.address: {"path": f"a/{ERASED}", "rows": 3, "more": [None, True, ERASED]}}
    rows = pa.table({"outputs": [json.dumps(said), None, '{"a": 1.50}'], "error": [None, f"no {ANN.address}", "x"]})
    left = without(rows, ANN).to_pydict()
    assert (json.loads(left["outputs"][0]), left["outputs"][1:]) == (taken, [None, '{"a": 1.50}'])
    assert left["error"] == [None, f"no {ERASED}", "x"]

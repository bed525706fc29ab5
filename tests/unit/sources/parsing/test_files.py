"""Quarantined lines read again, and which fields tell one line from another."""

import json
import pickle
from datetime import date

import fsspec
import pyarrow as pa
import pytest

from pumploss.errors import SourceError
from sources import source
from sources.parsing.files import PARSED, FileRef, parse_file, reparse
from tests.building.anchor_encoder import DAY, event
from tests.building.anchor_encoder import line as anchor

HELD = pa.schema(
    [("source", pa.string()), ("dump_day", pa.date32()), ("file", pa.string()), ("line_number", pa.int64()),
     ("raw", pa.string())]
)  # fmt: skip


def parsed(name, text):
    """All rows of a file without its closing row."""
    storage = fsspec.filesystem("memory")
    storage.pipe_file("/again", text)
    rows = pa.Table.from_batches(list(parse_file(source(name.split("/")[0]), FileRef("/again", name, DAY), storage)))
    return sorted(rows.to_pylist()[:-1], key=lambda row: row["line_number"])


def held(name, numbers, lines):
    """A batch of quarantined lines of one file."""
    values = [name.split("/")[0], DAY, name]
    rows = [dict(zip(HELD.names, [*values, *row], strict=True)) for row in zip(numbers, lines, strict=True)]
    return pa.RecordBatch.from_pylist(rows, schema=HELD)


def test_lines_read_again_are_the_rows_of_their_file(line):
    datas = [event("BuyEvent"), event("CreatePoolEvent"), b"?", event("SellEvent"), event("TradeEvent") + b"more"]
    events = [json.dumps(anchor(data)) for data in datas]
    trades = [json.dumps(line("pumpfun_api", sol_amount=5 + n), ensure_ascii=False) for n in range(3)]
    files = {"anchor_events/a.jsonl.gz": events, "pumpfun_api/b.jsonl": [*trades, "broken", trades[0]]}
    expected, batches = [], []
    for name, lines in files.items():
        plain = name.removesuffix(".gz")
        rows = parsed(plain, "".join(one + "\n" for one in lines).encode())
        expected += [{**row, "file": name} for row in rows if row["line_number"] != 2]
        batches.append(held(name, [1, 3, 4, 5], [lines[0], *lines[2:]]))
    both = pa.Table.from_batches(batches).combine_chunks().to_batches()
    function = pickle.loads(pickle.dumps(reparse))
    found = list(function(iter(both)))
    assert all(batch.schema == PARSED for batch in found)
    rows = sorted(pa.Table.from_batches(found).to_pylist(), key=lambda row: (row["file"], row["line_number"]))
    assert rows == expected
    assert {row["kind"] for row in rows} == {"trade", "refused"}


def test_nothing_to_read_again_gives_nothing():
    assert list(reparse(iter([held("anchor_events/a.jsonl", [], [])]))) == []
    assert list(reparse(iter([]))) == []


def test_a_line_without_its_header_cannot_be_read_again():
    with pytest.raises(SourceError, match=r"canonical/a.csv.gz line 7: only JSON lines .* run the dump day again"):
        list(reparse(iter([held("canonical/a.csv.gz", [7], ["1,2,3"])])))


def test_a_line_that_was_cut_is_refused_again():
    cut = json.dumps(anchor(event("TradeEvent", ix_name=b"x" * 99_000)))[: 64 << 10]
    ((row,),) = (batch.to_pylist() for batch in reparse(iter([held("anchor_events/a.jsonl", [3], [cut])])))
    assert (row["kind"], row["line_number"], row["reason"]) == ("refused", 3, "malformed")


def test_an_event_read_again_is_dated_by_its_own_dump_day():
    raw = json.dumps(anchor(event("BuyEvent")))
    rows = {"source": "anchor_events", "file": "anchor_events/a.jsonl", "line_number": 1, "raw": raw}
    days = (date(2026, 1, 1), date(2026, 1, 2), date(2026, 1, 9), date(2026, 1, 11))
    batch = pa.RecordBatch.from_pylist([{**rows, "dump_day": day} for day in days], schema=HELD)
    found = [row for part in reparse(iter([batch])) for row in part.to_pylist()]
    assert [row["reason"] for row in found] == ["future", None, None, "too_late"]


PUMPPORTAL = {
    "received_at": 1767323045123, "signature": None, "mint": "6Fzphy2B4JTUteQ8jGtj9Tc9anpttVXY3CRgGuJTpump",
    "traderPublicKey": "DQmMnakiKr1YNE2gcpggLCzBrauBwFbQkAaao2FTbjgp", "txType": "buy", "tokenAmount": 5.5,
    "solAmount": 0.1, "pool": "pump", "vSolInBondingCurve": 30.1,
}  # fmt: skip


@pytest.mark.parametrize(
    ("field", "value", "is_another"),
    [("received_at", 1767323049999, False), ("vSolInBondingCurve", 30.2, True), ("solAmount", 0.2, True)],
)
def test_copies_that_differ_in_when_they_were_received_are_one_line(parse, as_json, field, value, is_another):
    signature = anchor(event("TradeEvent"))["signature"]
    one = {**PUMPPORTAL, "signature": signature}
    first, second = parse("pumpportal", "a.jsonl", as_json([one, {**one, field: value}])).trades
    assert (first["line_digest"] != second["line_digest"]) is is_another
    assert (first["occurrence"], second["occurrence"]) == (1, 1)

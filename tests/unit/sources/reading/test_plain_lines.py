"""What the compiled scans take for plain, and what they leave to the readers of single lines."""

import hashlib
import io
from datetime import date

import fsspec
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from sources.reading.verdicts import ODD, PLAIN, PLAIN_IF_UTF8

from benchmarks.source_lines import records, table
from sources import source
from sources.interpreting.addresses import decode, encode
from sources.parsing.files import FileRef, parse_file
from sources.reading import csv_scan, json_scan
from sources.reading.physical_lines import blocks

FIELDS = ("a", "bb", "a long name")


def json_values(line):
    (block,) = blocks([line])
    spans, verdicts = json_scan.scan(block, FIELDS)
    assert verdicts.tolist() in ([PLAIN], [PLAIN_IF_UTF8])
    return [spans.column(field, pa.array([0]).to_numpy()).to_pylist()[0] for field in range(len(FIELDS))]


@pytest.mark.parametrize(
    ("line", "values"),
    [
        (b"{}", [None, None, None]),
        (b' \t{ "a" : 1 ,\t"bb":"x"}\r', ["1", "x", None]),
        (b'{"a long name":-1.50e+07,"a":true,"bb":null}', ["true", None, "-1.50e+07"]),
        (b'{"a":"","bb":"\xf0\x9f\x90\xb8","a long name":0}', ["", "\U0001f438", "0"]),
        (
            b'{"a":[ 1, {"x" : -2.5e3, "y":["z", null, true]} ],"bb":{ }}',
            ['["1",{"x":"-2.5e3","y":["z",null,true]}]', "{}", None],
        ),
        (b'{"a":"exactly, eight: {}[]","bb":"12345678"}', ["exactly, eight: {}[]", "12345678", None]),
    ],
)
def test_plain_json(line, values):
    assert json_values(line) == values


@pytest.mark.parametrize(
    "line",
    [
        b"{",
        b"}",
        b"[]",
        b'""',
        b"{,}",
        b'{"a"}',
        b'{"a":}',
        b'{"a":1,}',
        b'{"a":1}}',
        b'{"a":1} x',
        b'{"a" 1}',
        b"{a:1}",
        b'{"a":1,"a":1}',
        b'{"a":null,"a":1}',
        b'{"new":1}',
        b'{"A":1}',
        b'{"a":01}',
        b'{"a":-0}',
        b'{"a":+1}',
        b'{"a":1.}',
        b'{"a":.5}',
        b'{"a":1e}',
        b'{"a":--1}',
        b'{"a":NaN}',
        b'{"a":tru}',
        b'{"a":truex}',
        b'{"a":nulll}',
        b'{"a":"x}',
        b'{"a":"\\n"}',
        b'{"a":"\x01"}',
        b'{"a":"\0"}',
        b'{"a":[1,]}',
        b'{"a":[}',
        b'{"a":[1}',
        b'{"a":{"x":1]}',
        b'{"a":{1:2}}',
        b'{"a":{"x":1,"x":2}}',
        b'{"a":[{"x":{"y":1,"y":1}}]}',
        b'{"a":["\xc3\xa9"]}',
        b'{"a":["\x7f"]}',
        b'{"a":[-0]}',
        b'{"a":' + b"[" * 100 + b"]" * 100 + b"}",
        b'{"a":1,,"bb":2}',
        b'{"a":1;"bb":2}',
        b'{"a":[1 2]}',
        b'{"a":{"x" 1}}',
    ],
)
def test_odd_json(line):
    (block,) = blocks([line])
    assert json_scan.scan(block, FIELDS)[1].tolist() == [ODD]


@pytest.mark.parametrize(
    ("line", "verdict"),
    [
        (b"1,2,3", PLAIN),
        (b",,", PLAIN),
        (b"a longer first field,,and a longer third one", PLAIN),
        (b"1,\xc3\xa9,3", PLAIN_IF_UTF8),
        (b"1,2", ODD),
        (b"1,2,3,4", ODD),
        (b'1,"2",3', ODD),
        (b"1,2\r,3", ODD),
        (b"1,\0,3", ODD),
        (b"1,2,3456789\t", ODD),
    ],
)
def test_csv(line, verdict):
    (block,) = blocks([line])
    spans, verdicts = csv_scan.scan(block, 3)
    assert verdicts.tolist() == [verdict]
    if verdict != ODD:
        fields = [spans.column(field, pa.array([0]).to_numpy()).to_pylist()[0] for field in range(3)]
        assert fields == [text or None for text in line.decode().split(",")]


def test_texts_of_odd_lines_stand_among_those_of_plain_ones():
    (block,) = blocks([b"1,2,3\nx\n4,5,6\n"])
    spans, _ = csv_scan.scan(block, 3)
    patched = spans.patched([1], [["\u00e9\u00e9", None, ""]])
    assert [patched.column(field, pa.array([0, 1, 2]).to_numpy()).to_pylist() for field in range(3)] == [
        ["1", "\u00e9\u00e9", "4"],
        ["2", None, "5"],
        ["3", "", "6"],
    ]


def test_the_digest_of_a_parquet_file_is_that_of_its_bytes():
    """Parquet is read out of order, after the file was hashed."""
    sink = io.BytesIO()
    found = list(records("canonical", 3_000))
    pq.write_table(table("canonical", found), sink, row_group_size=500)
    storage = fsspec.filesystem("memory")
    storage.pipe_file("/digests/a.parquet", sink.getvalue())
    landed = FileRef("/digests/a.parquet", "a.parquet", date(2026, 1, 2))
    *_, closing = parse_file(source("canonical"), landed, storage)
    assert closing["sha256"].to_pylist() == [hashlib.sha256(sink.getvalue()).hexdigest()]


@pytest.mark.parametrize("raw", [b"", b"\0", b"\0\0\1", bytes(32), b"\xff" * 64, bytes(range(32))])
def test_base58_there_and_back(raw):
    assert decode(encode(raw)) == raw


def test_what_is_no_base58_has_no_bytes():
    with pytest.raises(ValueError, match="is not base58"):
        decode("0OIl")

"""What is wrong with a file as a whole: it yields its closing row, with the reason, and nothing
else."""

import gzip
import io
import json

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
import zstandard

from sources.reading import files, passes


def refused_whole(parsed):
    """The file-level reason; asserts that no line came out."""
    assert parsed.table.num_rows == 1
    assert parsed.file["records"] is None
    assert len(parsed.file["sha256"]) == 64
    assert parsed.file["detail"].startswith(parsed.file["file"])
    return parsed.file["reason"]


@pytest.mark.parametrize("packing", ["gz", "zst"])
@pytest.mark.parametrize("kept", [0.02, 0.3, 0.9, -9, -8, -4, -1])
def test_a_cut_stream_publishes_nothing(parse, line, as_csv, packing, kept):
    text = as_csv([line("canonical", slot=str(i)) for i in range(300)])
    packed = gzip.compress(text) if packing == "gz" else zstandard.compress(text)
    cut = packed[: int(len(packed) * kept)] if kept > 0 else packed[:kept]
    assert refused_whole(parse("canonical", f"a.csv.{packing}", cut)) == "truncated"
    assert parse("canonical", f"a.csv.{packing}", packed).file["records"] == 300


def test_a_second_gzip_member_is_read_and_may_be_cut_too(parse, line, as_csv):
    head, tail = (
        gzip.compress(as_csv([line("canonical")])),
        gzip.compress(as_csv([line("canonical")] * 9)[200:]),
    )
    assert parse("canonical", "a.csv.gz", head + tail).file["records"] is not None
    assert refused_whole(parse("canonical", "a.csv.gz", head + tail[:40])) == "truncated"


def test_a_corrupt_stream(parse, line, as_csv):
    packed = bytearray(gzip.compress(as_csv([line("canonical")])))
    packed[-6] ^= 1
    assert refused_whole(parse("canonical", "a.csv.gz", bytes(packed))) == "corrupt"
    assert refused_whole(parse("canonical", "a.csv.gz", as_csv([line("canonical")]))) == "corrupt"
    assert refused_whole(parse("canonical", "a.csv.zst", gzip.compress(b"x"))) == "corrupt"
    assert refused_whole(parse("canonical", "a.parquet", as_csv([line("canonical")]))) == "corrupt"


@pytest.mark.parametrize("file", ["a.csv", "a.csv.gz", "a.csv.zst", "a.jsonl.gz", "a.parquet"])
def test_an_empty_file(parse, file):
    assert refused_whole(parse("canonical", file, b"")) == "empty"


@pytest.mark.parametrize("data", [b"\n\n", b"\xef\xbb\xbf", b"  \r\n"])
def test_a_csv_of_blank_lines_has_no_header(parse, data):
    assert refused_whole(parse("canonical", "a.csv", data)) == "empty"


def test_no_records_are_fine(parse, line, as_csv):
    header = as_csv([line("canonical")]).split(b"\n")[0]
    for data in (header, header + b"\n", header + b"\r\n\r\n"):
        parsed = parse("canonical", "a.csv", data)
        assert parsed.table.num_rows == 1
        assert (parsed.file["records"], parsed.file["reason"]) == (0, None)
    assert parse("canonical", "a.jsonl", b"").file["records"] == 0
    assert parse("canonical", "a.jsonl.gz", gzip.compress(b"")).file["records"] == 0


@pytest.mark.parametrize(
    ("header", "named"),
    [
        (b"traded_at,slot", "missing field 'tx_index'"),
        (b"EXTRA", "new field 'mood'"),
        (b"TWICE", "field 'slot' stands twice"),
        (b"2026-01-02T03:04:05Z,1,2", "new field '2026-01-02T03:04:05Z'"),
        (b'traded_at,"slot', "not CSV"),
    ],
)
def test_drift_names_what_changed_and_what_to_do(parse, line, as_csv, header, named):
    good = as_csv([line("canonical")]).split(b"\n")
    header = {b"EXTRA": good[0] + b",mood", b"TWICE": good[0] + b",slot"}.get(header, header)
    parsed = parse("canonical", "a.csv", b"\n".join([header, *good[1:]]))
    assert refused_whole(parsed) == "drift"
    assert named in parsed.file["detail"]


def test_records_of_json_that_are_all_of_other_fields_are_drift(parse, line, as_json):
    parsed = parse("pumpfun_api", "a.jsonl", as_json([line("pumpfun_api", mood="bad")]))
    assert parsed.file["reason"] == "drift"
    assert "ignore it by name in sources/pumpfun_api.py" in parsed.file["detail"]
    less = {k: v for k, v in line("pumpfun_api").items() if k != "mint"}
    assert "missing field 'mint'" in parse("pumpfun_api", "a.jsonl", as_json([less])).file["detail"]
    fewer = {k: v for k, v in line("pumpfun_api").items() if k not in ("slot", "username")}
    assert len(parse("pumpfun_api", "a.jsonl", as_json([fewer])).trades) == 1


@pytest.mark.parametrize(
    "data", [b"\x89PNG\r\n\x1a\n\0\0\0", b"\0" * 5000, b"\xff\xfet\0r\0", gzip.compress(b"abc", mtime=0)]
)
def test_a_binary_file_called_csv(parse, data):
    assert refused_whole(parse("canonical", "a.csv", data)) in ("binary", "drift")


def test_utf16_is_binary(parse, line, as_csv, as_json):
    assert refused_whole(parse("canonical", "a.csv", as_csv([line("canonical")]).decode().encode("utf-16"))) == "binary"
    text = as_json([line("pumpfun_api")]).decode().encode("utf-16-le")
    assert refused_whole(parse("pumpfun_api", "a.jsonl", text)) == "binary"


def test_json_that_is_no_lines(parse, line):
    for data in (
        json.dumps([line("pumpfun_api")]),
        json.dumps(line("pumpfun_api"), indent=1),
        "[\n]",
    ):
        assert refused_whole(parse("pumpfun_api", "a.jsonl", data.encode())) == "not_lines"


def test_a_format_that_the_source_does_not_have(parse, line, as_csv):
    assert refused_whole(parse("pumpfun_api", "a.csv", as_csv([line("pumpfun_api")]))) == "format"


@pytest.mark.parametrize("packing", ["gz", "zst"])
def test_a_bomb_is_refused_before_it_is_inflated(parse, line, as_csv, packing):
    text = as_csv([line("canonical")]) + b"\n" * (8 << 20)
    packed = gzip.compress(text) if packing == "gz" else zstandard.compress(text)
    assert refused_whole(parse("canonical", f"a.csv.{packing}", packed)) == "inflates"


def test_the_first_mebibyte_may_inflate_freely(parse, line, as_csv):
    text = as_csv([line("canonical")])
    packed = gzip.compress(text + b"\n" * ((1 << 20) - len(text)))
    assert parse("canonical", "a.csv.gz", packed).file["records"] == 1


def test_a_file_over_the_absolute_limit(parse, line, as_csv, monkeypatch):
    monkeypatch.setattr(files, "MAX_INFLATED_BYTES", 100)
    assert refused_whole(parse("canonical", "a.csv.gz", gzip.compress(as_csv([line("canonical")])))) == "inflates"


def test_parquet_with_inexact_types_or_too_much_inflation(parse, line, monkeypatch):
    table = pa.Table.from_pylist([line("canonical")] * 50_000)
    few = table.slice(0, 500)
    floats = few.set_column(10, "sol_lamports", pa.array([1.5] * 500))
    for content, reason in ((floats, "drift"), (few.drop_columns(["slot"]), "drift")):
        buffer = io.BytesIO()
        pq.write_table(content, buffer)
        assert refused_whole(parse("canonical", "a.parquet", buffer.getvalue())) == reason
    buffer = io.BytesIO()
    pq.write_table(table, buffer, use_dictionary=False, compression="zstd")
    assert refused_whole(parse("canonical", "a.parquet", buffer.getvalue())) == "inflates"


def test_parquet_with_a_broken_page(parse, line):
    buffer = io.BytesIO()
    rows = [line("canonical", slot=str(i)) for i in range(2000)]
    pq.write_table(pa.Table.from_pylist(rows), buffer, compression="zstd")
    data = bytearray(buffer.getvalue())
    data[40:2000] = bytes(1960)
    assert refused_whole(parse("canonical", "a.parquet", bytes(data))) == "corrupt"


def test_large_files_are_read_twice_with_the_same_result(parse, line, as_csv, monkeypatch):
    data = gzip.compress(as_csv([line("canonical", slot=str(i)) for i in range(50)]) + b"odd\n")
    kept = parse("canonical", "a.csv.gz", data)
    monkeypatch.setattr(passes, "HELD_BYTES", 0)
    assert parse("canonical", "a.csv.gz", data).table.equals(kept.table)

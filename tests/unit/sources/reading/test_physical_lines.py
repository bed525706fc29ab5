"""One physical line is one record: quotes, line ends, blank lines, bytes that are no text, lines
without end."""

import hashlib

import pytest

from sources.reading import files, physical_lines


@pytest.fixture
def text(line, as_csv):
    """A header and three good lines."""
    return as_csv([line("canonical", slot=str(i)) for i in range(3)])


def with_line(text, odd):
    """The text with an odd line as line 3."""
    parts = text.split(b"\n")
    return b"\n".join([*parts[:2], odd, *parts[2:]])


@pytest.mark.parametrize(
    ("odd", "reason"),
    [
        (b"one,two", "field_count"),
        (b"," * 20, "field_count"),
        (b"x", "field_count"),
        (b"," * 14, "missing_field"),
        (b'"' + b"," * 14, "unbalanced_quote"),
        (b'a"' + b"," * 14, "unbalanced_quote"),
        (b'"a"b' + b"," * 14, "malformed"),
        (b"a\rb" + b"," * 14, "malformed"),
        (b"\xff" + b"," * 14, "encoding"),
        (b"\xc3" + b"," * 14, "encoding"),
        (b"\0" + b"," * 14, "encoding"),
        ("é".encode() + b"," * 14, "bad_timestamp"),
        (b"\x01" + b"," * 14, "bad_timestamp"),
        (b"q" * (1 << 20), "malformed"),
        (b"q" * ((1 << 20) + 1), "line_too_long"),
        (b"," * (3 << 20), "line_too_long"),
        (b"q" * (9 << 20), "line_too_long"),
    ],
)
def test_an_odd_line_is_refused_and_its_neighbours_are_not(parse, text, odd, reason):
    parsed = parse("canonical", "a.csv", with_line(text, odd))
    assert parsed.refused == [(3, reason)]
    assert [(trade["line_number"], trade["slot"]) for trade in parsed.trades] == [
        (2, 0),
        (4, 1),
        (5, 2),
    ]
    row = parsed.of_kind("refused")[0]
    assert row["raw_bytes"] == len(odd)
    assert row["raw_sha256"] == hashlib.sha256(odd).hexdigest()
    assert parsed.file["records"] == 4


def test_raw_is_cut_and_escaped(parse, text):
    odd = b"\xff\0" + "é".encode() * 40_000
    row = parse("canonical", "a.csv", with_line(text, odd)).of_kind("refused")[0]
    assert row["raw"].startswith("\\xff\\x00é")
    assert len(row["raw"].encode()) <= (64 << 10) + 8
    assert row["raw_bytes"] == len(odd)
    row = parse("canonical", "a.csv", with_line(text, b"x" + "é".encode() * 40_000)).of_kind("refused")[0]
    assert row["raw"] == "x" + "é" * 32767


def test_quotes_are_fine(parse, text):
    quoted = b"\n".join(b",".join(b'"' + f + b'"' for f in line.split(b",")) for line in text.split(b"\n") if line)
    plain, read = parse("canonical", "a.csv", text), parse("canonical", "a.csv", quoted)
    assert read.trades == plain.trades


def test_a_quoted_newline_ends_its_record(parse, text):
    parsed = parse("canonical", "a.csv", with_line(text, b'"a\nb"' + b"," * 14))
    assert parsed.refused == [(3, "unbalanced_quote"), (4, "unbalanced_quote")]
    assert [trade["line_number"] for trade in parsed.trades] == [2, 5, 6]


@pytest.mark.parametrize(
    "change",
    [
        lambda text: text.replace(b"\n", b"\r\n"),
        lambda text: text.rstrip(b"\n"),
        lambda text: b"\xef\xbb\xbf" + text,
        lambda text: b"\xef\xbb\xbf" + text.replace(b"\n", b"\r\n").rstrip(b"\r\n"),
    ],
)
def test_line_ends_and_byte_order_marks_change_nothing(parse, text, change):
    assert parse("canonical", "a.csv", change(text)).trades == parse("canonical", "a.csv", text).trades


def test_blank_lines_are_no_records_but_count_as_lines(parse, text):
    parsed = parse("canonical", "a.csv", b"\n \t\r\n" + text.replace(b"\n", b"\n\r\n  \n"))
    assert [trade["line_number"] for trade in parsed.trades] == [6, 9, 12]
    assert (parsed.file["records"], parsed.refused) == (3, [])


def test_a_long_first_line_of_json_is_one_record(parse, line, as_json):
    long = b'{"username": "' + b"x" * (1 << 20) + b'"}\n'
    parsed = parse("pumpfun_api", "a.jsonl", long + as_json([line("pumpfun_api")]))
    assert parsed.refused == [(1, "line_too_long")]
    assert [trade["line_number"] for trade in parsed.trades] == [2]


def test_pieces_of_any_size_give_the_same_rows(parse, text, monkeypatch):
    monkeypatch.setattr(physical_lines, "MAX_LINE_BYTES", 700)
    data = with_line(text, b"y" * 1500).replace(b"\n", b"\r\n") + b"z" * 701
    whole = parse("canonical", "a.csv", data)
    assert whole.refused == [(3, "line_too_long"), (6, "line_too_long")]
    for size in (64, 100, 701, 1000):
        monkeypatch.setattr(files, "CHUNK_BYTES", size)
        cut = parse("canonical", "a.csv", data)
        assert (cut.trades, cut.refused, cut.file) == (whole.trades, whole.refused, whole.file), size
        hashes = [[row["raw_sha256"] for row in found.of_kind("refused")] for found in (cut, whole)]
        assert hashes[0] == hashes[1]

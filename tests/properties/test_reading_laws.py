"""Laws of reading many lines at once: each line is what the standard library says of it alone."""

import json

from hypothesis import given, settings
from hypothesis import strategies as st

from sources.reading import csv_lines, json_text
from sources.reading.fields import Fields
from sources.reading.file_format import Format
from sources.reading.json_lines import JsonReader
from sources.reading.physical_lines import blocks

FIELDS = Fields(name="made_up", formats=(Format.CSV, Format.JSONL), fields=("a", "bb", "c d"))
NAMES = list(FIELDS.all_fields)
KEYS = st.sampled_from([*NAMES, *NAMES, *NAMES, "new", "A", "", "a\\", "é", '"'])
NUMBERS = st.sampled_from(["0", "-0", "7", "-7", "1.50", "1e5", "-0.0", "1E-400", "9" * 30, "01", "1.", "-", "NaN"])
TEXTS = st.text(st.sampled_from('ab"\\/{}[]:,-0 \t\x7fé\U0001f438\ud800'), max_size=6).map(json.dumps)
TEXTS_OF_BYTES = st.sampled_from(['"x"', '"é"', '"\x7f"', '"a:-1,"', '"}{"', '""', '"\x01"', '"null"', '"\\u00e9"'])
LEAVES = st.one_of(NUMBERS, TEXTS, TEXTS_OF_BYTES, st.sampled_from(["null", "true", "false", "tru", "", "x"]))
SPACES = st.sampled_from(["", "", "", " ", "\t", "\r", "  "])


@st.composite
def objects(draw, values):
    """JSON objects, nearly always: names may stand twice, be unknown or escaped."""
    names = st.one_of(KEYS.map(json.dumps), KEYS.map(lambda key: f'"{key}"'))
    members = draw(st.lists(st.tuples(names, values), max_size=4))
    comma, colon = draw(st.sampled_from([(",", ":"), (", ", ": "), (" , ", " :"), (",,", ":")]))
    space = draw(SPACES)
    return "{" + space + comma.join(f"{name}{colon}{value}" for name, value in members) + space + "}"


VALUES = st.recursive(
    LEAVES,
    lambda inner: st.one_of(st.lists(inner, max_size=3).map(lambda values: f"[{','.join(values)}]"), objects(inner)),
    max_leaves=6,
)
SOUND = st.tuples(TEXTS, st.integers(-(10**20), 10**20), st.floats(allow_nan=False, allow_infinity=False)).map(
    lambda row: f'{{"a":{row[0]},"bb":{row[1]},"c d":{row[2]!r}}}'
)
JSON_LINES = st.one_of(
    SOUND,
    objects(VALUES),
    st.tuples(objects(VALUES), SPACES, objects(VALUES)).map("".join),
    st.tuples(objects(VALUES), st.integers(0, 40)).map(lambda cut: cut[0][: cut[1]]),
    st.tuples(objects(VALUES), st.integers(0, 40)).map(lambda cut: cut[0][cut[1] :]),
)
CSV_LINES = st.text(st.sampled_from('aab,,,,"\r\0\t é\ufeff'), max_size=12)


def read_at_once(text, reader):
    """What became of each line, by its number."""
    values = {}
    for block in blocks([text]):
        records, refused = reader(block)
        columns = [records.columns[name].to_pylist() for name in NAMES]
        values |= dict(zip(records.numbers.tolist(), map(list, zip(*columns, strict=True)), strict=True))
        values |= {line.line_number: (line.reason, line.detail) for line in refused}
    return values


def read_alone(text, read_line):
    return {
        int(block.numbers[row]): read_line(block.line(row)) for block in blocks([text]) for row in range(len(block))
    }


def as_bytes(lines, end):
    return end.join(line.encode("utf-8", "surrogatepass") for line in lines)


@settings(max_examples=600, deadline=None)
@given(st.lists(JSON_LINES, max_size=12), st.sampled_from([b"\n", b"\r\n", b"\n\n"]))
def test_lines_of_json(lines, end):
    text = as_bytes(lines, end)
    expected = read_alone(text, lambda line: json_text.read_line(line, FIELDS))
    assert read_at_once(text, JsonReader(FIELDS).read) == expected


@settings(max_examples=200, deadline=None)
@given(st.lists(SOUND, min_size=30, max_size=40), JSON_LINES, JSON_LINES, st.integers(0, 30))
def test_odd_lines_among_many_sound_ones(sound, odd, other, place):
    lines = [*sound[:place], odd, *sound[place:], other]
    text = as_bytes(lines, b"\n")
    assert read_at_once(text, JsonReader(FIELDS).read) == read_alone(
        text, lambda line: json_text.read_line(line, FIELDS)
    )


@settings(max_examples=200, deadline=None)
@given(st.lists(JSON_LINES, max_size=8))
def test_what_a_reader_saw_before_changes_no_line(lines):
    text, reader = as_bytes(lines, b"\n"), JsonReader(FIELDS)
    first = read_at_once(text, reader.read)
    assert [read_at_once(text, reader.read) for _ in range(2)] == [first] * 2


@settings(max_examples=300, deadline=None)
@given(st.lists(CSV_LINES, max_size=12), st.sampled_from([b"\n", b"\r\n"]))
def test_lines_of_csv(lines, end):
    text = as_bytes(lines, end)
    found = read_at_once(text, lambda block: csv_lines.read(block, NAMES))
    assert found == read_alone(text, lambda line: csv_lines.read_line(line, len(NAMES)))

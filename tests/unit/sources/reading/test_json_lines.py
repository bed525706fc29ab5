"""Lines that are read many at once, and lines that are left to the standard library, whose word holds for all."""

import json

import pytest

from sources.reading import json_lines
from sources.reading.json_lines import JsonReader
from sources.reading.json_text import read_line

SOUND = b'{"a":"x","bb":7,"a long name":true}'
TEXTS = ["x", "7", "true"]


@pytest.fixture
def alone(monkeypatch):
    """The lines that are read one by one."""
    lines = []

    def noted(line, fields):
        lines.append(line)
        return read_line(line, fields)

    monkeypatch.setattr(json_lines, "read_line", noted)
    return lines


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
        (b'{"a":"null","bb":"-0","a long name":-0}', ["null", "-0", "0"]),
        (b'{"a":123456789012345678901234567890,"bb":18446744073709551616}', None),
        (b'{"a":["\xc3\xa9"],"bb":["\x7f"],"a long name":[-0]}', ['["\\u00e9"]', '["\\u007f"]', '["0"]']),
        (b'{"a":"\\n","bb":"\\ud83d\\ude00","a long name":["\\n"]}', ["\n", "\U0001f600", '["\\n"]']),
        (b'{"a":' + b"[" * 100 + b"]" * 100 + b"}", ["[" * 100 + "]" * 100, None, None]),
    ],
)
@pytest.mark.parametrize("style", [[], [SOUND], [b'{"bb": 1.5}'], [b'{"a":[],"bb":"","a long name":null}']])
def test_values_are_the_same_whatever_stands_before_them(fields, cut, by_line, style, line, values):
    text = b"\n".join([*style * 3, line, *style])
    read = by_line(JsonReader(fields).read(cut(text)))
    number = 3 * len(style) + 1
    assert read[number] == read_line(line.strip(b"\r"), fields)
    assert values is None or read[number] == values


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
        b'{"a":1,"a":null}',
        b'{"a": 1, "a": 1, "bb": "x"}',
        b'{"a":"x","bb":7,"bb":7,"a long name":true}',
        b'{"new":1}',
        b'{"A":1}',
        b'{"a":01}',
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
        b'{"a":"\x01"}',
        b'{"a":"\0"}',
        b'{"a":"\xff"}',
        b'{"a":["\xff"]}',
        b'{"a":"\\ud800"}',
        b'{"a":[1,]}',
        b'{"a":[}',
        b'{"a":[1}',
        b'{"a":{"x":1]}',
        b'{"a":{1:2}}',
        b'{"a":{"x":1,"x":2}}',
        b'{"a":{"x":1, "x" :2}}',
        b'{"a":[{"x":{"y":1,"y":1}}]}',
        b'{"a":1,,"bb":2}',
        b'{"a":1;"bb":2}',
        b'{"a":[1 2]}',
        b'{"a":{"x" 1}}',
        b'{"a":1}{"bb":2}',
        b'{"a":1} {"bb":2}',
        b'{"a":{"bb":{}}',
        b'{"a":' + b"[" * 100_000 + b"]" * 100_000 + b"}",
    ],
)
def test_a_line_that_is_no_record_is_refused_alone_for_what_the_standard_library_says(fields, cut, by_line, line):
    for before, after in ((3, 2), (0, 3), (3, 0)):
        read = by_line(JsonReader(fields).read(cut(b"\n".join([*[SOUND] * before, line, *[SOUND] * after]))))
        reason, detail = read.pop(before + 1)
        assert (reason, detail) == read_line(line, fields)
        assert read == {n: TEXTS for n in range(1, before + after + 2) if n != before + 1}


@pytest.mark.parametrize(
    "lines",
    [
        [b'{"a":1', b'}{"a":2}'],
        [b'{"a":', b"1}"],
        [b'{"a":1}', b'{"bb":2}{"a":3}', b'{"a":4', b"}"],
        [b'{"a":{}', b"}", b'{"bb":1}{"bb":2}'],
        [b'{"a":[{}', b'{}]} {"a":1}', b"{}"],
        [b'{"a":"}', b'{"}'],
    ],
)
def test_as_many_objects_as_lines_do_not_hide_one_that_spans_lines(fields, cut, by_line, lines):
    read = by_line(JsonReader(fields).read(cut(b"\n".join([SOUND, *lines, SOUND]))))
    expected = [read_line(line, fields) for line in (SOUND, *lines, SOUND)]
    assert list(dict(sorted(read.items())).values()) == expected


def test_a_name_that_stands_twice_is_found_in_lines_of_any_style(fields, cut, by_line):
    """The second `a` is as long as the white space of the usual style would be."""
    for line in (b'{"a":1,"bb":2,"a":123}', b'{"a": 1, "bb": 2, "a": 12}', b'{"a":"x:null","a":"y","bb":2}'):
        read = by_line(JsonReader(fields).read(cut(b"\n".join([b'{"a": "x", "bb": 2}', line]))))
        assert read[2] == read_line(line, fields)
        assert read[2][1].endswith("a name stands twice in one object")


@pytest.mark.parametrize("separators", [(",", ":"), (", ", ": ")])
def test_sound_lines_are_never_read_one_by_one(fields, cut, by_line, alone, separators):
    rows = [{"a": f"t{n}", "bb": n, "a long name": n / 4} for n in range(500)]
    rows += [{"a": None, "bb": n, "a long name": {"x": [n, "y"]}} for n in range(500)]
    text = "\r\n\n".join(json.dumps(row, separators=separators) for row in rows).encode()
    read = by_line(JsonReader(fields).read(cut(text)))
    assert len(read) == len(rows)
    assert alone == []


def test_only_bad_lines_are_read_one_by_one(fields, cut, by_line, alone):
    bad = [b'{"a":"x","bb":7,"a long name":tru}', b'{"a":"x","bb":7}{}', b'{"a":"x","bb"', b'{"a":"x","bb":{"x":}}']
    lines = [SOUND] * 2_000
    for place, line in enumerate(bad * 5):
        lines[100 * place + 50] = line
    read = by_line(JsonReader(fields).read(cut(b"\n".join(lines))))
    assert sorted(alone) == sorted(bad * 5)
    assert sum(values == TEXTS for values in read.values()) == len(lines) - len(alone)


def test_a_field_of_many_kinds_costs_few_lines(fields, cut, by_line, alone):
    """A field that is of another kind, missing or new soon may be anything, for the rest of the file."""
    kinds = [b'{"a":"x","bb":7}', b'{"a":5,"bb":7.5}', b'{"bb":null,"a long name":"y"}', b'{"a":[1],"bb":true}']
    reader = JsonReader(fields)
    lines = [b'{"a":"x","bb":7}'] * 20 + kinds * 500
    for text in (b"\n".join(lines), b"\n".join(lines)):
        read = by_line(reader.read(cut(text)))
        assert [read[n + 1] for n in range(20, 24)] == [read_line(line, fields) for line in kinds]
    assert len(alone) < 60


def test_a_broken_first_line_does_not_slow_down_the_rest(fields, cut, by_line, alone):
    lines = [b'{"a":', b"{}", b'{"new":1}', *[SOUND] * 1_000]
    read = by_line(JsonReader(fields).read(cut(b"\n".join(lines))))
    assert [read[4], read[1003]] == [TEXTS, TEXTS]
    assert len(alone) < 60


def test_long_lines_and_blank_ones_between_do_not_shift_the_others(fields, cut, by_line):
    lines = [SOUND, b"", SOUND, b'{"a":"' + b"y" * (1 << 20) + b'"}', SOUND, b" \t", b'{"a":1}', b"x"]
    read = by_line(JsonReader(fields).read(cut(b"\n".join(lines))))
    assert {number: values for number, values in read.items() if number != 8} == {
        1: TEXTS, 3: TEXTS, 5: TEXTS, 7: ["1", None, None]
    }  # fmt: skip
    assert read[8][0] == "malformed"


@pytest.mark.parametrize("odd", [b'{"a":"x","bb":"7","a long name":true}', b'{"a":"x","bb":7,"bb":8}', b"{}", b"?"])
def test_integers_that_are_handed_on_are_what_the_texts_say(fields, cut, odd):
    numbered = [SOUND.replace(b"7", str(number).encode()) for number in range(3)]
    for lines in (numbered, [*numbered, odd], [odd, *numbered], [*numbered * 20, odd, *numbered]):
        records, _ = JsonReader(fields).read(cut(b"\n".join(lines)))
        texts = {name: records.columns[name].to_pylist() for name in records.integers}
        assert {name: list(map(str, values.to_pylist())) for name, values in records.integers.items()} == texts
    records, _ = JsonReader(fields).read(cut(b"\n".join(numbered)))
    assert records.integers["bb"].to_pylist() == [0, 1, 2]

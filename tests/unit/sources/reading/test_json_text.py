from dataclasses import replace

import pytest

from sources.reading.files import FileRefusedError
from sources.reading.json_text import Number, check_first, read_line, read_nested, read_object


def test_values_keep_their_text(fields):
    line = b' {"a": 1.50e+07, "bb": [1, {"x": -2.5, "y": "1"}], "a long name": "\\u00e9\\n"} '
    assert read_line(line, fields) == ["1.50e+07", '["1",{"x":"-2.5","y":"1"}]', "é\n"]
    assert read_line(b'{"a":-0,"bb":-0.0}', fields) == ["0", "-0.0", None]
    assert read_line(b'{"bb":true,"a":null}', fields) == [None, "true", None]


@pytest.mark.parametrize(
    ("line", "reason", "said"),
    [
        (b"\0", "encoding", "NUL byte at 0"),
        (b'{"a":"\xff"}', "encoding", "byte 0xff at 6 is not UTF-8"),
        (b"[1]", "malformed", "not a JSON object"),
        (b'{"a":NaN}', "malformed", "NaN is no JSON"),
        (b'{"a":{"x":1,"x":2}}', "malformed", "a name stands twice in one object"),
        (b'{"a":"\\udc00"}', "encoding", "half of a surrogate pair is no character"),
        (b'{"mood":1,"a":2}', "unknown_field", "'mood' is not a field of made_up"),
    ],
)
def test_what_is_wrong_with_a_line(fields, line, reason, said):
    assert read_line(line, fields)[0] == reason
    assert said in read_line(line, fields)[1]


def test_numbers_are_told_from_texts():
    record = read_object(b'{"a":1,"b":"1"}')
    assert [type(value) for value in record.values()] == [Number, str]


@pytest.mark.parametrize("text", ["[", "[1,]", '{"x":1,"x":2}', "[" * 100_000])
def test_nested_text_that_is_none(text):
    with pytest.raises(ValueError, match=r".+"):
        read_nested(text)


def test_nested_text_is_read_with_numbers_as_text():
    assert read_nested('[1,{"x":-0,"y":"z"}]') == ["1", {"x": "0", "y": "z"}]


@pytest.mark.parametrize("line", [b"{", b' [{"a":1}]', b"[", b"  {  "])
def test_a_value_over_several_lines_is_no_file_of_lines(line):
    with pytest.raises(FileRefusedError, match="not_lines"):
        check_first(line)


def test_a_first_line_is_judged_by_its_form_only():
    for line in (b'{"a long name":1', b'{"a":1}', b'{"mood":1}'):
        check_first(line)
    with pytest.raises(FileRefusedError, match="binary"):
        check_first(b'{"a long name":1}\0')


@pytest.mark.parametrize(
    ("line", "values", "why"),
    [
        (b'{"ignored":NaN,"a long name":1}', "NaN", "pandas and Python write it"),
        (b'{"ignored":[1,{"x":-Infinity}],"a long name":1}', '["1",{"x":"-Infinity"}]', "inside of something"),
        (b'{"ignored":"\\ud83d","a long name":1}', "\\ud83d", "an emoji that was cut in two"),
        (b'{"ignored":["\\udc00"],"a long name":1}', '["\\udc00"]', "inside of something"),
        (b'{"ignored":"caf\xe9","a long name":1}', "caf\\udce9", "Latin-1"),
        (b'{"ignored":"\xed\xa0\xbd","a long name":1}', "\\udced\\udca0\\udcbd", "half a pair in bytes"),
    ],
)
def test_what_is_no_text_in_an_ignored_field_does_not_lose_the_line(fields, line, values, why):
    ignoring = replace(fields, ignored=("ignored",))
    assert read_line(line, ignoring) == [None, None, "1", values], why
    assert read_line(line.replace(b"ignored", b"a"), ignoring)[0] in ("malformed", "encoding") or b"[" in line, why


def test_a_constant_inside_of_a_mapped_field_is_no_json(fields):
    assert read_line(b'{"a":[{"x":NaN}]}', fields) == ("malformed", "not a JSON object: NaN is no JSON")
    assert read_line(b'{"a":["NaN"],"bb":"Infinity"}', fields) == ['["NaN"]', "Infinity", None]

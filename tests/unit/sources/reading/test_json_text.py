import json

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
def test_a_value_over_several_lines_is_no_file_of_lines(fields, line):
    with pytest.raises(FileRefusedError, match="not_lines"):
        check_first(fields, line)


def test_a_first_line_is_judged_by_its_fields_only(fields):
    check_first(fields, b'{"a long name":1')
    check_first(fields, json.dumps({"a long name": 1}).encode())
    with pytest.raises(FileRefusedError, match="missing field 'a long name'"):
        check_first(fields, b'{"a":1}')
    with pytest.raises(FileRefusedError, match="binary"):
        check_first(fields, b'{"a long name":1}\0')

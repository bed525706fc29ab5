import msgspec
import pytest

from sources.reading.json_columns import columns
from sources.reading.json_shapes import Shape


def read(kind, *values):
    """One field of one kind, out of JSON values; None is an absent one."""
    shape = Shape((("a", kind),))
    lines = b"\n".join(b"{}" if value is None else b'{"a":' + value + b"}" for value in values)
    return columns(shape, shape.decoder.decode_lines(lines))["a"]


@pytest.mark.parametrize(
    ("kind", "values", "texts", "quotes"),
    [
        (str, [b'"x"', b"null", b'""', '"é"'.encode()], ["x", None, "", "é"], [2, 0, 2, 2]),
        (int, [b"7", b"null", b"-12"], ["7", None, "-12"], [0, 0, 0]),
        (int, [b"18446744073709551616", b"null"], ["18446744073709551616", None], [0, 0]),
        (bool, [b"true", b"false", b"null"], ["true", "false", None], [0, 0, 0]),
        (msgspec.Raw, [b"1.50", b"7", b"1e5"], ["1.50", "7", "1e5"], [0, 0, 0]),
        (msgspec.Raw, [b'"x"', b"null", b'"null"', b"true"], ["x", None, "null", "true"], [2, 0, 2, 0]),
        (msgspec.Raw, [b"[1]", b'{"x": "y"}', b"[ ]"], ['["1"]', '{"x":"y"}', "[]"], [0, 4, 0]),
        (msgspec.Raw, [b'"a"', b"[true]", b"null", b"5"], ["a", "[true]", None, "5"], [2, 0, 0, 0]),
    ],
)
def test_texts_and_what_they_take_up_in_their_line(kind, values, texts, quotes):
    column = read(kind, *values)
    column.texts.validate(full=True)
    assert column.texts.to_pylist() == texts
    assert column.letters.tolist() == [len(value) for value in values]
    assert column.quotes.tolist() == quotes
    assert column.is_odd is None or not column.is_odd.any()


@pytest.mark.parametrize(
    ("values", "integers"),
    [
        ([b"7", b"null", b"-12"], [7, None, -12]),
        ([b"9223372036854775807", b"0"], [2**63 - 1, 0]),
        ([b"-9223372036854775807"], [1 - 2**63]),
        ([b"-9223372036854775808", b"1"], None),
        ([b"9223372036854775808", b"1"], None),
    ],
)
def test_integers_stay_as_they_are_where_their_texts_are_read_as_them(values, integers):
    column = read(int, *values)
    assert (column.integers if integers is None else column.integers.to_pylist()) == integers


def test_absent_values_are_null_and_take_up_nothing():
    column = read(msgspec.Raw, b"1", None, b"null", None)
    assert column.texts.to_pylist() == ["1", None, None, None]
    assert column.is_present.tolist() == [True, False, True, False]
    assert column.letters.tolist() == [1, 0, 4, 0]


def test_no_objects_give_empty_columns():
    for kind in (str, int, bool, msgspec.Raw):
        assert read(kind).texts.to_pylist() == []


@pytest.mark.parametrize(
    "value", [b'"a\\n"', b'["\\n"]', b'["\x7f"]', '["é"]'.encode(), b'{"x":1,"x":2}', b"[-0]", b'[{"x":{"y":1,"y":1}}]']
)
def test_what_only_the_standard_library_can_write_is_odd(value):
    column = read(msgspec.Raw, b"[1]", value, b'"x"')
    assert column.is_odd.tolist() == [False, True, False]
    assert [column.texts.to_pylist()[row] for row in (0, 2)] == ['["1"]', "x"]

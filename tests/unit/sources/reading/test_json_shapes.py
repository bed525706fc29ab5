import msgspec
import pytest

from sources.reading.json_shapes import Shape, misfit
from sources.reading.json_text import read_object

KNOWN = ("a", "b", "c", "d", "e", "f")


def shape(*lines):
    return Shape.of([read_object(line) for line in lines], KNOWN)


def test_fields_are_of_the_one_kind_that_they_show():
    seen = shape(
        b'{"b":"x","a":5,"c":true,"d":1.5,"new":1,"e":null}',
        b'{"b":null,"a":-7,"c":false,"d":2,"f":1,"e":null}',
    )
    assert dict(seen.kinds) == {
        "b": str, "a": int, "c": bool, "d": msgspec.Raw, "e": msgspec.Raw, "f": msgspec.Raw
    }  # fmt: skip
    assert dict(shape(b'{"a":1,"b":[],"c":{}}', b'{"a":"1","b":[],"c":null}').kinds) == dict.fromkeys(
        ("a", "b", "c"), msgspec.Raw
    )


def test_objects_keep_texts_numbers_and_raw_values():
    (record,) = shape(b'{"a":1,"b":"x","c":1.5}').decoder.decode_lines(b'{"c":1.50,"b":"\xc3\xa9","a":7}\n')
    assert (record.f0, record.f1, bytes(record.f2)) == (7, "é", b"1.50")


def test_a_field_that_may_be_anything_may_be_absent():
    (record,) = shape(b'{"a":1}').widened("a").widened("b").decoder.decode_lines(b'{"b":[1]}')
    assert (bytes(record.f0), bytes(record.f1)) == (b"", b"[1]")


@pytest.mark.parametrize(
    ("text", "name"),
    [
        (b'{"a":"x"}', "a"),
        (b"{}", "a"),
        (b'{"a":3,"b":1}', "b"),
        (b'{"a":3,"":1}', None),
        (b'{"a":3,"at `$.a`":1}', "at `$.a`"),
        (b"[1]", None),
        (b'{"a":x}', None),
        (b'{"a":1', None),
    ],
)
def test_a_message_names_the_field_that_does_not_fit(text, name):
    with pytest.raises(msgspec.MsgspecError) as error:
        shape(b'{"a":1}').decoder.decode(text)
    assert misfit(error.value) == name

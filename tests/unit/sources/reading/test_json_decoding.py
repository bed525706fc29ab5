import pytest

from sources.reading.json_decoding import Decoder

SOUND = b'{"a":"x","bb":7}'


def rows(decoded):
    return [row for part in decoded for row in part.rows.tolist()]


@pytest.fixture
def decode(fields, cut):
    return lambda *lines: Decoder(fields.all_fields).decode(cut(b"\n".join(lines)))


@pytest.mark.parametrize(
    "bad",
    [
        b'{"a":"x","bb":"7"}',
        b'{"a":"x"}',
        b'{"new":1}',
        b'{"a":"x","bb":7',
        b'{"a":{"bb":7}',
        b'{"a":"x","bb":7}{"a":"x","bb":7}',
        b'{"a":"x","bb":7} {"a":"x","bb":7}',
        b'{"a":"\\ud800"}',
        b'{"a":"\xff","bb":7}',
        b" {}",
    ],
)
def test_all_lines_but_the_bad_one_are_decoded(decode, bad):
    for before, after in ((30, 0), (30, 1), (40, 7)):
        decoded = decode(*[SOUND] * before, bad, *[SOUND] * after)
        assert rows(decoded) == [row for row in range(before + after + 1) if row != before]
        assert sum(len(part.objects) for part in decoded) == before + after


def test_several_lines_of_two_objects_keep_the_order(decode):
    lines = [SOUND, SOUND + SOUND, SOUND, SOUND, SOUND + SOUND, SOUND + SOUND, SOUND]
    decoded = decode(*lines)
    assert rows(decoded) == [0, 2, 3, 6]


def test_objects_over_several_lines_are_not_taken_for_others(decode):
    assert rows(decode(SOUND, b'{"a":"x","bb":', b"7}", SOUND)) == [0, 3]
    assert rows(decode(SOUND, b'{"a":"x"}{"bb":7', b'}{"a":"x"}', SOUND)) == [0, 3]


def test_a_field_that_keeps_failing_may_be_anything_from_then_on(fields, cut):
    decoder = Decoder(fields.all_fields)
    text = b"\n".join([SOUND] * 30 + [b'{"a":1,"bb":7}'] * 100)
    first = decoder.decode(cut(text))
    assert [part.shape == first[0].shape for part in first] == [True, False]
    assert 110 < len(rows(first)) < 130
    (second,) = decoder.decode(cut(text))
    assert len(second.objects) == 130

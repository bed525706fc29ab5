"""Lines of CSV that Arrow reads at once, and lines that the standard library's reader judges."""

import random

import pytest

from sources.reading import csv_lines
from sources.reading.csv_lines import header, read, read_line
from sources.reading.files import FileRefusedError

NAMES = ["a", "bb", "a long name"]
SOUND = b"1,x,true"
TEXTS = ["1", "x", "true"]


@pytest.fixture
def alone(monkeypatch):
    """The lines that are read one by one."""
    lines = []

    def noted(line, width, mapped):
        lines.append(line)
        return read_line(line, width, mapped)

    monkeypatch.setattr(csv_lines, "read_line", noted)
    return lines


@pytest.mark.parametrize(
    ("line", "is_odd"),
    [
        (b"1,2,3", False),
        (b",,", False),
        (b"a longer first field,,and a longer third one", False),
        (b"1,\xc3\xa9,3", False),
        (b" 1 , \t,NULL", False),
        (b"1,\x01,3456789\t", False),
        (b"1,2", True),
        (b"1,2,3,4", True),
        (b"x", True),
        (b'1,"2",3', True),
        (b'1,"2, and ""more""",3', True),
        (b'"1,2,3', True),
        (b'1,2"",3', True),
        (b"1,2\r,3", True),
        (b"1,2,3\r\r", True),
        (b"1,\0,3", True),
        (b"1,\xff,3", True),
        (b"1,\\,3", False),
        (b"1," + b"y" * 200_000 + b",3", False),
        (b'1,"' + b"y" * 200_000 + b'",3', True),
    ],
)
def test_a_line_is_what_the_standard_library_says(cut, by_line, alone, line, is_odd):
    for before, after, end in ((2, 1, b"\n"), (0, 2, b"\r\n"), (1, 0, b"\n\n")):
        values = by_line(read(cut(end.join([*[SOUND] * before, line, *[SOUND] * after])), NAMES))
        number = before * (2 if end == b"\n\n" else 1) + 1
        assert values.pop(number) == read_line(line.removesuffix(b"\r") if end == b"\n" else line, len(NAMES))
        assert list(values.values()) == [TEXTS] * (before + after)
        assert len(alone) == is_odd
        alone.clear()


def test_a_byte_order_mark_in_the_middle_of_a_file_is_a_letter(cut, by_line):
    assert by_line(read(cut(b"\xef\xbb\xbf1,2,3\n" + SOUND), NAMES)) == {1: ["1", "2", "3"], 2: TEXTS}
    block = cut(SOUND + b"\n\xef\xbb\xbf1,2,3\n" + SOUND).pick(slice(1, None))
    assert by_line(read(block, NAMES)) == {2: ["\ufeff1", "2", "3"], 3: TEXTS}


def test_only_odd_lines_are_read_one_by_one(cut, by_line, alone):
    rng = random.Random(2)
    odd = [b"1,2", b'"1",2,3', b"1,\xff,3", b"1,2,3,4"]
    lines = [rng.choice(odd) if rng.random() < 0.02 else SOUND for _ in range(3_000)]
    values = by_line(read(cut(b"\n".join(lines)), NAMES))
    assert len(values) == len(lines)
    assert alone == [line for line in lines if line != SOUND]


def test_blocks_without_plain_lines(cut, by_line):
    assert by_line(read(cut(SOUND).pick(slice(1, None)), NAMES)) == {}
    assert by_line(read(cut(b"1,2\n3"), NAMES)).keys() == {1, 2}
    assert by_line(read(cut(b'"1",2,3'), NAMES)) == {1: ["1", "2", "3"]}


@pytest.mark.parametrize(
    ("line", "reason", "said"),
    [
        (b"a,bb\0", "binary", "NUL bytes"),
        (b"a,\xff", "binary", "not UTF-8"),
        (b'a,"bb', "drift", "not CSV"),
        (b"a,bb", "drift", "missing field 'a long name'"),
    ],
)
def test_headers_that_are_none(fields, line, reason, said):
    with pytest.raises(FileRefusedError, match=said) as refused:
        header(fields, line)
    assert refused.value.reason == reason


def test_a_header_says_the_order(fields):
    assert header(fields, b'bb,"a long name",a') == ["bb", "a long name", "a"]

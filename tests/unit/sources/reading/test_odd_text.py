"""Text that has no UTF-8 form."""

import pytest

from sources.reading.odd_text import escaped, is_encodable, not_utf8


@pytest.mark.parametrize(
    ("line", "fault"),
    [
        (b"abc", None),
        ("björn \U0001f438".encode(), None),
        (b"caf\xe9", "byte 0xe9 at 3 is not UTF-8"),
        (b"\xed\xa0\xbd", "byte 0xed at 0 is not UTF-8"),
        (b"x\xc3", "byte 0xc3 at 1 is not UTF-8"),
    ],
)
def test_the_first_byte_to_blame(line, fault):
    assert not_utf8(line) == (fault and ("encoding", fault))


@pytest.mark.parametrize(
    ("text", "is_text", "written"),
    [("é", True, "é"), ("\ud800", False, "\\ud800"), ("a\udce9", False, "a\\udce9")],
)
def test_what_has_no_form_is_escaped(text, is_text, written):
    assert (is_encodable(text), escaped(text)) == (is_text, written)

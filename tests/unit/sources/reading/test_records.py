import hashlib

from pumploss.reasons import Reason
from sources.reading.physical_lines import HEAD_BYTES, LongLine
from sources.reading.records import refuse, refuse_long, shown


def test_a_refused_line_keeps_what_tells_it_again():
    line = refuse(7, Reason.MALFORMED, "why", b"a\0\xff")
    assert (line.line_number, line.reason, line.detail, line.raw) == (7, "malformed", "why", "a\\x00\\xff")
    assert (line.raw_bytes, line.raw_sha256) == (3, hashlib.sha256(b"a\0\xff").hexdigest())


def test_a_long_line_keeps_its_head():
    line = refuse_long(LongLine(9, b"head", 5_000_000, "digest"))
    assert (line.line_number, line.raw, line.raw_bytes, line.raw_sha256) == (9, "head", 5_000_000, "digest")
    assert (line.reason, line.detail) == ("line_too_long", "5000000 bytes in one line")


def test_a_character_that_the_cut_would_halve_is_left_out():
    raw = b"x" * (HEAD_BYTES - 1) + "é".encode() + b"more"
    assert shown(raw) == "x" * (HEAD_BYTES - 1)
    assert shown(b"\xff" + raw).startswith("\\xffx")

"""Fields of many events at once."""

import struct

import pyarrow as pa
import pytest

from sources.anchor.encodings import decoded
from sources.anchor.fields import read
from sources.anchor.layouts import Event, Field

MADE_UP = Event(
    "program",
    "MadeUpEvent",
    (
        (Field("first", "u64"), Field("name", "string")),
        (Field("flag", "bool"),),
        (Field("wide", "i128"), Field("small", "u16"), Field("listed", "holders"), Field("last", "i64")),
    ),
)


def made_up(*values):
    """One event after another, each behind three bytes that belong to none."""
    raws = [b"\xee" * 3 + MADE_UP.discriminator + value for value in values]
    found, _ = decoded(pa.array([raw.hex() for raw in raws]), pa.array(["hex"] * len(raws)))
    return read(MADE_UP, type(found)(found.data, found.starts + 3, found.ends))


FIRST = struct.pack("<QI", 7, 2) + b"ab"
LAST = (-5).to_bytes(16, "little", signed=True) + struct.pack("<HI", 9, 1) + bytes(34) + struct.pack("<q", -2)


def test_versions_side_by_side():
    found = made_up(
        FIRST, FIRST + b"\1", FIRST + b"\0" + LAST, FIRST + b"\1" + LAST + b"more", FIRST + b"\1" + LAST[:17]
    )
    assert found.versions.tolist() == [1, 2, 3, 3, 2]
    assert found.trailing.tolist() == [0, 0, 0, 4, 17]
    assert not found.is_malformed.any()
    assert found.columns["first"].tolist() == [7] * 5
    assert found.columns["flag"].tolist() == [0, 1, 0, 1, 1]
    assert found.columns["small"].tolist() == [0, 0, 9, 9, 0]
    assert found.columns["last"].tolist() == [0, 0, -2, -2, 0]
    assert [tuple(pair) for pair in found.columns["wide"].tolist()] == [(0, 0), (0, 0), *[(2**64 - 5, -1)] * 2, (0, 0)]


@pytest.mark.parametrize(
    "wrong",
    [b"", FIRST[:7], FIRST[:8], FIRST[:11], FIRST[:13], FIRST + b"\2", FIRST + b"\1" + LAST[:-1],
     FIRST + b"\1" + LAST[:22], FIRST + b"\1" + LAST[:19], FIRST[:8] + struct.pack("<I", 2**32 - 1) + b"ab"],
)  # fmt: skip
def test_malformed_events_spoil_no_other_event(wrong):
    whole = FIRST + b"\1" + LAST
    found = made_up(whole, wrong, whole)
    assert found.is_malformed.tolist() == [False, True, False]
    assert found.columns["last"].tolist()[::2] == [-2, -2]
    assert found.trailing.tolist() == [0, 0, 0]


def test_no_events_at_all():
    found = made_up()
    assert (len(found.versions), found.columns["last"].tolist()) == (0, [])

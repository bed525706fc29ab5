"""Columns of base64 and hex to bytes, public keys to text, and fields of many events at once."""

import base64
import struct

import numpy as np
import pyarrow as pa
import pytest

from sources.anchor.addresses import base58_addresses
from sources.anchor.encodings import decoded
from sources.anchor.fields import read
from sources.anchor.layouts import EVENT_TAG, EVENTS, IGNORED, Event, Field, discriminator
from sources.interpreting.addresses import encode


def parts(texts, encodings):
    """The bytes of each text, and which are wrong."""
    found, wrong = decoded(pa.array(texts, pa.string()), pa.array(encodings, pa.string()))
    data = found.data.tobytes()
    return [data[start:end] for start, end in zip(found.starts, found.ends, strict=True)], wrong.tolist()


def test_base64_of_every_length():
    raws = [bytes(range(size)) for size in range(1, 70)]
    texts = [base64.b64encode(raw).decode() for raw in raws]
    assert parts(texts, ["base64"] * len(texts)) == (raws, [False] * len(raws))


@pytest.mark.parametrize("texts", [[], [None], ["AAAA", None, "AQ=="]])
def test_nothing_has_no_bytes(texts):
    expected = [b"" if text is None else base64.b64decode(text) for text in texts]
    assert parts(texts, ["base64"] * len(texts)) == (expected, [False] * len(texts))
    assert parts(texts, [None] * len(texts)) == ([b""] * len(texts), [False] * len(texts))


@pytest.mark.parametrize(
    "wrong",
    ["", "A", "AA", "AAA", "AQ=", "AQ==AQ==", "A===", "====", "=AAA", "A=AA", "AA=A", "AQ==\n", "A Q=", "AQ-_", "AQ\0=",
     "AQé=", "🐸", "AAAA=", "AAAA===="],
)  # fmt: skip
def test_what_is_no_base64_spoils_no_other_text(wrong):
    good = base64.b64encode(b"good bytes").decode()
    found, is_wrong = parts([good, wrong, good], ["base64"] * 3)
    assert (found, is_wrong) == ([b"good bytes", b"", b"good bytes"], [False, True, False])


@pytest.mark.parametrize("wrong", ["", "0x", "a", "0xabc", "zz", "0x 12", "12 34", "0X12", "1é", "0x0x12", "x1"])
def test_what_is_no_hex_spoils_no_other_text(wrong):
    found, is_wrong = parts(["0x00ff", wrong, "00FF"], ["hex"] * 3)
    assert (found, is_wrong) == ([b"\0\xff", b"", b"\0\xff"], [False, True, False])


def test_encodings_mix_and_slices_are_read_where_they_begin():
    texts = pa.array(["AAAA", "AQ==", "0x01", "01", "AQ=="])
    encodings = pa.array(["base64", "base64", "hex", "hex", "base58"])
    found, wrong = decoded(texts.slice(1), encodings.slice(1))
    data = found.data.tobytes()
    kept = [data[start:end] for start, end in zip(found.starts, found.ends, strict=True)]
    assert (kept, wrong.any()) == ([b"\1", b"\1", b"\1", b""], np.False_)


def test_only_a_whole_tag_in_front_is_left_out():
    raws = [EVENT_TAG + b"event", EVENT_TAG, EVENT_TAG[:7], EVENT_TAG * 2, b"event" + EVENT_TAG, b"x"]
    texts = [raw.hex() for raw in raws]
    assert parts(texts, ["hex"] * 6)[0] == [b"event", b"", EVENT_TAG[:7], EVENT_TAG, b"event" + EVENT_TAG, b"x"]


def test_addresses_are_the_base58_of_their_keys():
    rng = np.random.default_rng(58)
    keys = rng.integers(0, 256, (3000, 32), dtype=np.uint8)
    for zeros in range(33):
        keys[zeros, :zeros] = 0
    keys[40], keys[41] = 255, 0
    keys[42, 1:], keys[43, :31] = 0, 0
    found = base58_addresses(keys)
    found.validate(full=True)
    assert found.to_pylist() == [encode(key.tobytes()) for key in keys]
    is_valid = rng.random(3000) < 0.5
    some = base58_addresses(keys, is_valid)
    some.validate(full=True)
    assert some.to_pylist() == [text if kept else None for text, kept in zip(found.to_pylist(), is_valid, strict=True)]
    assert base58_addresses(keys[:0]).to_pylist() == []
    assert base58_addresses(keys[:3], np.zeros(3, dtype=bool)).to_pylist() == [None] * 3


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


def test_no_two_events_of_a_program_look_alike():
    for program, ignored in IGNORED.items():
        names = [*ignored, *(event.name for event in EVENTS if event.program == program)]
        assert len({discriminator(name) for name in names}) == len(names)

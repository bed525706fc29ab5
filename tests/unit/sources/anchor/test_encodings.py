"""Columns of base64 and hex to bytes."""

import base64

import numpy as np
import pyarrow as pa
import pytest

from sources.anchor.encodings import decoded
from sources.anchor.layouts import EVENT_TAG


def parts(texts, encodings):
    """The bytes of each text, and which are wrong."""
    encoded, wrong = decoded(pa.array(texts, pa.string()), pa.array(encodings, pa.string()))
    data = encoded.data.tobytes()
    return [data[start:end] for start, end in zip(encoded.starts, encoded.ends, strict=True)], wrong.tolist()


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
    encoded, wrong = decoded(texts.slice(1), encodings.slice(1))
    data = encoded.data.tobytes()
    kept = [data[start:end] for start, end in zip(encoded.starts, encoded.ends, strict=True)]
    assert (kept, wrong.any()) == ([b"\1", b"\1", b"\1", b""], np.False_)


def test_only_a_whole_tag_in_front_is_left_out():
    raws = [EVENT_TAG + b"event", EVENT_TAG, EVENT_TAG[:7], EVENT_TAG * 2, b"event" + EVENT_TAG, b"x"]
    texts = [raw.hex() for raw in raws]
    assert parts(texts, ["hex"] * 6)[0] == [b"event", b"", EVENT_TAG[:7], EVENT_TAG, b"event" + EVENT_TAG, b"x"]

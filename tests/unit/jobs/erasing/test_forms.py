"""However an address is written, it is found."""

import base64
import json
from random import Random

import pyarrow as pa
import pytest

from jobs.erasing.forms import ERASED, Trader
from pumploss.errors import SettingsError
from sources.interpreting.addresses import encode
from tests.building.addresses import address

ANN, BOB = Trader(address("ann")), Trader(address("bob"))


def test_an_address_is_found_as_text_and_inside_bytes_at_any_place():
    random = Random(1)
    for before in range(12):
        data = random.randbytes(before) + ANN.names[1] + random.randbytes(random.randrange(9))
        for text in (base64.b64encode(data), data.hex().encode(), f"a {ANN.address}.".encode()):
            assert ANN.is_in(text)
            assert not BOB.is_in(text)


@pytest.mark.parametrize(
    "text",
    [
        ANN.names[1].hex().upper(),
        "0" + ANN.names[1].hex().swapcase(),
        base64.urlsafe_b64encode(ANN.names[1]).decode(),
        base64.b64encode(ANN.names[1]).decode().replace("/", "\\/"),
        "".join(f"\\u{ord(letter):04X}" for letter in ANN.address),
        json.dumps(json.dumps({"trader": ANN.address})).replace(ANN.address[0], f"\\\\u{ord(ANN.address[0]):04x}", 1),
    ],
)
def test_every_way_of_writing_is_found_in_bytes_and_columns_and_taken_out(text):
    assert ANN.is_in(text.encode())
    assert not BOB.is_in(text.encode())
    for texts in (pa.array(["", text, None, "\\/"]), pa.chunked_array([[""], [text, None, "\\/"]])):
        assert ANN.are_in(texts).to_pylist() == [False, True, False, False]
        assert not any(BOB.are_in(texts).to_pylist())
    assert ERASED in ANN.taken_from(text)
    assert not ANN.is_in(ANN.taken_from(text).encode())
    assert BOB.taken_from(text) == text


@pytest.mark.parametrize(
    "text",
    ["", "rows", "nobody0", "0" * 44, encode(b"\1" * 31), encode(b"\1" * 33), "1" * 31, f"{ANN.address} ", "1" * 9999],
)
def test_what_is_no_key_of_32_bytes_names_nobody(text):
    with pytest.raises(SettingsError, match="is not an address"):
        Trader(text)


def test_a_key_of_zero_bytes_is_a_key():
    assert Trader("1" * 32).names[1] == bytes(32)

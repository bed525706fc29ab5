"""However an address is written, it is found."""

import base64
from random import Random

from jobs.erasing.forms import Trader
from tests.building.addresses import address

ANN, BOB = Trader(address("ann")), Trader(address("bob"))


def test_an_address_is_found_as_text_and_inside_bytes_at_any_place():
    random = Random(1)
    for before in range(12):
        data = random.randbytes(before) + ANN.names[1] + random.randbytes(random.randrange(9))
        for text in (base64.b64encode(data), data.hex().encode(), f"a {ANN.address}.".encode()):
            assert ANN.is_in(text)
            assert not BOB.is_in(text)


def test_what_is_no_key_is_known_as_text_alone():
    assert Trader("nobody0").names == (b"nobody0",)
    assert Trader("nobody0").forms == ("nobody0",)

"""Public keys to text."""

import numpy as np

from sources.anchor.addresses import base58_addresses
from sources.interpreting.addresses import encode


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
